"""What is done with the requests of strangers: asked, confirmed, decided, taken back, put into effect."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from app.accounts.models import AccessRequest, Organisation, RequestState, User
from app.accounts.operations import create_user
from app.accounts.organisations.details import Details
from app.accounts.organisations.domains import is_public_mail, organisation_of_address
from app.accounts.organisations.operations import BadDetailsError, record_organisation
from app.accounts.queries import normal_email, organisation_called_like, user_by_email
from app.accounts.requests.permissions import can_decide_request
from app.accounts.requests.queries import request_of_secret
from app.core.audit import record
from app.core.clock import now
from app.core.db import lock
from app.core.deciding import Answer, begin_decision, decide, take_back
from app.core.errors import DomainError, NotFoundError
from app.core.i18n import lazy_gettext as _l
from app.core.jobs import URGENT, enqueue
from app.core.sessions import hashed
from app.core.text import one_line
from app.core.throttle import Limit
from app.extensions import db

SECRET_BYTES = 32  # 256 bits
LONGEST_MESSAGE = 2000
# An address may ask three times an hour, a network (a town hall shares one address) twenty times.
ADDRESS_REQUESTS = Limit("access request address", free=3, first=timedelta(minutes=5))
NETWORK_REQUESTS = Limit("access request network", free=20, first=timedelta(minutes=1))


@dataclass(frozen=True)
class Asked:
    """What a stranger says of themselves."""

    email: str
    name: str
    function: str = ""
    organisation: str = ""
    message: str = ""
    language: str = "fr"


def ask_for_access(asked: Asked) -> None:
    """Keep a request and have its address asked for confirmation, whoever it belongs to.

    Call inside ``transaction()``. What is done is the same for known and unknown addresses; the job tells them apart.
    """
    request = AccessRequest(
        email=normal_email(asked.email)[:254],
        name=one_line(asked.name)[:120],
        function=one_line(asked.function)[:160],
        organisation_name=one_line(asked.organisation)[:200],
        message=asked.message[:LONGEST_MESSAGE],
        language=asked.language,
        secret_hash=hashed(secrets.token_urlsafe(SECRET_BYTES)),
    )
    db.session.add(request)
    db.session.flush()
    enqueue("accounts.mail_request", {"request": request.id}, priority=URGENT)


def new_secret(request: AccessRequest) -> str:
    """Give a request a secret to be mailed, and return it; it is kept nowhere."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    request.secret_hash = hashed(secret)
    return secret


def confirm_request(secret: str) -> AccessRequest:
    """Put a request into the queue, its address being confirmed; doing it twice changes nothing.

    The organisation is recognised by the domain of the address. An older request of the same address goes. Raises
    NotFoundError when the link is not valid any more.
    """
    request = request_of_secret(secret)
    if request is None or user_by_email(request.email) is not None:
        raise NotFoundError
    lock(request)
    if request.state != RequestState.UNCONFIRMED:
        return request
    for older in _waiting_from(request.email):
        db.session.delete(older)
    request.state, request.confirmed_at = RequestState.PENDING, now()
    request.organisation = organisation_of_address(request.email)
    db.session.flush()
    record("access.requested", None, request, domain=_domain(request))
    enqueue("accounts.tell_of_request", {"request": request.id}, priority=URGENT)
    return request


def _waiting_from(email: str) -> list[AccessRequest]:
    query = db.select(AccessRequest).where(AccessRequest.email == email, AccessRequest.state == RequestState.PENDING)
    return list(db.session.scalars(query))


def usual_organisation(request: AccessRequest) -> Organisation | None:
    """Return the organisation a request is accepted into when nobody chooses: recognised, or the one so named."""
    return request.organisation or (
        organisation_called_like(request.organisation_name) if request.organisation_name else None
    )


def is_recognised(request: AccessRequest) -> bool:
    """Tell whether the confirmed address has the domain of a member of the network."""
    return request.organisation is not None and request.organisation.is_member


def _domain(request: AccessRequest) -> str:
    """Return where an address is, for the journal, which must name nobody once an account is erased."""
    return request.email.rpartition("@")[2]


def is_personal(request: AccessRequest) -> bool:
    """Tell whether the address is one that anybody can open."""
    return is_public_mail(_domain(request))


def accept_request(
    request: AccessRequest, by: User, organisation: Organisation | None = None, *, create: str = ""
) -> None:
    """Let somebody in: decided now, in effect a moment later, until when it can be taken back.

    ``organisation``: where they belong; ``create``: the name of one to record. A referent lets people into their own
    organisation only. Raises DomainError when it is decided already, RefusedError.
    """
    _begin_decision(request, by)
    if not by.is_admin:
        organisation, create = request.organisation, ""
    _decide(request, by, Answer.ACCEPTED, place=organisation.id if organisation else None, create=create)


def refuse_request(request: AccessRequest, by: User, reason: str) -> None:
    """Refuse somebody with a reason that is sent; decided now, in effect a moment later. Raises as accepting does."""
    _begin_decision(request, by)
    if not one_line(reason):
        raise DomainError(_l("Écrivez la raison du refus : elle est envoyée à la personne."))
    _decide(request, by, Answer.REFUSED, reason, place=None, create="")


def _begin_decision(request: AccessRequest, by: User) -> None:
    lock(request)
    can_decide_request.require(by, request, hidden=True)
    begin_decision(request)


def _decide(request: AccessRequest, by: User, answer: Answer, reason: str = "", **more: int | str | None) -> None:
    decide(request, answer, by, "accounts.apply_decision", reason=reason, **more)
    record(f"access.{answer.value}", by, request, domain=_domain(request))


def take_decision_back(request: AccessRequest, by: User) -> None:
    """Put a request back into the queue while its decision has no effect yet. Raises DomainError after that."""
    lock(request)
    can_decide_request.require(by, request, hidden=True)
    if take_back(request):
        record("access.taken_back", by, request, domain=_domain(request))


def _recorded(name: str, by: User | None) -> Organisation | None:
    """Record an organisation; None when several have its name by now: the person comes in all the same."""
    try:
        return record_organisation(Details(one_line(name)[:200], is_member=False), by)
    except BadDetailsError:
        return None


def let_in(request: AccessRequest, place: Organisation | None, create: str) -> User | None:
    """Make the account of an accepted request; None when the address has got one meanwhile."""
    known = user_by_email(request.email)
    if known is not None:
        request.user_id = known.id
        return None
    if create and place is None:
        place = organisation_called_like(create) or _recorded(create, request.decided_by)
    user = create_user(
        request.email,
        request.name,
        organisation=place,
        function=request.function,
        language=request.language,
        by=request.decided_by,
    )
    request.user_id = user.id
    return user
