"""An invitation into a private space is heard by those who run the space and by the invited, by nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.accounts.models import UserKind
from app.core.clock import now
from app.core.db import transaction
from tests.people import (
    CLOSED_GUEST,
    EVERYBODY,
    FACILITATOR,
    GUEST,
    MEMBER,
    OPEN,
    OUTSIDER,
    PRIVATE,
    REFERENT,
    Cast,
)
from tests.spaces.invitations.post import NEW, invitation, invited, mails, text_of
from tests.support import Browser, loaded

WORDS = ("zorglubmots", "zorglubobjet", NEW)
PAGES = (
    "/",
    "/espaces",
    "/moi",
    "/moi/collegues",
    "/annuaire",
    "/administration",
    "/administration/personnes",
    "/administration/personnes?q=lea",
    "/administration/personnes/inviter",
    "/administration/espaces",
    "/administration/collectivites",
    "/administration/acces",
    f"/espaces/{OPEN}/invitations",
    f"/espaces/{OPEN}/membres",
    f"/espaces/{PRIVATE}",
    f"/espaces/{PRIVATE}/membres",
    "/recherche?q=zorglubmots",
    "/recherche?q=lea",
)


def _plant(app: Flask) -> int:
    with app.app_context():
        until = now() + timedelta(days=30)
        more = {"kind": UserKind.GUEST, "guest_until": until, "words": WORDS[0], "purpose": WORDS[1]}
        return invited(FACILITATOR, NEW, PRIVATE, **more)


@pytest.mark.thorough
def test_nobody_else_hears_of_a_private_invitation(app: Flask, cast: Cast) -> None:
    _plant(app)
    with app.app_context():
        mails(app)
    leaks = []
    for who in (None, *(one for one in EVERYBODY if one != FACILITATOR)):
        here = Browser(app, who)
        for path in PAGES:
            page = here.get(path, follow_redirects=True).text.replace(path, "")
            leaks += [f"{who} {path}: {word}" for word in WORDS if word in page and word not in path]
            if who in {None, GUEST, OUTSIDER, REFERENT} and "Cercle fermé" in page:
                leaks.append(f"{who} {path}: the space")
    assert leaks == []
    assert all(word in Browser(app, FACILITATOR).get(f"/espaces/{PRIVATE}/invitations").text for word in (NEW,))


def test_mail_goes_to_the_invited_alone(app: Flask, cast: Cast) -> None:
    _plant(app)
    with app.app_context():
        told = [one for one in mails(app) if WORDS[0] in text_of(one)]
    assert {str(one["To"]) for one in told} == {NEW}
    assert all("Cercle" not in str(one["Subject"]) for one in told)


@pytest.mark.slow
def test_answers_tell_nothing_of_who_has_an_account(app: Flask, cast: Cast) -> None:
    """Inviting somebody already inside, a member elsewhere, a closed account or a stranger reads the same."""
    here, url = Browser(app, FACILITATOR), f"/espaces/{PRIVATE}/invitations"
    day = f"{now() + timedelta(days=30):%Y-%m-%d}"
    answers = set()
    for email in (NEW, MEMBER, CLOSED_GUEST, OUTSIDER, "felix@lanvallec.example"):
        sent = {"addresses": email, "kind": "guest", "until": day, "purpose": "Une visite", "language": "fr"}
        answer = here.post(url, sent, follow_redirects=True)
        row = answer.text.split(f'<b class="as-typed">{email}</b>')[1].split("</li>")[0]
        answers.add((answer.status_code, row.replace(email, "").split("<div")[0]))
    assert len(answers) == 1


def test_who_lost_their_account_manages_nothing_and_opens_nothing(app: Flask, cast: Cast) -> None:
    key = _plant(app)
    with app.app_context():
        public_id = invitation(key).public_id
    here = Browser(app, FACILITATOR)
    here.get("/")
    with app.app_context(), transaction():
        loaded(FACILITATOR).disabled_at = now()
    assert here.post(f"/invitations/{public_id}/renvoyer").status_code == 401
    with app.app_context():
        mails(app)
        assert invitation(key).sent_at is None
