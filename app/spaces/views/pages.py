"""The pages of spaces: the list, one space, its people, and the ways in and out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from app.core.access import network_members, person, signed_in
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import DomainError, RefusedError
from app.core.i18n import gettext as _
from app.core.navigation import Tab
from app.core.paging import page_number
from app.core.slots import fill
from app.core.text import typographic
from app.spaces.asking import request_access
from app.spaces.blueprint import WAITING, for_outsiders, render_space_page
from app.spaces.cards import space_cards
from app.spaces.entering import stays_in
from app.spaces.forms import AskForm
from app.spaces.models import Membership, Role, Space
from app.spaces.operations import is_last_facilitator, join, leave
from app.spaces.people import shows
from app.spaces.permissions import (
    can_ask_for_space,
    can_join_space,
    can_run_space,
    can_see_space,
    facilitates,
    memberships_of,
)
from app.spaces.queries import facilitators_of, organisations_of, people_of, requested_by, requests_for, turnout
from app.spaces.views.doors import blueprint, listing

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

SHIELDS = 10
NEWCOMER_FOR = timedelta(days=30)


@listing.get("/espaces")
@signed_in
def spaces_page() -> ResponseReturnValue:
    """List the spaces: those of the person first, then the others they may know of."""
    mine, others = space_cards(person())
    return render_template("spaces/list.html", mine=mine, others=others)


@fill("space.tabs", order=10)
def overview_tab(space: Space) -> Tab:
    """Return the first tab of a space."""
    url = url_for("spaces.space_page", slug=space.slug)
    return Tab(url, _("Vue d'ensemble"), active=request.endpoint == "spaces.space_page")


@fill("space.tabs", order=90)
def members_tab(space: Space) -> Tab:
    """Return the last tab of a space."""
    url = url_for("spaces.members_page", slug=space.slug)
    return Tab(
        url,
        _("Membres"),
        turnout(space).people,
        active=request.path.startswith(url) or request.path.startswith(f"/espaces/{space.slug}/invitations"),
    )


@blueprint.get("")
@signed_in
def space_page(space: Space) -> ResponseReturnValue:
    """Show the front page of a space."""
    me, numbers = person(), turnout(space)
    return render_space_page(
        "spaces/overview.html",
        space,
        purpose=typographic(space.purpose_html),
        facilitators=(running := facilitators_of(space)),
        writable_to={one.id for one in running if one.id != me.id and shows(me, one, "email")},
        organisations=organisations_of(space, SHIELDS),
        more_organisations=max(0, numbers.organisations - SHIELDS),
        guests=numbers.guests,
        membership=memberships_of(me).get(space.id),
        may_join=can_join_space(me, space),
        may_ask=can_ask_for_space(me, space),
        has_asked=space.id in requested_by(me),
        welcome=typographic(space.welcome_html) if is_newcomer(memberships_of(me).get(space.id)) else "",
    )


def is_newcomer(membership: Membership | None) -> bool:
    """Tell whether a person has lately come into a space, not to run it, and has not put its welcome away."""
    if membership is None or membership.role == Role.FACILITATOR or membership.welcomed_at is not None:
        return False
    return now() - membership.created_at < NEWCOMER_FOR


@blueprint.get("/membres")
@signed_in
def members_page(space: Space) -> ResponseReturnValue:
    """Show the people of a space; to those who run it, who asks to enter and the visits of administrators too."""
    me = person()
    runs, facilitating = can_run_space(me, space), facilitates(me, space)
    return render_space_page(
        "spaces/members.html",
        space,
        page=people_of(space, page_number()),
        runs=runs,
        facilitating=facilitating,
        asking=requests_for(space) if runs else [],
        stays=stays_in(space) if facilitating else [],
    )


@blueprint.post("/rejoindre")
@network_members
@for_outsiders
def join_space(space: Space) -> ResponseReturnValue:
    """Enter a space that lets people in freely."""
    with transaction():
        join(person(), space)
    flash(_("Vous participez maintenant à « %(space)s ».", space=space.name))
    return redirect(url_for("spaces.space_page", slug=space.slug))


@blueprint.route("/demander", methods=["GET", "POST"])
@network_members
@for_outsiders
def ask_for_space(space: Space) -> ResponseReturnValue:
    """Ask to enter a space, with a few words; those who run it decide."""
    me, form = person(), AskForm()
    may_join = can_join_space(me, space)
    if request.method == "GET" and space.id in requested_by(me):
        raise RefusedError(WAITING, space)
    if request.method == "GET" and not may_join:
        can_ask_for_space.require(me, space)
    if request.method == "GET" or not (may_join or form.validate()):
        page = render_template("spaces/ask.html", space=space, form=form, may_join=may_join)
        return page, 200 if request.method == "GET" else 422
    if may_join:
        return join_space(space)
    with transaction():
        first = request_access(me, space, form.message.data or "")
    sent = _("Votre demande est envoyée. Vous recevrez la réponse par courriel.")
    flash(sent if first else _("Votre demande est déjà envoyée. Vous recevrez la réponse par courriel."))
    return redirect(url_for("space_list.spaces_page"))


@blueprint.route("/quitter", methods=["GET", "POST"])
@signed_in
def leave_space(space: Space) -> ResponseReturnValue:
    """Ask for confirmation, then leave a space. What the person wrote stays."""
    membership = memberships_of(person()).get(space.id)
    if membership is None:
        return redirect(url_for("spaces.space_page", slug=space.slug))
    if request.method == "GET":
        alone = is_last_facilitator(space, person())
        return render_space_page("spaces/leave.html", space, membership=membership, alone=alone)
    try:
        with transaction():
            leave(person(), space)
    except DomainError:
        return render_space_page("spaces/leave.html", space, membership=membership, alone=True), 409
    flash(_("Vous ne participez plus à « %(space)s ». Vos contributions restent.", space=space.name))
    if can_see_space(person(), space):
        return redirect(url_for("space_list.spaces_page"))
    return redirect(url_for("home.home_page"))
