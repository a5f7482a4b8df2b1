"""The organisations of the network: the list, one of them, recording, changing and deleting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from app.accounts.models import Organisation
from app.accounts.organisations.exporting import COLUMNS, rows_of
from app.accounts.organisations.forms import OrganisationForm, form_for
from app.accounts.organisations.kinds import KIND_NAMES, country_name, kind_name
from app.accounts.organisations.operations import (
    BadDetailsError,
    change_organisation,
    delete_organisation,
    obstacle_to_deletion,
    record_organisation,
    set_referent,
)
from app.accounts.organisations.queries import (
    BY_AGE,
    BY_NAME,
    BY_PEOPLE,
    BY_SIZE,
    Wanted,
    countries_present,
    how_many,
    organisation_called,
    organisations_page,
    organisations_wanted,
    people_numbers,
    people_of_organisation,
    person_of_organisation,
    referents_of,
    regions_present,
)
from app.admin.views.places import fill_from_place, is_asking, places_for
from app.core.access import administrators, person
from app.core.db import transaction
from app.core.errors import EditConflictError
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.i18n import ngettext
from app.core.navigation import Figure, Tab
from app.core.paging import page_number
from app.core.slots import fill
from app.core.tables import csv_answer
from app.spaces.invitations.queries import invitations_naming
from app.spaces.permissions import can_moderate_space

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from app.spaces.models import Invitation

blueprint = Blueprint("admin_organisations", __name__, url_prefix="/administration/collectivites")
CONFLICT, REFUSED = 409, 422
ORDERS = {
    BY_NAME: _l("Par nom"),
    BY_PEOPLE: _l("Par nombre de personnes"),
    BY_SIZE: _l("Par population"),
    BY_AGE: _l("Par date d'adhésion"),
}


@fill("admin.tabs", order=30)
def organisations_tab() -> Tab:
    """Return the tab of the organisations."""
    url = url_for("admin_organisations.list_page")
    return Tab(url, _("Collectivités"), active=request.path == url or request.path.startswith(f"{url}/"))


@fill("admin.figures", order=50)
def organisations_figure() -> Figure:
    """Return how many organisations are recorded."""
    number = how_many()
    words = ngettext("collectivité enregistrée", "collectivités enregistrées", number)
    return Figure(number, words, url_for("admin_organisations.list_page"))


def wanted() -> Wanted:
    """Return what the address asks of the list."""
    asked = request.args
    return Wanted(
        words=asked.get("q", ""),
        kind=asked.get("nature", ""),
        country=asked.get("pays", ""),
        region=asked.get("region", ""),
        member=asked.get("membre", ""),
        order=asked.get("tri", BY_NAME),
    )


@blueprint.get("")
@administrators
def list_page() -> ResponseReturnValue:
    """Show the organisations, searched, filtered and in order."""
    asked = wanted()
    page = organisations_page(asked, page_number())
    return render_template(
        "admin/organisations.html",
        page=page,
        asked=asked,
        numbers=people_numbers(page.items),
        recorded=how_many(),
        kinds=KIND_NAMES.items(),
        kind_name=kind_name,
        countries=[(code, country_name(code)) for code in countries_present()],
        region_pairs=[(region, region) for region in regions_present()],
        orders=ORDERS.items(),
        arguments={name: value for name, value in request.args.items() if name != "page" and value},
    )


@blueprint.get("/export.csv")
@administrators
def export() -> ResponseReturnValue:
    """Give the organisations asked for as a file for a spreadsheet."""
    return csv_answer("collectivites", COLUMNS, rows_of(organisations_wanted(wanted())))


@blueprint.route("/nouvelle", methods=["GET", "POST"])
@administrators
def new_page() -> ResponseReturnValue:
    """Record an organisation."""
    form = form_for()
    fill_from_place(form)
    if not is_asking() and form.validate_on_submit():
        try:
            with transaction():
                place = record_organisation(form.details(), person())
        except BadDetailsError as error:
            form.take(error.problems)
        else:
            flash(_("La fiche de %(place)s est enregistrée.", place=place.name))
            return redirect(_page_of(place))
    page = render_template("admin/organisation_new.html", form=form, **places_for(url_for(".new_page")))
    return page, REFUSED if form.errors else 200


@blueprint.get("/<string(length=10):public_id>")
@administrators
def organisation_page(public_id: str) -> ResponseReturnValue:
    """Show one organisation: its facts, its people, its referents."""
    place = organisation_called(public_id)
    return render_template(
        "admin/organisation.html",
        place=place,
        people=people_of_organisation(place, page_number()),
        referents=referents_of(place),
        obstacle=obstacle_to_deletion(place, person()),
        waiting=invitations_naming(place, person()),
        kind_name=kind_name,
        country_name=country_name,
    )


@blueprint.route("/<string(length=10):public_id>/modifier", methods=["GET", "POST"])
@administrators
def edit_page(public_id: str) -> ResponseReturnValue:
    """Change the facts of an organisation; a change made by somebody else meanwhile is shown, nothing is lost."""
    place = organisation_called(public_id)
    form, status = form_for(place), 200
    fill_from_place(form)
    if not is_asking() and form.validate_on_submit():
        status = _change(place, form)
        if not status:
            flash(_("Les changements sont enregistrés."))
            return redirect(_page_of(organisation_called(public_id)))
    current = organisation_called(public_id)
    if status == CONFLICT:
        form.edit_version.data = str(current.edit_version)
    return render_template(
        "admin/organisation_edit.html",
        form=form,
        place=current,
        in_conflict=status == CONFLICT,
        kind_name=kind_name,
        country_name=country_name,
        **places_for(url_for(".edit_page", public_id=public_id)),
    ), status if status == CONFLICT else REFUSED if form.errors else 200


def _change(place: Organisation, form: OrganisationForm) -> int:
    """Change an organisation as typed; return 0, or the status of the page to show again."""
    try:
        with transaction():
            change_organisation(place, form.details(), form.version_seen, person())
    except BadDetailsError as error:
        form.take(error.problems)
        return REFUSED
    except EditConflictError:
        return CONFLICT
    return 0


@blueprint.route("/<string(length=10):public_id>/supprimer", methods=["GET", "POST"])
@administrators
def delete_page(public_id: str) -> ResponseReturnValue:
    """Ask, then delete an organisation nobody belongs to; otherwise say why it stays."""
    place = organisation_called(public_id)
    if request.method == "GET":
        waiting = [(one, _page_with(one)) for one in invitations_naming(place, person())]
        obstacle = obstacle_to_deletion(place, person())
        return render_template("admin/organisation_delete.html", place=place, obstacle=obstacle, waiting=waiting)
    name = place.name
    with transaction():
        delete_organisation(place, person())
    flash(_("La fiche de %(place)s est supprimée.", place=name))
    return redirect(url_for("admin_organisations.list_page"))


def _page_with(invitation: Invitation) -> str:
    """Return the address of the page on which the reader finds an invitation and may cancel it."""
    words, anchor = invitation.email, "envoyees"
    if invitation.invited_by_id == person().id or not invitation.places:
        return url_for("inviting.invite_page", q=words, _anchor=anchor)
    run = next(one.space for one in invitation.places if can_moderate_space(person(), one.space))
    return url_for("space_invitations.invitations_page", slug=run.slug, q=words, _anchor=anchor)


@blueprint.post("/<string(length=10):public_id>/referents/<string(length=10):who>")
@administrators
def referent(public_id: str, who: str) -> ResponseReturnValue:
    """Let somebody invite colleagues of their organisation, or take it back."""
    place = organisation_called(public_id)
    user = person_of_organisation(place, who)
    given = request.form.get("referent") == "oui"
    with transaction():
        changed = set_referent(user, person(), given=given)
    if changed:
        flash(_referent_words(user, given=given))
    return redirect(f"{_page_of(place)}#personnes")


def _referent_words(user: Any, *, given: bool) -> str:
    if given:
        return _("%(name)s peut maintenant inviter ses collègues.", name=user.name)
    return _("%(name)s n'est plus référent.", name=user.name)


def _page_of(place: Organisation) -> str:
    return url_for("admin_organisations.organisation_page", public_id=place.public_id)
