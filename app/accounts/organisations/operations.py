"""What is done with organisations: record, change, delete, name a referent."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from app.accounts.models import (
    AccessRequest,
    Organisation,
    OrganisationDomain,
    OrganisationKind,
    RequestState,
    User,
    UserKind,
)
from app.accounts.organisations.details import COLUMNS, Details, problems_with
from app.accounts.places.finding import place_without_doubt
from app.accounts.queries import may_sign_in
from app.core.audit import record
from app.core.db import lock
from app.core.errors import DomainError, EditConflictError
from app.core.i18n import lazy_gettext as _l
from app.core.slots import collect
from app.core.text import one_line
from app.extensions import db


class BadDetailsError(DomainError):
    """What was given of an organisation cannot be kept; ``problems`` says why, by the name of the fact."""

    status = 422

    def __init__(self, problems: dict[str, Any]) -> None:
        super().__init__(next(iter(problems.values())))
        self.problems = problems


def record_organisation(details: Details, by: User | None = None) -> Organisation:
    """Record an organisation. Raises BadDetailsError."""
    _check(details, None)
    place = Organisation(**details.columns)
    db.session.add(place)
    _flush(place)
    set_domains(place, details.domains)
    record("organisation.created", by, place, name=place.name)
    return place


def record_by_name(name: str, code: str = "", *, is_member: bool, by: User | None) -> Organisation:
    """Record an organisation of which only the name is known, as ``named_details`` completes it.

    Raises BadDetailsError.
    """
    return record_organisation(named_details(name, code, is_member=is_member), by)


def named_details(name: str, code: str = "", *, is_member: bool, kind: str = OrganisationKind.CITY) -> Details:
    """Return what is known of an organisation by its name, completed from what is published of the place it is.

    ``kind`` is said of a name that no published place bears. Reads a file: outside of a transaction where one waits.
    """
    name = one_line(name)
    known = place_without_doubt(name, code)
    if known is None:
        return Details(name, kind, is_member=is_member, insee_code=code or None)
    facts = {
        fact: getattr(known, fact) for fact in ("kind", "country", "region", "population", "latitude", "longitude")
    }
    return Details(name, is_member=is_member, insee_code=known.code, **facts)


def change_organisation(place: Organisation, details: Details, edit_version: int, by: User | None = None) -> list[str]:
    """Change the facts of an organisation; return the names of those that changed.

    Raises EditConflictError when somebody changed it since ``edit_version``, BadDetailsError.
    """
    lock(place)
    if place.edit_version != edit_version:
        raise EditConflictError(_l("Cette collectivité a été modifiée entre-temps."))
    _check(details, place)
    changed = [name for name in COLUMNS if getattr(place, name) != getattr(details, name)]
    before = place.name
    for name in changed:
        setattr(place, name, getattr(details, name))
    _flush(place)
    if sorted(details.domains) != [one.domain for one in place.domains]:
        set_domains(place, details.domains)
        changed.append("domains")
    if changed:
        place.edit_version += 1
        record("organisation.changed", by, place, name=place.name, before=before, fields=changed)
    return changed


def set_domains(place: Organisation, domains: tuple[str, ...]) -> None:
    """Make these the domains of an organisation, whatever they were."""
    gone = OrganisationDomain.organisation_id == place.id, OrganisationDomain.domain.not_in(domains)
    db.session.execute(delete(OrganisationDomain).where(*gone).execution_options(synchronize_session=False))
    db.session.expire(place, ["domains"])
    kept = {one.domain for one in place.domains}
    for domain in dict.fromkeys(domains):
        if domain not in kept:
            place.domains.append(OrganisationDomain(domain=domain))
    _flush(place)
    db.session.expire(place, ["domains"])


def _check(details: Details, place: Organisation | None) -> None:
    problems = problems_with(details, place)
    if problems:
        raise BadDetailsError(problems)


def _flush(_place: Organisation) -> None:
    """Write what was set. A name or domain taken a moment ago by somebody else is said like any other."""
    try:
        db.session.flush()
    except IntegrityError as error:
        raise DomainError(_l("Une autre collectivité vient de prendre ce nom ou ce domaine.")) from error


def obstacle_to_deletion(place: Organisation, by: User | None = None) -> Any:
    """Return why a person does not delete an organisation, None when nothing they may know of hangs on it."""
    people = db.session.scalar(select(func.count()).select_from(User).where(User.organisation_id == place.id)) or 0
    if people:
        return _l(
            "Cette collectivité a encore des comptes (%(number)s). Rattachez-les à une autre ou fusionnez les deux.",
            number=people,
        )
    open_requests = (AccessRequest.organisation_id == place.id) & (AccessRequest.state == RequestState.PENDING)
    if db.session.scalar(select(AccessRequest.id).where(open_requests).limit(1)) is not None:
        return _l("Une demande d'accès venant de cette collectivité attend une réponse. Décidez d'abord.")
    return next((sentence for found in collect("organisation.obstacles", place, by) for sentence in found), None)


def delete_organisation(place: Organisation, by: User | None = None) -> None:
    """Delete an organisation nobody belongs to. Raises DomainError with the reason otherwise.

    Invitations that ``by`` may not know of open what they opened, without it.
    """
    lock(place)
    obstacle = obstacle_to_deletion(place, by)
    if obstacle is not None:
        raise DomainError(obstacle)
    record("organisation.deleted", by, place, name=place.name)
    db.session.delete(place)
    db.session.flush()


def set_referent(user: User, by: User | None = None, *, given: bool) -> bool:
    """Let somebody invite colleagues of their organisation, or take it back; return whether anything changed.

    Raises DomainError for somebody who cannot speak for an organisation.
    """
    lock(user)
    if user.is_referent == given:
        return False
    if given and (user.kind != UserKind.MEMBER or not may_sign_in(user) or user.organisation_id is None):
        raise DomainError(_l("Un référent est un membre du réseau dont le compte est ouvert."))
    user.is_referent = given
    record("organisation.referent_named" if given else "organisation.referent_removed", by, user)
    return True
