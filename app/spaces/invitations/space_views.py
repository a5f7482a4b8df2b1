"""The invitations and guests of a space, for those who run it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from flask import flash, redirect, request, url_for
from sqlalchemy import select

from app.accounts.models import User, UserKind
from app.accounts.queries import LONGEST_EMAIL
from app.core.access import person, signed_in
from app.core.db import PUBLIC_ID_LENGTH, transaction
from app.core.errors import DomainError, NotFoundError
from app.core.i18n import gettext as _
from app.core.paging import page_number
from app.core.text import one_line
from app.extensions import db
from app.spaces.blueprint import SpaceBlueprint, render_space_page
from app.spaces.invitations.forms import InvitationForm, StayForm
from app.spaces.invitations.guests import end_stay, extend, guests_of, make_member, settle
from app.spaces.invitations.permissions import archived_sentence, can_invite_into, can_make_member
from app.spaces.invitations.queries import invitations_into, inviting_spaces, sponsors_in
from app.spaces.invitations.sending import send_all, words_asked
from app.spaces.models import Membership, Space
from app.spaces.permissions import can_moderate_space

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

blueprint = SpaceBlueprint("space_invitations", __name__)
GUESTS = "invites"  # where the page shows them
GUEST = f"/invites/<string(length={PUBLIC_ID_LENGTH}):public_id>"


@blueprint.route("/invitations", methods=["GET", "POST"])
@signed_in
def invitations_page(space: Space) -> ResponseReturnValue:
    """Show who is invited into a space and who its guests are; invite."""
    me = person()
    can_moderate_space.require(me, space)
    form, status = _form(space), 200
    if form.is_submitted() and space.archived_at is not None:
        status = 409
    elif form.is_submitted():
        can_invite_into.require(me, space)
        status = send_all(me, form, space) if form.validate() else 422
        if not status:
            return _back(space)
    return _page(space, form, status)


def _page(
    space: Space, form: InvitationForm, status: int, refused: Mapping[int, StayForm] = MappingProxyType({})
) -> ResponseReturnValue:
    """Show the page; ``refused``: what was typed of a guest's stay and could not be, by the guest's key."""
    me, guests = person(), guests_of(space)
    page = render_space_page(
        "invitations/space.html",
        space,
        form=form if can_invite_into(me, space) else None,
        archived=archived_sentence(space) if space.archived_at is not None else None,
        pending=invitations_into(space, page_number(), words_asked()),
        words=words_asked(),
        guests=guests,
        stay=StayForm(formdata=None),
        refused=refused,
        mine={one.user_id for one in guests if can_make_member(me, one.user)},
    )
    return page, status


def _form(space: Space, *, typed: bool = True) -> InvitationForm:
    """Return the form to invite with; ``typed``: what was sent, if anything was, is this form."""
    form = InvitationForm() if typed else InvitationForm(formdata=None)
    form.here = space
    others = [one for one in inviting_spaces(person()) if one.id != space.id]
    form.offer(others, [one for one in sponsors_in(space) if one.id != person().id], person())
    asked = one_line(request.args.get("adresse", ""))[:LONGEST_EMAIL]
    if asked and not form.is_submitted():
        form.addresses.data, form.kind.data = asked, UserKind.MEMBER.value
    if not typed:
        form.propose()
    return form


def _back(space: Space, anchor: str | None = None) -> ResponseReturnValue:
    return redirect(url_for("space_invitations.invitations_page", slug=space.slug, _anchor=anchor))


def _guest(space: Space, public_id: str) -> Membership:
    """Return the place of a guest in a space. Raises RefusedError, or NotFoundError for somebody of elsewhere."""
    can_moderate_space.require(person(), space)
    place = select(Membership).join(Membership.user).where(User.public_id == public_id, Membership.space_id == space.id)
    found: Membership | None = db.session.scalar(place)
    if found is None:
        raise NotFoundError
    return found


def _said(space: Space, error: DomainError) -> ResponseReturnValue:
    """Say above the page why nothing was done."""
    flash(str(error.message), "error")
    return _back(space)


@blueprint.post(f"{GUEST}/prolonger")
@signed_in
def extend_view(space: Space, public_id: str) -> ResponseReturnValue:
    """Let a guest stay longer; an end that cannot be is said beside what was typed."""
    place = _guest(space, public_id)
    guest, form = place.user, StayForm(place.expires_at)
    is_right = form.validate()
    if place.expires_at and space.archived_at is None and not is_right:
        return _page(space, _form(space, typed=False), 422, {guest.id: form})
    try:
        with transaction():
            extend(person(), space, guest, form.end if is_right else None, everywhere=form.everywhere.data)
    except DomainError as error:
        return _said(space, error)
    flash(_("L'accès de %(name)s est prolongé.", name=guest.name))
    return _back(space, GUESTS)


@blueprint.post(f"{GUEST}/sans-fin")
@signed_in
def settle_view(space: Space, public_id: str) -> ResponseReturnValue:
    """Let a member who came until a date stay for good."""
    place = _guest(space, public_id)
    member = place.user
    try:
        with transaction():
            settle(person(), space, member)
    except DomainError as error:
        return _said(space, error)
    flash(_("%(name)s participe maintenant à l'espace sans date de fin.", name=member.name))
    return _back(space, GUESTS)


@blueprint.post(f"{GUEST}/fin")
@signed_in
def end_view(space: Space, public_id: str) -> ResponseReturnValue:
    """End a guest's access now."""
    guest = _guest(space, public_id).user
    try:
        with transaction():
            end_stay(person(), space, guest)
    except DomainError as error:
        return _said(space, error)
    flash(_("%(name)s n'a plus accès à l'espace. Ses contributions restent.", name=guest.name))
    return _back(space, GUESTS)


@blueprint.post(f"{GUEST}/membre")
@signed_in
def member_view(space: Space, public_id: str) -> ResponseReturnValue:
    """Make a member of the network of a guest, or ask those who may."""
    guest = _guest(space, public_id).user
    with transaction():
        done = make_member(person(), guest)
    if done:
        flash(_("%(name)s est maintenant membre du réseau.", name=guest.name))
    else:
        flash(_("L'équipe du réseau est prévenue : elle décidera de faire entrer %(name)s.", name=guest.name))
    return _back(space, GUESTS)
