"""The page of an invitation: whoever holds its link sees what it opens, and accepts."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import force_locale
from flask_login import current_user

from app.accounts.entering import CARRIED_KEY, ENDING_KEY, PASSWORD, SSO, enter
from app.accounts.language import takes_language
from app.accounts.models import User
from app.accounts.passwords import hash_password
from app.accounts.queries import may_sign_in, user_by_email
from app.accounts.sso.proofs import Proof, kept_proof, offers_single_sign_on, onward_page
from app.core.access import anyone, person
from app.core.db import transaction
from app.core.errors import DomainError, NotFoundError
from app.core.i18n import LANGUAGE_KEY, current_language
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.sessions import hashed
from app.spaces.invitations.accepting import Newcomer, Welcome, accept_by_hash, is_proof_for
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
@takes_language
def invitation_page(secret: str) -> ResponseReturnValue:
    """Show what an invitation opens, or accept it. Opening the page does not use the link up."""
    return _invitation(hashed(secret))


@blueprint.route("/invitation", methods=["GET", "POST"])
@anyone
@takes_language
def carried_page() -> ResponseReturnValue:
    """Show the invitation whose link was opened before signing in, or accept it: its secret stands in no address.

    Somebody without an account comes back here from the provider of the single sign-on.
    """
    carried = session.get(CARRIED_KEY)
    secret_hash = carried.get(INVITATION) if isinstance(carried, dict) else None
    return _invitation(secret_hash) if isinstance(secret_hash, str) else _over([OPEN_AGAIN])


def _invitation(secret_hash: str) -> ResponseReturnValue:
    invitation = invitation_of_hash(secret_hash)
    with _language_of(invitation):
        return _answer(secret_hash, invitation)


def _language_of(invitation: Invitation | None) -> AbstractContextManager[None]:
    """Speak the language of the mail to who follows its link, unless they have an account or chose their language."""
    chosen = current_user.is_authenticated or session.get(LANGUAGE_KEY)
    return nullcontext() if invitation is None or chosen else force_locale(invitation.language)


def _answer(secret_hash: str, invitation: Invitation | None) -> ResponseReturnValue:
    account = user_by_email(invitation.email) if invitation is not None else None
    if invitation is None or (account is not None and not may_sign_in(account)):
        return _over()
    offer = offer_of(invitation, account)
    if offer.is_empty and not offer.needs_approval:
        return _over(offer.lapsed)
    proof = kept_proof()
    proof = proof if is_proof_for(proof, invitation) else None
    form = AcceptForm(invitation.email, proven=proof is not None, obj=invitation)
    if not form.is_submitted():
        form.language.data = current_language()
        form.name.data = form.name.data or (proof.name if proof is not None else "")
    if current_user.is_authenticated:
        if form.is_submitted() and current_user == account:
            return _accepted(secret_hash, person())
    elif (account is not None or not offer.needs_approval) and ("sign_in" in request.form or "sso" in request.form):
        return _to_sign_in(secret_hash)
    elif account is None and not offer.needs_approval and form.validate_on_submit():
        return _accepted(secret_hash, _newcomer(form, proof))
    return _page(invitation, offer, account, form, proof)


def _to_sign_in(secret_hash: str) -> ResponseReturnValue:
    """Keep the invitation in the session, and send to the way in that was chosen; both come back to it."""
    session[CARRIED_KEY] = {INVITATION: secret_hash}
    back = url_for("invitations.carried_page")
    if "sso" in request.form and offers_single_sign_on():
        return onward_page(back, _("Votre invitation est gardée."))
    return redirect(url_for("accounts.sign_in_page", next=back))


def _page(
    invitation: Invitation, offer: Offer, account: User | None, form: AcceptForm, proof: Proof | None
) -> ResponseReturnValue:
    other = kept_proof() if proof is None and not current_user.is_authenticated else None
    page = render_template(
        "invitations/invitation.html",
        invitation=invitation,
        offer=offer,
        account=account,
        form=form,
        proof=proof,
        other_proof=other,
    )
    return page, 422 if form.errors else 200, NO_REFERRER


def _over(lapsed: Iterable[LazyString] = ()) -> ResponseReturnValue:
    """Answer the same whatever the link was: used, too old, cancelled, never made."""
    return render_template("invitations/over.html", lapsed=list(lapsed)), 404, NO_REFERRER


def _newcomer(form: AcceptForm, proof: Proof | None) -> Newcomer:
    password = None if proof is not None else hash_password(form.password.data or "")
    return Newcomer(form.name.data or "", form.function.data or "", password, form.language.data, proof)


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
        ending = {ENDING_KEY: who.proof.id_token} if who.proof and who.proof.id_token else {}
        answer = enter(welcome.user, target, "", SSO if who.proof else PASSWORD, ending)
        session[LANGUAGE_KEY] = welcome.user.language
    with force_locale(welcome.user.language):
        _greet(welcome)
    return answer


def _greet(welcome: Welcome) -> None:
    names = ", ".join(_("« %(name)s »", name=space.name) for space in welcome.spaces)
    if names:
        flash(_("Bienvenue, %(name)s. Vous participez à %(spaces)s.", name=welcome.user.first_name, spaces=names))
    else:
        flash(_("Bienvenue dans le réseau, %(name)s.", name=welcome.user.first_name))
    for sentence in welcome.lapsed:
        flash(str(sentence), "warning")
