"""Who may invite whom into what, and what becomes of an invitation until it is used."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import UserKind
from app.core import clock
from app.core.audit import AuditEntry
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import DomainError, RefusedError, TooManyError
from app.extensions import db
from app.spaces.invitations import operations
from app.spaces.invitations.accepting import Newcomer, accept
from app.spaces.invitations.details import InvitationDetails
from app.spaces.invitations.offers import offer_of
from app.spaces.invitations.operations import cancel, send_again
from app.spaces.invitations.queries import invitation_of
from app.spaces.models import PeopleImport, Role
from tests.people import (
    ADMIN,
    CLOSED_GUEST,
    ENTERED,
    FACILITATOR,
    FORMER,
    GUEST,
    MEMBER,
    OPEN,
    OUTSIDER,
    PRIVATE,
    REFERENT,
    REQUEST,
    Cast,
)
from tests.spaces.invitations.post import (
    NEW,
    declare_domain,
    invitation,
    invited,
    mails,
    secret_for,
    space,
    text_of,
    written_to,
)
from tests.support import loaded

GUEST_STAY = {"kind": UserKind.GUEST, "purpose": "Étude"}


def guest(days: int = 30) -> dict[str, Any]:
    return {**GUEST_STAY, "guest_until": now() + timedelta(days=days)}


MAY = [
    (ADMIN, (), {}),
    (ADMIN, (OPEN,), {}),
    (ADMIN, (OPEN,), GUEST_STAY),
    (FACILITATOR, (PRIVATE,), {}),
    (FACILITATOR, (OPEN, REQUEST, PRIVATE), GUEST_STAY),
    (FACILITATOR, (OPEN,), {"role": Role.FACILITATOR}),
    (ENTERED, (PRIVATE,), {}),
]
MAY_NOT = [
    (ADMIN, (REQUEST,), {}),
    (ADMIN, (PRIVATE,), GUEST_STAY),
    (ADMIN, (), GUEST_STAY),
    (FACILITATOR, (), {}),
    (FACILITATOR, (PRIVATE,), {**GUEST_STAY, "role": Role.FACILITATOR}),
    (MEMBER, (PRIVATE,), {}),
    (MEMBER, (OPEN,), GUEST_STAY),
    (OUTSIDER, (), {}),
    (OUTSIDER, (OPEN,), {}),
    (GUEST, (OPEN,), {}),
    (CLOSED_GUEST, (PRIVATE,), GUEST_STAY),
    (FORMER, (OPEN,), {}),
    (REFERENT, (), {}),
]


@pytest.mark.parametrize(("by", "slugs", "more"), MAY)
def test_invites_where_they_may(context: Flask, cast: Cast, by: str, slugs: tuple[str, ...], more: Any) -> None:
    key = invited(by, NEW, *slugs, **(guest() | more if "kind" in more else more))
    assert {place.space.slug for place in invitation(key).places} == set(slugs)
    lines = select(AuditEntry.action).where(AuditEntry.action.like("invitation.%"))
    assert db.session.scalars(lines).all() == ["invitation.sent"]


@pytest.mark.parametrize(("by", "slugs", "more"), MAY_NOT)
def test_invites_nowhere_else(context: Flask, cast: Cast, by: str, slugs: tuple[str, ...], more: Any) -> None:
    with pytest.raises(DomainError):
        invited(by, NEW, *slugs, **(guest() | more if "kind" in more else more))


@pytest.mark.parametrize(("slugs", "may"), [((), True), ((OPEN,), True), ((REQUEST,), False), ((PRIVATE,), False)])
def test_referent_brings_colleagues_and_opens_what_is_open(
    context: Flask, cast: Cast, slugs: tuple[str, ...], *, may: bool
) -> None:
    own = loaded(REFERENT).organisation
    assert own is not None
    declare_domain(own.id)
    if may:
        assert invitation(invited(REFERENT, NEW, *slugs, organisation=own)).organisation_id == own.id
    else:
        with pytest.raises(RefusedError):
            invited(REFERENT, NEW, *slugs, organisation=own)


def test_referent_brings_nobody_of_another_city_nor_guests(context: Flask, cast: Cast) -> None:
    own, other = loaded(REFERENT).organisation, loaded(MEMBER).organisation
    with pytest.raises(RefusedError):
        invited(REFERENT, NEW, organisation=other)
    with pytest.raises(DomainError):
        invited(REFERENT, NEW, OPEN, organisation=own, **guest())
    declare_domain(other.id if other else None)
    with pytest.raises(RefusedError):
        invited(REFERENT, NEW, organisation=own)


def test_referent_invites_only_addresses_of_the_domains_of_their_city(context: Flask, cast: Cast) -> None:
    own = loaded(REFERENT).organisation
    declare_domain(own.id if own else None, "lanvallec.example")
    with pytest.raises(RefusedError) as refusal:
        invited(REFERENT, "lea@gmail.com", organisation=own)
    assert "@lanvallec.example" in str(refusal.value.message)
    invited(REFERENT, "lea@lanvallec.example", organisation=own)


def test_colleague_of_a_city_without_domain_waits_for_the_team(context: Flask, cast: Cast) -> None:
    invited(REFERENT, NEW, OPEN, organisation=loaded(REFERENT).organisation)
    offer = offer_of(written_to(), None)
    assert (offer.kind, offer.needs_approval, [one.slug for one in offer.spaces]) == (None, True, [OPEN])
    secret = secret_for(context)
    with pytest.raises(DomainError), transaction():
        accept(secret, Newcomer("Léa Martin", "", "hash", "fr"))


@pytest.mark.parametrize("email", ["", "lea", "lea@ville", "lea@@ville.fr", "lea@ville.fr, bob@ville.fr", "a b@c.fr"])
def test_malformed_address_is_refused(context: Flask, cast: Cast, email: str) -> None:
    with pytest.raises(DomainError):
        invited(ADMIN, email)


@pytest.mark.parametrize("days", [-1, 0, 400])
def test_guest_stays_until_a_day_to_come_within_a_year(context: Flask, cast: Cast, days: int) -> None:
    with pytest.raises(DomainError):
        invited(FACILITATOR, NEW, OPEN, **guest(days))
    with pytest.raises(DomainError):
        invited(FACILITATOR, NEW, OPEN, **GUEST_STAY)


def test_sponsor_takes_part_in_the_spaces(context: Flask, cast: Cast) -> None:
    key = invited(FACILITATOR, NEW, OPEN, PRIVATE, sponsor=loaded(MEMBER), **guest())
    assert invitation(key).sponsor == loaded(MEMBER)
    assert invitation(invited(FACILITATOR, NEW, OPEN, **guest())).sponsor == loaded(FACILITATOR)
    for other in (OUTSIDER, GUEST):
        with pytest.raises(DomainError):
            invited(FACILITATOR, NEW, OPEN, sponsor=loaded(other), **guest())


def test_archived_or_deleted_space_opens_to_nobody(context: Flask, cast: Cast) -> None:
    key = invited(ADMIN, NEW, OPEN)
    place = space(OPEN)
    with transaction():
        place.archived_at = now()
    with pytest.raises(DomainError, match="est archivé"), transaction():
        operations.invite(loaded(ADMIN), InvitationDetails(NEW, spaces=(place,)))
    with pytest.raises(DomainError, match="est archivé"), transaction():
        operations.send_again(loaded(ADMIN), invitation(key))
    with transaction():
        place.deleted_at = now()
    with pytest.raises(RefusedError), transaction():
        operations.invite(loaded(ADMIN), InvitationDetails(NEW, spaces=(place,)))


def test_known_and_unknown_addresses_get_the_same_answer(context: Flask, cast: Cast) -> None:
    rows = [invitation(invited(FACILITATOR, email, PRIVATE)) for email in (NEW, OUTSIDER, MEMBER, FORMER)]
    assert {(one.kind, one.is_open, one.sent_at) for one in rows} == {(UserKind.MEMBER, True, None)}


def test_mail_is_in_the_language_of_the_invited_with_one_link(context: Flask, cast: Cast) -> None:
    invited(FACILITATOR, NEW, OPEN, language="en", words="Venez <b>nombreux</b>.\nÀ bientôt.")
    message = mails(context)[0]
    assert message["To"] == NEW
    assert message["Subject"] == "Faustine Delmas invites you to “Atelier ouvert”"
    html = message.get_body(("html",))
    assert html is not None
    assert "&lt;b&gt;nombreux" in html.get_content()
    assert text_of(message).count("/invitation/") == 1
    assert html.get_content().count('href="') == 1


def test_subject_never_names_a_private_space(context: Flask, cast: Cast) -> None:
    invited(FACILITATOR, NEW, PRIVATE)
    message = mails(context)[0]
    assert "Cercle" not in message["Subject"]
    assert "Cercle fermé" in text_of(message)


def test_link_lives_fourteen_days(context: Flask, cast: Cast) -> None:
    invited(FACILITATOR, NEW, OPEN)
    secret, start = secret_for(context), now()
    assert len(secret) >= 43
    clock.set_clock(lambda: start + timedelta(days=13, hours=23))
    assert invitation_of(secret) is not None
    clock.set_clock(lambda: start + timedelta(days=14))
    assert invitation_of(secret) is None


def test_sent_again_old_link_dies(context: Flask, cast: Cast) -> None:
    key = invited(FACILITATOR, NEW, OPEN)
    old = secret_for(context)
    with transaction():
        send_again(loaded(FACILITATOR), invitation(key))
    assert invitation_of(old) is None
    fresh = secret_for(context)
    assert fresh != old
    assert invitation_of(fresh) is not None


def test_cancelled_link_is_over_and_not_sent_again(context: Flask, cast: Cast) -> None:
    key = invited(FACILITATOR, NEW, OPEN)
    secret = secret_for(context)
    for _ in range(2):
        with transaction():
            cancel(loaded(FACILITATOR), invitation(key))
    assert invitation_of(secret) is None
    with pytest.raises(DomainError), transaction():
        send_again(loaded(FACILITATOR), invitation(key))


def test_inviting_twice_leaves_one_invitation_open(context: Flask, cast: Cast) -> None:
    first, second = invited(FACILITATOR, NEW, OPEN), invited(FACILITATOR, NEW.upper(), OPEN, PRIVATE)
    assert (invitation(first).is_open, invitation(second).is_open) == (False, True)
    third = invited(FACILITATOR, NEW, REQUEST)
    assert invitation(second).is_open
    assert invitation(third).is_open


def test_nobody_sends_without_end(context: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "DAILY", 2)
    for name in ("un", "deux"):
        invited(FACILITATOR, f"{name}@ville.example", OPEN)
    with pytest.raises(TooManyError):
        invited(FACILITATOR, NEW, OPEN)
    later = now() + timedelta(days=1, minutes=1)
    clock.set_clock(lambda: later)
    assert invitation(invited(FACILITATOR, NEW, OPEN)).is_open


def test_list_brought_in_does_not_use_up_what_an_administrator_sends(
    context: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "DAILY", 2)
    with transaction():
        db.session.add(PeopleImport(by_id=loaded(ADMIN).id, name="Liste"))
    for name in ("un", "deux", "trois"):
        brought = db.session.scalars(select(PeopleImport)).one()
        invited(ADMIN, f"{name}@ville.example", people_import=brought)
    for name in ("quatre", "cinq"):
        invited(ADMIN, f"{name}@ville.example")
    with pytest.raises(TooManyError):
        invited(ADMIN, NEW)


def test_author_who_lost_their_account_sends_no_mail(context: Flask, cast: Cast) -> None:
    before = len(mails(context))
    invited(FACILITATOR, NEW, OPEN)
    with transaction():
        loaded(FACILITATOR).disabled_at = now()
    assert len(mails(context)) == before


def test_member_who_runs_nothing_invites_nobody_whatever_the_domain(context: Flask, cast: Cast) -> None:
    city = loaded(OUTSIDER).organisation
    declare_domain(city.id if city else None)
    for by in (MEMBER, FACILITATOR):  # who runs a space invites into it, not into the network alone
        with pytest.raises(RefusedError):
            invited(by, NEW)
    invited(FACILITATOR, NEW, OPEN)


@pytest.mark.parametrize("over", ["space", "end", "author"])
def test_what_opens_nothing_any_more_is_not_sent_again(context: Flask, cast: Cast, over: str) -> None:
    key = invited(FACILITATOR, NEW, PRIVATE, **guest(2))
    secret = secret_for(context)
    with transaction():
        if over == "space":
            space(PRIVATE).deleted_at = now()
        elif over == "end":
            invitation(key).guest_until = now() - timedelta(minutes=1)
        else:
            loaded(FACILITATOR).disabled_at = now()
    by = FACILITATOR if over != "author" else ADMIN
    with pytest.raises(DomainError) as refusal, transaction():
        send_again(loaded(by), invitation(key))
    assert "ouvre plus rien" in str(refusal.value.message)
    assert invitation_of(secret) is not None  # neither was its link taken away
