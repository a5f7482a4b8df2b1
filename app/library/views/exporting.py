"""References that leave: one resource, or what a list shows, in the form another program reads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Response, request, stream_with_context

from app.core.access import person, signed_in
from app.core.audit import record
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import NotFoundError
from app.core.i18n import local
from app.core.text import slugify
from app.core.throttle import Limit
from app.library.exchange import FORMATS, Format
from app.library.exchange.leaving import leaving, reference_of
from app.library.exchange.references import Reference
from app.library.queries import resource_for
from app.library.views.browsing import wanted_here
from app.library.views.doors import library, space_library
from app.spaces.models import Space

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

EXPORTS = Limit("export references", free=60, first=timedelta(minutes=1))


@library.post("/ressources/<string(length=10):public_id>/exporter")
@signed_in
def export_resource(public_id: str) -> ResponseReturnValue:
    """Give the reference of a resource."""
    resource = resource_for(person(), public_id)
    form = _form_asked()
    with transaction():
        record("resource.exported", person(), resource, format=form.key)
    return _file(slugify(resource.title), form, [reference_of(resource)])


@library.post("/ressources/exporter")
@signed_in
def export_list() -> ResponseReturnValue:
    """Give the references of all the resources a person reads, as the filters of the address say."""
    return _list(None)


@space_library.post("/ressources/exporter")
@signed_in
def export_space_list(space: Space) -> ResponseReturnValue:
    """Give the references of a space, as the filters of the address say."""
    return _list(space)


def _list(space: Space | None) -> Response:
    form, wanted = _form_asked(), wanted_here(space)
    number, references = leaving(person(), wanted)
    with transaction():
        record("library.exported", person(), space, rows=number, format=form.key)
    return _file(space.slug if space else "ressources", form, references)


def _form_asked() -> Format:
    """Return the format asked for, once the person has not asked too often. Raises NotFoundError, TooManyError."""
    form = FORMATS.get(request.form.get("format", ""))
    if form is None:
        raise NotFoundError
    EXPORTS.take(str(person().id))
    return form


def _file(name: str, form: Format, references: Iterable[Reference]) -> Response:
    """Return references as a file to keep, sent as they are read."""
    answer = Response(stream_with_context(form.write(references)), mimetype=form.mimetype)
    saved = f"{name[:60].rstrip('-')}-{local(now()):%Y-%m-%d}.{form.ending}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{saved}"'
    return answer
