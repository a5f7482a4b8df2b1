"""The cast: a few people, four cities and three spaces that every test knows.

| person | is |
|---|---|
| ``FACILITATOR`` Faustine | runs the open, the request and the private space |
| ``MEMBER`` Malik | takes part in the open and in the private space |
| ``OUTSIDER`` Odile | member of the network, takes part in nothing |
| ``GUEST`` Gaspard | guest, in the open space, for a month |
| ``CLOSED_GUEST`` Georgia | guest, in the private space, for a month |
| ``EXPIRED_GUEST`` Emile | guest, was in the private space until yesterday |
| ``ADMIN`` Ada | administrator, takes part in nothing |
| ``REFERENT`` Rozenn | member, referent of Lanvallec: may invite colleagues; takes part in nothing |
| ``ENTERED`` Alix | administrator, takes part in nothing, has entered the request and the private space |
| ``FORMER`` Felix | account closed |
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.accounts.models import Organisation, User, UserKind
from app.accounts.operations import create_organisation, create_user
from app.accounts.passwords import hash_password
from app.core.clock import now
from app.core.db import transaction
from app.extensions import db
from app.spaces.models import JoinPolicy, Membership, Role, Space, SpaceEntry, Visibility

FACILITATOR = "faustine@castelmaure.example"
MEMBER = "malik@port-elvain.example"
OUTSIDER = "odile@lanvallec.example"
GUEST = "gaspard@invitee.example"
CLOSED_GUEST = "georgia@invitee.example"
EXPIRED_GUEST = "emile@invitee.example"
ADMIN = "ada@reseau.example"
REFERENT = "rozenn@lanvallec.example"
ENTERED = "alix@reseau.example"
FORMER = "felix@lanvallec.example"
EVERYBODY = (FACILITATOR, MEMBER, OUTSIDER, GUEST, CLOSED_GUEST, EXPIRED_GUEST, ADMIN, REFERENT, ENTERED)
PASSWORD = "quatre chevaux bleus dansent"

OPEN, REQUEST, PRIVATE = "atelier-ouvert", "vie-nocturne", "cercle-ferme"


@dataclass(frozen=True)
class Cast:
    """Keys of what was brought in, usable in any session."""

    people: dict[str, int]
    spaces: dict[str, int]


def bring_in() -> Cast:
    """Create the cast, inside an application context."""
    with transaction():
        places = {
            name: create_organisation(name, is_member=name != "Ville-Invitée")
            for name in ("Castelmaure", "Port-Elvain", "Lanvallec", "Ville-Invitée")
        }
        people = {one.email: one for one in _people(places)}
        spaces = {one.slug: one for one in _spaces()}
        db.session.add_all(spaces.values())
        db.session.flush()
        _memberships(people, spaces)
        return Cast(
            {email: one.id for email, one in people.items()},
            {slug: one.id for slug, one in spaces.items()},
        )


def _people(places: dict[str, Organisation]) -> list[User]:
    secret = hash_password(PASSWORD)
    rows = [
        (FACILITATOR, "Faustine Delmas", "Castelmaure", "Adjointe à la sécurité", UserKind.MEMBER),
        (MEMBER, "Malik Benali", "Port-Elvain", "Coordonnateur du CLSPD", UserKind.MEMBER),
        (OUTSIDER, "Odile Kervella", "Lanvallec", "Maire", UserKind.MEMBER),
        (FORMER, "Félix Morvan", "Lanvallec", "Ancien maire", UserKind.MEMBER),
        (ADMIN, "Ada Lorrain", "Castelmaure", "Administratrice", UserKind.MEMBER),
        (REFERENT, "Rozenn Le Goff", "Lanvallec", "Directrice de la prévention", UserKind.MEMBER),
        (ENTERED, "Alix Thibault", "Castelmaure", "Administratrice adjointe", UserKind.MEMBER),
        (GUEST, "Gaspard Roy", "Ville-Invitée", "Chargé de mission", UserKind.GUEST),
        (CLOSED_GUEST, "Georgia Blanc", "Ville-Invitée", "Chercheuse", UserKind.GUEST),
        (EXPIRED_GUEST, "Émile Noir", "Ville-Invitée", "Consultant", UserKind.GUEST),
    ]
    people = [
        create_user(
            email,
            name,
            password_hash=secret,
            organisation=places[place],
            function=function,
            kind=kind,
            is_admin=email in {ADMIN, ENTERED},
        )
        for email, name, place, function, kind in rows
    ]
    for one in people:
        one.is_referent = one.email == REFERENT
        if one.email == FORMER:
            one.disabled_at = now()
    return people


def _spaces() -> list[Space]:
    return [
        Space(slug=OPEN, name="Atelier ouvert", visibility=Visibility.OPEN, join_policy=JoinPolicy.FREE),
        Space(slug=REQUEST, name="Vie nocturne", visibility=Visibility.REQUEST, join_policy=JoinPolicy.REQUEST),
        Space(
            slug=PRIVATE,
            name="Cercle fermé",
            visibility=Visibility.PRIVATE,
            join_policy=JoinPolicy.INVITATION,
        ),
    ]


def _memberships(people: dict[str, User], spaces: dict[str, Space]) -> None:
    month, yesterday = now() + timedelta(days=30), now() - timedelta(days=1)
    rows: list[tuple[str, str, Role, datetime | None]]
    rows = [(FACILITATOR, slug, Role.FACILITATOR, None) for slug in spaces]
    rows += [(MEMBER, OPEN, Role.MEMBER, None), (MEMBER, PRIVATE, Role.MEMBER, None)]
    rows += [(GUEST, OPEN, Role.MEMBER, month), (CLOSED_GUEST, PRIVATE, Role.MEMBER, month)]
    rows += [(EXPIRED_GUEST, PRIVATE, Role.MEMBER, yesterday)]
    for email, slug, role, end in rows:
        db.session.add(Membership(space_id=spaces[slug].id, user_id=people[email].id, role=role, expires_at=end))
    for slug in (REQUEST, PRIVATE):
        stay = SpaceEntry(space_id=spaces[slug].id, user_id=people[ENTERED].id, reason="Un signalement", ends_at=month)
        db.session.add(stay)
    db.session.flush()
