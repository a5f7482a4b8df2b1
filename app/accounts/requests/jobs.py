"""What follows a request: its mails, the decision put into effect, and its end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from app.accounts.models import AccessRequest, Organisation, RequestState, User
from app.accounts.operations import RESET, make_secret_link
from app.accounts.queries import may_sign_in, user_by_email
from app.accounts.requests.operations import let_in, new_secret
from app.accounts.requests.queries import told_of
from app.core.clock import now
from app.core.db import lock, transaction
from app.core.deciding import takes_effect
from app.core.i18n import lazy_gettext as _l
from app.core.jobs import job
from app.core.mail import send
from app.core.navigation import address
from app.extensions import db

WELCOME_LIFE = timedelta(days=14)
UNCONFIRMED_KEPT = timedelta(days=7)
DECIDED_KEPT = timedelta(days=365)


@job("accounts.mail_request")
def mail_request(payload: dict[str, Any]) -> None:
    """Mail the link that confirms a request; to somebody who has an account, that they have one.

    Done in the background so that the page answers in the same time for known and unknown addresses.
    """
    with transaction():
        request = db.session.get(AccessRequest, payload["request"])
        if request is None or request.state != RequestState.UNCONFIRMED:
            return
        known = user_by_email(request.email)
        if known is not None:
            db.session.delete(request)
            _tell_known(known)
            return
        link = address("access_requests.confirm_page", secret=new_secret(request))
        subject = _l("Confirmez votre demande d'accès")
        send(request.email, subject, "request_confirm", language=request.language, name=request.name, link=link)


def _tell_known(user: User) -> None:
    """Tell somebody who asked for an account that they have one, open or closed."""
    link = address("accounts.sign_in_page") if may_sign_in(user) else ""
    subject = _l("Vous avez déjà un compte")
    send(user.email, subject, "request_known", language=user.language, name=user.name, link=link)


@job("accounts.tell_of_request")
def tell_of_request(payload: dict[str, Any]) -> None:
    """Tell those who decide that a request waits."""
    with transaction():
        request = db.session.get(AccessRequest, payload["request"])
        if request is None or request.state != RequestState.PENDING:
            return
        for user in told_of(request):
            page = "admin_requests.request_page" if user.is_admin else "access_requests.request_page"
            link = address(page, public_id=request.public_id)
            subject = _l("Une demande d'accès vous attend")
            send(user.email, subject, "request_waiting", language=user.language, user=user, asked=request, link=link)


@job("accounts.apply_decision")
def apply_decision(payload: dict[str, Any]) -> None:
    """Put a decision into effect: the account and its welcome, or the refusal, unless it was taken back."""
    with transaction():
        request = db.session.get(AccessRequest, payload["request"])
        if request is None:
            return
        lock(request)
        if not takes_effect(request, payload):
            return
        if request.state == RequestState.ACCEPTED:
            place = db.session.get(Organisation, payload["place"]) if payload["place"] else None
            _welcome(request, place, payload["create"])
        else:
            subject = _l("Votre demande d'accès")
            send(request.email, subject, "request_refused", language=request.language, asked=request)


def _welcome(request: AccessRequest, place: Organisation | None, create: str) -> None:
    user = let_in(request, place, create)
    if user is None:
        known = user_by_email(request.email)
        if known is not None:
            _tell_known(known)
        return
    link = address("accounts.choose_password_page", secret=make_secret_link(user, RESET, WELCOME_LIFE))
    send(user.email, _l("Bienvenue dans le réseau"), "welcome", language=user.language, user=user, link=link)


@job("accounts.purge_requests", every=timedelta(days=1))
def purge_requests(_payload: dict[str, Any]) -> None:
    """Forget requests nobody confirmed within a week, and decided ones after a year."""
    with transaction() as session:
        never = (AccessRequest.state == RequestState.UNCONFIRMED) & (
            AccessRequest.created_at < now() - UNCONFIRMED_KEPT
        )
        session.execute(delete(AccessRequest).where(never))
        session.execute(delete(AccessRequest).where(AccessRequest.applied_at < now() - DECIDED_KEPT))
