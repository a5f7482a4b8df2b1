"""Saying that resources still hold, and choosing when they are looked at again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for
from wtforms import ValidationError

from app.core.access import person, signed_in
from app.core.days import today
from app.core.db import transaction
from app.core.forms import BeffroiForm, DayField
from app.core.i18n import format_day_number
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.navigation import safe_next
from app.core.paging import page_number, paginate
from app.library.addresses import resource_url
from app.library.facts import due_words
from app.library.models import Resource
from app.library.permissions import can_verify_resource
from app.library.queries import resource_for
from app.library.rows import ResourceRow, row_of
from app.library.validity import due_for, set_review_day, still_valid
from app.library.views.doors import library

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PER_PAGE, MOST_YEARS = 20, 50


class ReviewDayForm(BeffroiForm):
    """The day a resource is to be looked at again."""

    review_on = DayField(
        _l("À revoir le"),
        description=_l("Ce jour-là, la question vous est posée par courriel. Laissez vide pour jamais."),
    )

    def validate_review_on(self, field: DayField) -> None:
        """Refuse a year so far away that it must be a slip: « 0026 »."""
        if field.day is not None and abs(field.day.year - today().year) > MOST_YEARS:
            raise ValidationError(_("Vérifiez l'année de cette date."))


@library.get("/ressources/a-revoir")
@signed_in
def due_page() -> ResponseReturnValue:
    """List what the person keeps and that is to be looked at again."""
    page = paginate(due_for(person()), page_number(), PER_PAGE)
    rows = [_row(one) for one in page.items]
    address = url_for("library.due_page", page="NUMBER").replace("NUMBER", "{n}")
    return render_template("library/due.html", page=page, rows=rows, address=address)


def _row(resource: Resource) -> ResourceRow:
    """Return a line that says since when, and whose it is."""
    row, author = row_of(resource, person()), resource.author
    whose = author.name if author is not None and author.id != person().id else ""
    return replace(row, facts=[due_words(resource), whose, *row.facts], summary="", tags=[], side=[])


@library.post("/ressources/<string(length=10):public_id>/toujours-valable")
@signed_in
def still_valid_view(public_id: str) -> ResponseReturnValue:
    """Say that a resource still holds."""
    resource = resource_for(person(), public_id)
    with transaction():
        still_valid(person(), resource)
    day = format_day_number(resource.review_on) if resource.review_on else ""
    flash(_("C'est noté : elle sera à revoir le %(day)s.", day=day))
    return redirect(safe_next(request.form.get("next")) or resource_url(resource))


@library.route("/ressources/<string(length=10):public_id>/revision", methods=["GET", "POST"])
@signed_in
def review_day_page(public_id: str) -> ResponseReturnValue:
    """Choose the day a resource is to be looked at again."""
    resource = resource_for(person(), public_id)
    can_verify_resource.require(person(), resource)
    kept = resource.review_on.isoformat() if resource.review_on else ""
    form = ReviewDayForm(data={"review_on": kept} if request.method == "GET" else None)
    if form.validate_on_submit():
        with transaction():
            set_review_day(person(), resource, form.review_on.day)
        flash(_("La date est enregistrée."))
        return redirect(resource_url(resource))
    page = render_template("library/review_day.html", resource=resource, form=form, back=resource_url(resource))
    return page, 422 if request.method == "POST" else 200
