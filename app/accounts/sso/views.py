"""Going to the provider and coming back.

One leaves by a link or by a page that refreshes, never by the redirection of a form: our policy
(``form-action 'self'``) forbids that, and browsers apply it to every hop after a form.
"""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING, Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from sqlalchemy.exc import IntegrityError

from app.accounts.confirming import confirmed
from app.accounts.entering import CARRIED_KEY, ENDING_KEY, KEPT_FIELD, SSO, begin
from app.accounts.queries import may_sign_in
from app.accounts.sso.operations import person_of, unlink
from app.accounts.sso.profiles import ProviderDownError, UntrustedAnswerError
from app.accounts.sso.proofs import Proof, keep_proof, note_stranger, offers_single_sign_on, onward_page
from app.core.access import anyone, person, signed_in
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import NotFoundError
from app.core.i18n import gettext as _
from app.core.navigation import safe_next

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from app.accounts.sso.provider import Provider

blueprint = Blueprint("sso", __name__)
GOING_KEY = "sso"
KEPT_KEY = "kept_for_sso"
GOING_SECONDS = 900


def _insist_on_single_sign_on() -> None:
    """Raise NotFoundError where single sign-on is not configured."""
    if not offers_single_sign_on():
        raise NotFoundError


def _provider(*, answering: bool = False) -> Provider:
    """Return the provider of this site; ``answering``: heard of a moment ago, since somebody is to be sent there.

    Raises ProviderDownError, and NotFoundError where none is configured.
    """
    _insist_on_single_sign_on()
    from app.accounts.sso.provider import answering_provider, provider  # Authlib is loaded only where it is configured

    return answering_provider() if answering else provider()


@blueprint.get("/connexion/service")
@anyone
def start() -> ResponseReturnValue:
    """Send to the provider. What the session notes meanwhile opens nothing and lasts a quarter of an hour."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _number in range(3))
    try:
        url = _provider(answering=True).begin(state, nonce, verifier)
    except ProviderDownError as error:
        return _is_down(error)
    session[GOING_KEY] = {
        "state": state,
        "nonce": nonce,
        "verifier": verifier,
        "next": safe_next(request.args.get("next")),
        "until": now().timestamp() + GOING_SECONDS,
    }
    return redirect(url)


@blueprint.post("/connexion/service")
@anyone
def start_with_text() -> ResponseReturnValue:
    """Keep the text of a form whose session had ended in this session, then go on by a page that refreshes."""
    _insist_on_single_sign_on()
    session[KEPT_KEY] = request.form.get(KEPT_FIELD, "")
    return onward_page(safe_next(request.form.get("next")), _("Votre texte est gardé."))


@blueprint.get("/connexion/service/retour")
@anyone
def come_back() -> ResponseReturnValue:
    """Read what the provider says of the person, and sign in the account it belongs to."""
    _insist_on_single_sign_on()
    going = session.pop(GOING_KEY, None)
    if going is None or going["until"] < now().timestamp() or not _same(request.args.get("state"), going["state"]):
        return _refused(_("Cette connexion n'a pas commencé dans ce navigateur, ou a trop attendu. Recommencez."))
    if "error" in request.args:
        return _refused(_("La connexion n'a pas abouti de l'autre côté. Recommencez, ou choisissez un autre moyen."))
    try:
        partner = _provider()
        said = partner.claims(request.args, going["nonce"], going["verifier"])
    except ProviderDownError as error:
        return _is_down(error)
    except UntrustedAnswerError as error:
        current_app.logger.warning("single sign-on refused: %s", error)
        return _refused(_("La réponse reçue ne peut pas être vérifiée. Recommencez la connexion."))
    return _enter(partner, said, going["next"])


def _enter(partner: Provider, said: Any, target: str | None) -> ResponseReturnValue:
    try:
        with transaction():
            user = person_of(said.issuer, said.subject, said.email)
    except IntegrityError:  # the same identity came in twice at once for the first time: it is known now
        with transaction():
            user = person_of(said.issuer, said.subject, said.email)
    if user is None and said.email is None:
        return _refused(_("Ce service ne garantit pas votre adresse de courriel. Choisissez un autre moyen."))
    ending = {ENDING_KEY: said.id_token} if partner.profile.ends_there_too else {}
    if user is None and target and session.get(CARRIED_KEY):
        keep_proof(Proof(said.issuer, said.subject, said.email, said.name, ending.get(ENDING_KEY, "")))
        return redirect(target)
    if user is None:
        note_stranger(said.name, said.email)
        flash(_("Aucun compte n'a l'adresse %(email)s. Vous pouvez demander un accès.", email=said.email), "warning")
        return redirect("/demande-acces")
    if not may_sign_in(user):
        return _refused(_("Ce compte est fermé. Écrivez à l'équipe du réseau si vous pensez que c'est une erreur."))
    return begin(user, target, session.get(KEPT_KEY, ""), SSO, ending)


def _same(given: str | None, expected: str) -> bool:
    return hmac.compare_digest((given or "").encode("utf-8", "replace"), expected.encode())


def _is_down(error: Exception) -> ResponseReturnValue:
    current_app.logger.error("single sign-on: the provider does not answer: %s", error)
    sentence = _("Ce service ne répond pas en ce moment. Réessayez plus tard, ou recevez un lien de connexion.")
    return render_template("accounts/sso_refused.html", sentence=sentence), 503, {"Retry-After": "60"}


def _refused(sentence: str) -> ResponseReturnValue:
    return render_template("accounts/sso_refused.html", sentence=sentence), 403


@blueprint.get("/connexion/service/sortie")
@anyone
def leave() -> ResponseReturnValue:
    """End the session at the provider too, after the one here; by a page that refreshes, as at the start."""
    _insist_on_single_sign_on()
    token, url = session.pop(ENDING_KEY, None), None
    if token:
        try:
            url = _provider(answering=True).end(token, secrets.token_urlsafe(16))
        except ProviderDownError as error:
            current_app.logger.warning("single sign-on: could not sign out over there: %s", error)
    if url is None:
        return redirect(url_for("accounts.sign_in_page"))
    page = render_template("accounts/sso_onward.html", onward=url, kept="")
    return page, 200, {"Refresh": f"0; url={url}", "Referrer-Policy": "no-referrer"}


@blueprint.post("/moi/securite/identites/detacher")
@signed_in
@confirmed
def detach() -> ResponseReturnValue:
    """Forget the identity of a provider: it opens this account no more, until it is used again."""
    with transaction():
        unlink(person(), request.form.get("issuer", ""))
    flash(_("Ce service n'ouvre plus votre compte."))
    return redirect(url_for("security.security_page"))
