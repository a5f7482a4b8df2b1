"""Records given away on paper or as a table: one, or several side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, redirect, request, url_for

from app.core.access import person, signed_in
from app.core.audit import record
from app.core.db import transaction
from app.core.errors import NotFoundError
from app.core.i18n import gettext as _
from app.library.comparing import FEWEST, MOST, compare
from app.library.models import Resource
from app.library.paper import FORMS, Paper, paper_answer
from app.library.queries import published_resource_for, resources_beside
from app.library.views.comparing import chosen_ids
from app.library.views.doors import library
from app.library.views.exporting import EXPORTS

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@library.post("/ressources/comparer/emporter")
@signed_in
def give_comparison() -> ResponseReturnValue:
    """Give the comparison of the address; with fewer than two records, go to where they are chosen."""
    found = resources_beside(person(), chosen_ids())[:MOST]
    if len(found) < FEWEST:
        return redirect(url_for("library.compare_page", id=[one.public_id for one in found]))
    names = ", ".join(column.name for column in compare(found).columns)
    return _given(_("Pratiques comparées : %(names)s", names=names), found)


@library.post("/ressources/<string(length=10):public_id>/fiche")
@signed_in
def give_record(public_id: str) -> ResponseReturnValue:
    """Give one record, with all its fields."""
    resource = published_resource_for(person(), public_id)
    return _given(resource.title, [resource])


def _given(title: str, resources: list[Resource]) -> Response:
    """Return the file in the form asked for, once the person has not asked too often; the journal keeps it."""
    form = request.form.get("format", "")
    if form not in FORMS:
        raise NotFoundError
    EXPORTS.take(str(person().id))
    answer = paper_answer(Paper(title, compare(resources)), form)
    with transaction():
        for one in resources:
            record("resource.given", person(), one, format=form)
    return answer
