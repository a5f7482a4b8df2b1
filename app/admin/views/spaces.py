"""The administration of spaces: all of them by name, those nobody runs, and the end of one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from app.accounts.confirming import confirmed
from app.admin.spaces import STATES, any_space, count_of_orphans, deleted_space, page_of_spaces
from app.core.access import administrators, person
from app.core.db import PUBLIC_ID_LENGTH, transaction
from app.core.errors import DomainError, sentence_of
from app.core.i18n import gettext as _
from app.core.navigation import Tab
from app.core.paging import page_number
from app.core.slots import fill
from app.core.text import one_line
from app.spaces.blueprint import access_fact
from app.spaces.entering import reason_to_stay_out
from app.spaces.hosting import name_facilitator
from app.spaces.models import Space
from app.spaces.queries import facilitators_of, member_named, turnout
from app.spaces.running import delete_space, restore_space

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("admin_spaces", __name__)
SPACE = f"/administration/espaces/<string(length={PUBLIC_ID_LENGTH}):public_id>"
LONGEST_WORDS = 254


@fill("admin.tabs", order=40)
def spaces_tab() -> Tab:
    """Return the tab « Espaces »."""
    url = url_for("admin_spaces.spaces_page")
    return Tab(url, _("Espaces"), active=request.path.startswith(url))


@blueprint.get("/administration/espaces")
@administrators
def spaces_page() -> ResponseReturnValue:
    """List all spaces, private ones too, without showing anything of what they hold."""
    words, state = one_line(request.args.get("q", ""))[:LONGEST_WORDS], request.args.get("etat", "")
    state = state if state in STATES else ""
    return render_template(
        "admin/spaces.html",
        page=page_of_spaces(words, state, page_number()),
        words=words,
        state=state,
        orphans=count_of_orphans(),
        access_of=access_fact,
        stays_out=partial(reason_to_stay_out, person()),
        page_url=url_for("admin_spaces.spaces_page", q=words or None, etat=state or None, page="NUMBER").replace(
            "NUMBER", "{n}"
        ),
    )


@blueprint.route(f"{SPACE}/animation", methods=["GET", "POST"])
@administrators
def facilitator_page(public_id: str) -> ResponseReturnValue:
    """Give a space that nobody runs any more somebody who does."""
    space = any_space(public_id)
    words = one_line(request.form.get("who", ""))[:LONGEST_WORDS]
    if request.method == "GET":
        return _facilitator_form(space)
    user = member_named(words)
    if user is None:
        return _facilitator_form(
            space, words, _("Aucun membre du réseau n'a exactement ce nom ou cette adresse. Indiquez son courriel.")
        )
    try:
        with transaction():
            name_facilitator(space, user, by=person())
    except DomainError as error:
        return _facilitator_form(space, words, str(error.message))
    flash(_("%(name)s anime maintenant « %(space)s ».", name=user.name, space=space.name))
    return redirect(url_for("admin_spaces.spaces_page"))


def _facilitator_form(space: Space, words: str = "", problem: str = "") -> ResponseReturnValue:
    page = render_template(
        "admin/space_facilitator.html", space=space, words=words, problem=problem, running=facilitators_of(space)
    )
    return page, 422 if problem else 200


@blueprint.route(f"{SPACE}/supprimer", methods=["GET", "POST"])
@administrators
@confirmed
def delete_page(public_id: str) -> ResponseReturnValue:
    """Ask for the name of a space, typed again, then put it and all it holds out of sight."""
    space = any_space(public_id)
    if request.method == "GET":
        return render_template("admin/space_delete.html", space=space, problem="", typed="")
    typed, name = request.form.get("name", ""), space.name
    try:
        with transaction():
            delete_space(space, typed, by=person())
    except DomainError as error:
        problem = sentence_of(error)
        return render_template("admin/space_delete.html", space=space, problem=problem, typed=one_line(typed)), 422
    flash(_("L'espace « %(space)s » est supprimé.", space=name))
    return redirect(url_for("admin_spaces.spaces_page"))


@blueprint.route(f"{SPACE}/restaurer", methods=["GET", "POST"])
@administrators
def restore_page(public_id: str) -> ResponseReturnValue:
    """Say who will read a deleted space again, then bring it back; nothing of what it holds is shown."""
    space = deleted_space(public_id)
    if request.method == "GET":
        return render_template(
            "admin/space_restore.html", space=space, access=access_fact(space), numbers=turnout(space)
        )
    with transaction():
        restore_space(space, by=person())
    flash(_("L'espace « %(space)s » est restauré, tel qu'il était.", space=space.name))
    return redirect(url_for("admin_spaces.spaces_page", q=space.name))
