"""The people of a space, for those who run it: roles, removal, additions, and the answers to those who ask."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select

from app.accounts.models import User
from app.accounts.queries import is_address, normal_email
from app.core.access import person, signed_in
from app.core.db import PUBLIC_ID_LENGTH, transaction
from app.core.deciding import TOO_LATE
from app.core.errors import DomainError, NotFoundError, sentence_of
from app.core.i18n import gettext as _
from app.core.text import one_line
from app.core.throttle import Limit
from app.extensions import db
from app.spaces.adding import member_to_add, members_to_add
from app.spaces.asking import accept, refuse, take_answer_back
from app.spaces.blueprint import render_space_page
from app.spaces.forms import RefusalForm
from app.spaces.hosting import add_directly, change_role, take_out
from app.spaces.invitations.permissions import can_invite_into
from app.spaces.models import JoinRequest, Membership, Role, Space
from app.spaces.operations import membership_in
from app.spaces.permissions import can_run_space
from app.spaces.views.doors import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PERSON = f"<string(length={PUBLIC_ID_LENGTH}):public_id>"
LONGEST_WORDS = 254
ADDRESSES = Limit("addresses to add", free=60, rest=timedelta(minutes=10))


def _back(space: Space) -> ResponseReturnValue:
    return redirect(url_for("spaces.members_page", slug=space.slug))


def _someone_in(space: Space, public_id: str) -> User:
    """Return a person who takes part in a space or asks to. Raises NotFoundError for anybody else."""
    known = [select(one.user_id).where(one.space_id == space.id) for one in (Membership, JoinRequest)]
    here = User.id.in_(known[0]) | User.id.in_(known[1])
    found: User | None = db.session.scalar(select(User).where(User.public_id == public_id, here))
    if found is None:
        raise NotFoundError
    return found


@blueprint.post(f"/membres/{PERSON}/role")
@signed_in
def role_view(space: Space, public_id: str) -> ResponseReturnValue:
    """Hand the running of the space to a person, or take it back."""
    can_run_space.require(person(), space)
    user, role = _someone_in(space, public_id), request.form.get("role", "")
    if role not in set(Role):
        raise NotFoundError
    place = membership_in(space, user)
    had_end = place is not None and place.expires_at is not None
    try:
        with transaction():
            change_role(space, user, role, by=person())
    except DomainError as error:
        return _said(space, error)
    runs = _("%(name)s anime maintenant l'espace.", name=user.name)
    if had_end:
        runs = _("%(name)s anime maintenant l'espace et y participe sans date de fin.", name=user.name)
    flash(runs if role == Role.FACILITATOR else _("%(name)s n'anime plus l'espace.", name=user.name))
    return _back(space)


@blueprint.route(f"/membres/{PERSON}/retirer", methods=["GET", "POST"])
@signed_in
def remove_view(space: Space, public_id: str) -> ResponseReturnValue:
    """Ask for confirmation, then take a person out of the space."""
    can_run_space.require(person(), space)
    user = _someone_in(space, public_id)
    membership = membership_in(space, user)
    if membership is None:
        raise NotFoundError
    if request.method == "GET":
        return render_space_page("spaces/remove.html", space, membership=membership)
    try:
        with transaction():
            take_out(space, user, by=person())
    except DomainError as error:
        return _said(space, error)
    flash(_("%(name)s ne participe plus à l'espace. Ses contributions restent.", name=user.name))
    return _back(space)


def _said(space: Space, error: DomainError) -> ResponseReturnValue:
    """Show a refusal above the list of members, where it can be mended; other errors have their own page."""
    flash(sentence_of(error), "error")
    return _back(space)


@blueprint.route("/membres/ajouter", methods=["GET", "POST"])
@signed_in
def add_page(space: Space) -> ResponseReturnValue:
    """Look for members of the network one knows, and add one without waiting for an answer."""
    me = person()
    can_run_space.require(me, space)
    words = one_line(request.values.get("q", ""))[:LONGEST_WORDS]
    if request.method == "GET":
        if is_address(normal_email(words)):
            ADDRESSES.take(str(me.id))
        found = members_to_add(me, space, words)
        invites = is_address(normal_email(words)) and can_invite_into(me, space)
        return render_space_page("spaces/add.html", space, words=words, found=found, invites=invites)
    user = member_to_add(me, space, request.form.get("person", ""))
    if user is None:
        raise NotFoundError
    try:
        with transaction():
            add_directly(space, user, by=me)
    except DomainError as error:
        return _said(space, error)
    flash(_("%(name)s participe maintenant à l'espace : un courriel le lui dit.", name=user.name))
    return redirect(url_for("spaces.add_page", slug=space.slug))


@blueprint.get("/membres/suggestions")
@signed_in
def suggestions_view(space: Space) -> ResponseReturnValue:
    """Return the members that may be added, under the field, as a fragment."""
    can_run_space.require(person(), space)
    words = one_line(request.args.get("q", ""))[:LONGEST_WORDS]
    return render_template("spaces/suggestions.html", space=space, found=members_to_add(person(), space, words)[:8])


@blueprint.post(f"/demandes/{PERSON}/accepter")
@signed_in
def admit_view(space: Space, public_id: str) -> ResponseReturnValue:
    """Say yes to a request to enter."""
    can_run_space.require(person(), space)
    user = _someone_in(space, public_id)
    try:
        with transaction():
            accept(space, user, by=person())
    except DomainError as error:
        return _said(space, error)
    return _back(space)


@blueprint.route(f"/demandes/{PERSON}/refuser", methods=["GET", "POST"])
@signed_in
def refuse_view(space: Space, public_id: str) -> ResponseReturnValue:
    """Ask why, then say no to a request to enter; the reason is sent."""
    can_run_space.require(person(), space)
    user, form = _someone_in(space, public_id), RefusalForm()
    if not form.validate_on_submit():
        page = render_space_page("spaces/refuse.html", space, user=user, form=form)
        return page, 200 if request.method == "GET" else 422
    try:
        with transaction():
            refuse(space, user, form.reason.data, by=person())
    except DomainError as error:
        return _said(space, error)
    return _back(space)


@blueprint.post(f"/demandes/{PERSON}/annuler")
@signed_in
def take_back_view(space: Space, public_id: str) -> ResponseReturnValue:
    """Take the answer to a request back while it has no effect; who was refused is nobody here any more after that."""
    can_run_space.require(person(), space)
    try:
        user = _someone_in(space, public_id)
    except NotFoundError:
        return _said(space, DomainError(TOO_LATE))
    try:
        with transaction():
            take_answer_back(space, user, by=person())
    except DomainError as error:
        return _said(space, error)
    flash(_("La décision est annulée : la demande attend de nouveau."))
    return _back(space)
