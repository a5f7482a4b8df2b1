"""The page of an invitation: whoever holds its link sees what it opens, and accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_login import current_user

from app.accounts.entering import CARRIED_KEY, PASSWORD, enter
from app.accounts.models import User
from app.accounts.passwords import hash_password
from app.accounts.queries import may_sign_in, user_by_email
from app.core.access import anyone, person, signed_in
from app.core.db import transaction
from app.core.errors import DomainError, NotFoundError
from app.core.i18n import LANGUAGE_KEY
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.sessions import hashed
from app.spaces.invitations.accepting import Newcomer, Welcome, accept_by_hash
from app.spaces.invitations.forms import AcceptForm
from app.spaces.invitations.offers import Offer, offer_of
from app.spaces.invitations.queries import invitation_of_hash
from app.spaces.models import Invitation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask.typing import ResponseReturnValue
    from flask_babel.speaklater import LazyString

blueprint = Blueprint("invitations", __name__)
INVITATION = "invitation"
OPEN_AGAIN = _l("Ouvrez de nouveau le lien du courriel, dans ce navigateur.")
NO_REFERRER = {"Referrer-Policy": "no-referrer"}


@blueprint.route("/invitation/<secret>", methods=["GET", "POST"])
@anyone
def invitation_page(secret: str) -> ResponseReturnValue:
    """Show what an invitation opens, or accept it. Opening the page does not use the link up."""
    return _invitation(hashed(secret))


@blueprint.route("/invitation", methods=["GET", "POST"])
@signed_in
def carried_page() -> ResponseReturnValue:
    """Show the invitation whose link was opened before signing in, or accept it: its secret stands in no address."""
    carried = session.get(CARRIED_KEY)
    secret_hash = carried.get(INVITATION) if isinstance(carried, dict) else None
    return _invitation(secret_hash) if isinstance(secret_hash, str) else _over([OPEN_AGAIN])


def _invitation(secret_hash: str) -> ResponseReturnValue:
    invitation = invitation_of_hash(secret_hash)
    account = user_by_email(invitation.email) if invitation is not None else None
    if invitation is None or (account is not None and not may_sign_in(account)):
        return _over()
    offer = offer_of(invitation, account)
    if offer.is_empty and not offer.needs_approval:
        return _over(offer.lapsed)
    form = AcceptForm(invitation.email, obj=invitation)
    if account is None and not current_user.is_authenticated and not offer.needs_approval:
        if form.validate_on_submit():
            return _accepted(secret_hash, _newcomer(form))
    elif form.is_submitted() and account is not None and current_user == account:
        return _accepted(secret_hash, person())
    elif "sign_in" in request.form and account is not None and not current_user.is_authenticated:
        session[CARRIED_KEY] = {INVITATION: secret_hash}
        return redirect(url_for("accounts.sign_in_page", next=url_for("invitations.carried_page")))
    return _page(invitation, offer, account, form)


def _page(invitation: Invitation, offer: Offer, account: User | None, form: AcceptForm) -> ResponseReturnValue:
    page = render_template(
        "invitations/invitation.html", invitation=invitation, offer=offer, account=account, form=form
    )
    return page, 422 if form.errors else 200, NO_REFERRER


def _over(lapsed: Iterable[LazyString] = ()) -> ResponseReturnValue:
    """Answer the same whatever the link was: used, too old, cancelled, never made."""
    return render_template("invitations/over.html", lapsed=list(lapsed)), 404, NO_REFERRER


def _newcomer(form: AcceptForm) -> Newcomer:
    password = hash_password(form.password.data or "")
    return Newcomer(form.name.data or "", form.function.data or "", password, form.language.data)


def _accepted(secret_hash: str, who: User | Newcomer) -> ResponseReturnValue:
    """Accept, and bring the person to the first space that opened, or home."""
    try:
        with transaction():
            welcome = accept_by_hash(secret_hash, who)
    except NotFoundError:
        return _over()
    except DomainError as error:
        return _over([error.message])
    session.pop(CARRIED_KEY, None)
    first = welcome.spaces[0] if welcome.spaces else None
    target = url_for("spaces.space_page", slug=first.slug) if first else url_for("home.home_page")
    answer: ResponseReturnValue = redirect(target)
    if isinstance(who, Newcomer):
        answer = enter(welcome.user, target, "", PASSWORD)
        session[LANGUAGE_KEY] = welcome.user.language
    _greet(welcome)
    return answer


def _greet(welcome: Welcome) -> None:
    names = ", ".join(f"« {space.name} »" for space in welcome.spaces)
    if names:
        flash(_("Bienvenue, %(name)s. Vous participez à %(spaces)s.", name=welcome.user.first_name, spaces=names))
    else:
        flash(_("Bienvenue dans le réseau, %(name)s.", name=welcome.user.first_name))
    for sentence in welcome.lapsed:
        flash(str(sentence), "warning")
