"""Inviting into the network: administrators anyone, referents their colleagues; what becomes of what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select

from app.accounts.models import User
from app.core.access import administrators, network_members, person
from app.core.db import PUBLIC_ID_LENGTH, transaction
from app.core.errors import DomainError, NotFoundError, RefusedError
from app.core.i18n import gettext as _
from app.core.navigation import NavigationEntry, Tab, safe_next
from app.core.paging import page_number
from app.core.slots import fill
from app.extensions import db
from app.spaces.invitations.forms import InvitationForm
from app.spaces.invitations.guests import make_member
from app.spaces.invitations.operations import send_again, withdraw
from app.spaces.invitations.permissions import is_referent
from app.spaces.invitations.queries import (
    invitation_for,
    invitations_by,
    inviting_spaces,
    spaces_for_colleagues,
)
from app.spaces.invitations.sending import send_all, words_asked

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


blueprint = Blueprint("inviting", __name__)
ID = f"<string(length={PUBLIC_ID_LENGTH}):public_id>"


@fill("account.menu", order=40)
def colleagues_entry() -> NavigationEntry | None:
    """Return the way to one's colleagues, for referents only."""
    if not is_referent(current_user):
        return None
    return NavigationEntry(url_for("inviting.colleagues_page"), _("Inviter des collègues"), "people", "/moi/collegues")


@fill("account.tabs", order=50)
def colleagues_tab() -> Tab | None:
    """Return the tab of one's colleagues, for referents only."""
    if not is_referent(current_user):
        return None
    url = url_for("inviting.colleagues_page")
    return Tab(url, _("Collègues"), active=request.path == url)


@blueprint.route("/administration/personnes/inviter", methods=["GET", "POST"])
@administrators
def invite_page() -> ResponseReturnValue:
    """Invite anybody into the network, and into the spaces an administrator may open."""
    form = InvitationForm()
    if not form.is_submitted():
        form.kind.data = "member"
    form.offer(inviting_spaces(person()), [], person())
    return _answer(form, "invitations/network.html", "inviting.invite_page")


@blueprint.route("/moi/collegues", methods=["GET", "POST"])
@network_members
def colleagues_page() -> ResponseReturnValue:
    """Invite colleagues of one's own organisation."""
    if not is_referent(person()):
        raise RefusedError
    form = InvitationForm()
    form.without_guests()
    form.offer(spaces_for_colleagues(person()), [], person())
    return _answer(form, "invitations/colleagues.html", "inviting.colleagues_page")


def _answer(form: InvitationForm, template: str, endpoint: str) -> ResponseReturnValue:
    status = 200
    if form.is_submitted():
        status = send_all(person(), form) if form.validate() else 422
        if not status:
            return redirect(url_for(endpoint))
    words = words_asked()
    return render_template(
        template, form=form, words=words, pending=invitations_by(person(), page_number(), words)
    ), status


@blueprint.post(f"/invitations/{ID}/renvoyer")
@network_members
def send_again_view(public_id: str) -> ResponseReturnValue:
    """Mail a new link; the old one dies."""
    invitation = invitation_for(person(), public_id)
    try:
        with transaction():
            send_again(person(), invitation)
    except DomainError as error:
        flash(str(error.message), "error")
    else:
        flash(_("L'invitation est renvoyée. L'ancien lien ne sert plus."))
    return _back()


@blueprint.post(f"/invitations/{ID}/annuler")
@network_members
def withdraw_view(public_id: str) -> ResponseReturnValue:
    """Close an invitation, or take out of it the spaces one runs."""
    invitation = invitation_for(person(), public_id)
    try:
        with transaction():
            withdraw(person(), invitation)
    except DomainError as error:
        flash(str(error.message), "error")
    else:
        flash(_("L'invitation est annulée : son lien ne sert plus."))
    return _back()


def _back() -> ResponseReturnValue:
    return redirect(safe_next(request.form.get("next")) or url_for("home.home_page"))


@blueprint.route(f"/administration/personnes/{ID}/devenir-membre", methods=["GET", "POST"])
@administrators
def guest_page(public_id: str) -> ResponseReturnValue:
    """Make a member of the network of a guest whom somebody proposed."""
    guest: User | None = db.session.scalar(select(User).where(User.public_id == public_id))
    if guest is None or not guest.is_active:
        raise NotFoundError
    if request.method == "GET":
        return render_template("invitations/guest.html", guest=guest)
    with transaction():
        make_member(person(), guest)
    flash(_("%(name)s est maintenant membre du réseau.", name=guest.name))
    return redirect(url_for("inviting.guest_page", public_id=public_id))
