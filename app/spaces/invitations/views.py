"""The page of an invitation: whoever holds its link sees what it opens, and accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask_login import current_user

from app.accounts.entering import PASSWORD, enter
from app.accounts.models import User
from app.accounts.passwords import hash_password
from app.accounts.queries import may_sign_in, user_by_email
from app.core.access import anyone, person
from app.core.db import transaction
from app.core.errors import DomainError, NotFoundError
from app.core.i18n import LANGUAGE_KEY
from app.core.i18n import gettext as _
from app.spaces.invitations.accepting import Newcomer, Welcome, accept
from app.spaces.invitations.forms import AcceptForm
from app.spaces.invitations.offers import Offer, offer_of
from app.spaces.invitations.queries import invitation_of
from app.spaces.models import Invitation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask.typing import ResponseReturnValue
    from flask_babel.speaklater import LazyString

blueprint = Blueprint("invitations", __name__)
NO_REFERRER = {"Referrer-Policy": "no-referrer"}


@blueprint.route("/invitation/<secret>", methods=["GET", "POST"])
@anyone
def invitation_page(secret: str) -> ResponseReturnValue:
    """Show what an invitation opens, or accept it. Opening the page does not use the link up."""
    invitation = invitation_of(secret)
    account = user_by_email(invitation.email) if invitation is not None else None
    if invitation is None or (account is not None and not may_sign_in(account)):
        return _over()
    offer = offer_of(invitation, account)
    if offer.is_empty and not offer.needs_approval:
        return _over(offer.lapsed)
    form = AcceptForm(invitation.email, obj=invitation)
    if account is None and not current_user.is_authenticated and not offer.needs_approval:
        if form.validate_on_submit():
            return _accepted(secret, _newcomer(form))
    elif form.is_submitted() and account is not None and current_user == account:
        return _accepted(secret, person())
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


def _accepted(secret: str, who: User | Newcomer) -> ResponseReturnValue:
    """Accept, and bring the person to the first space that opened, or home."""
    try:
        with transaction():
            welcome = accept(secret, who)
    except NotFoundError:
        return _over()
    except DomainError as error:
        return _over([error.message])
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
