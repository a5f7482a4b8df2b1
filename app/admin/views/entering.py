"""Entering a space not one's own, with a reason and for a time; and leaving it at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, url_for

from app.accounts.confirming import confirmed
from app.admin.entering_form import EnterForm
from app.admin.things import space_with
from app.core.access import administrators, person
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import DomainError
from app.core.i18n import format_until
from app.core.i18n import gettext as _
from app.spaces.entering import enter_space, leave_entered_space, reason_to_stay_out
from app.spaces.models import Space
from app.spaces.queries import facilitators_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("admin_entering", __name__, url_prefix="/administration/espaces/<string(length=10):public_id>")


@blueprint.route("/entrer", methods=["GET", "POST"])
@administrators
@confirmed
def enter_page(public_id: str) -> ResponseReturnValue:
    """Ask why and for how long, then enter."""
    space, form = space_with(public_id), EnterForm()
    refusal = reason_to_stay_out(person(), space)
    if refusal is None and form.validate_on_submit():
        try:
            with transaction():
                stay = enter_space(person(), space, form.reason.data or "", now() + form.duration)
        except DomainError as error:  # somebody or another window was quicker
            return _page(space, form, str(error.message), 409)
        flash(
            _(
                "Vous avez accès à l'espace jusqu'à %(end)s. Les personnes qui l'animent sont prévenues.",
                end=format_until(stay.ends_at),
            )
        )
        return redirect(url_for("spaces.space_page", slug=space.slug))
    status = 409 if refusal and form.is_submitted() else 422 if form.is_submitted() else 200
    return _page(space, form, refusal, status)


def _page(space: Space, form: EnterForm, refusal: str | None, status: int) -> ResponseReturnValue:
    told = facilitators_of(space)
    return render_template("admin/enter.html", space=space, form=form, refusal=refusal, told=told), status


@blueprint.post("/sortir")
@administrators
def leave_view(public_id: str) -> ResponseReturnValue:
    """End one's stay at once. Leaving twice is leaving once."""
    space = space_with(public_id)
    with transaction():
        left = leave_entered_space(person(), space)
    if left:
        flash(_("Vous avez quitté « %(space)s ».", space=space.label))
    return redirect(url_for("admin_access.access_page"))
