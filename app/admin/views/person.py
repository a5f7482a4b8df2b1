"""The page of one person in the administration, and what is done there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from app.accounts.confirming import confirmed
from app.accounts.managing import change_person
from app.accounts.models import User
from app.admin.acts import ACTS, GRAVE_ACTS, Act, Asked
from app.admin.forms import PersonForm
from app.admin.person import organisation_names, person_called, portrait_of
from app.core.access import administrators, person
from app.core.db import transaction
from app.core.errors import DomainError, EditConflictError, NotFoundError
from app.core.forms import number_in
from app.core.i18n import gettext as _

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("admin_person", __name__, url_prefix="/administration/personnes/<public_id>")


@blueprint.get("")
@administrators
def person_page(public_id: str) -> ResponseReturnValue:
    """Show one person."""
    user = person_called(public_id)
    acts = [
        (url_for(f"admin_person.{endpoint}", public_id=public_id, act=slug), act)
        for endpoint, table in (("act_page", ACTS), ("grave_act_page", GRAVE_ACTS))
        for slug, act in table.items()
        if act.is_offered(user, person())
    ]
    return render_template("admin/person.html", user=user, portrait=portrait_of(user), acts=acts)


@blueprint.route("/modifier", methods=["GET", "POST"])
@administrators
def edit_page(public_id: str) -> ResponseReturnValue:
    """Correct what is said of a person."""
    user = person_called(public_id)
    form = PersonForm.of(user)
    if form.validate_on_submit():
        details, version = form.details, number_in(form.edit_version.data) or 0
        try:
            with transaction():
                change_person(user, details, by=person(), edit_version=version)
        except EditConflictError as error:
            return _edit_form(user, form, error)
        flash(_("La fiche est enregistrée."))
        return _back_to(public_id)
    return _edit_form(user, form)


def _edit_form(user: User, form: PersonForm, conflict: EditConflictError | None = None) -> ResponseReturnValue:
    """Show the form; after a conflict with what the account says now beside what was typed."""
    if conflict is not None:
        form.edit_version.data = str(user.edit_version)
    page = render_template(
        "admin/person_edit.html", user=user, form=form, conflict=conflict, organisations=organisation_names()
    )
    return page, 409 if conflict else (422 if form.errors else 200)


@blueprint.route(f"/<any({', '.join(map(repr, ACTS))}):act>", methods=["GET", "POST"])
@administrators
def act_page(public_id: str, act: str) -> ResponseReturnValue:
    """Say what an act means, then do it."""
    return _act(public_id, act, ACTS[act])


@blueprint.route(f"/<any({', '.join(map(repr, GRAVE_ACTS))}):act>", methods=["GET", "POST"])
@administrators
@confirmed
def grave_act_page(public_id: str, act: str) -> ResponseReturnValue:
    """The same, for what asks for the password again."""
    return _act(public_id, act, GRAVE_ACTS[act])


def _act(public_id: str, slug: str, act: Act) -> ResponseReturnValue:
    user = person_called(public_id)
    if not act.is_offered(user, person()):
        flash(_("Ce n'est plus nécessaire : la situation a changé."))
        return _back_to(public_id)
    refusal = ""
    if request.method == "POST":
        asked = Asked(user, person(), number_in(request.form.get("edit_version")) or 0, "accepted" in request.form)
        try:
            with transaction():
                act.does(asked)
        except NotFoundError:
            raise
        except DomainError as error:
            refusal = str(error.message)
        else:
            flash(str(act.said))
            return _back_to(public_id) if person().is_admin else redirect(url_for("home.home_page"))
    warnings = list(act.warns(user))
    page = render_template("admin/person_act.html", user=user, act=act, slug=slug, warnings=warnings, refusal=refusal)
    return page, 409 if refusal else 200


def _back_to(public_id: str) -> Response:
    return redirect(url_for("admin_person.person_page", public_id=public_id))
