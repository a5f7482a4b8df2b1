"""A resource that leaves whole: its record and its files as one ZIP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response

from app.core.access import person, signed_in
from app.core.audit import record
from app.core.db import transaction
from app.core.text import slugify
from app.library.packing import entries_of, zipped
from app.library.queries import published_resource_for
from app.library.views.doors import library
from app.library.views.exporting import EXPORTS

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

LONGEST_NAME = 60


@library.post("/ressources/<string(length=10):public_id>/archive")
@signed_in
def pack_resource(public_id: str) -> ResponseReturnValue:
    """Give a resource and its current files, written as they are sent; the journal keeps it."""
    resource = published_resource_for(person(), public_id)
    EXPORTS.take(str(person().id))
    name = slugify(resource.title)[:LONGEST_NAME].strip("-") or "ressource"
    entries = entries_of(resource, person())
    with transaction():
        record("resource.packed", person(), resource, files=len(resource.attachments))
    answer = Response(zipped(entries), mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    return answer
