"""What other cities do with a practice: said by those who read it, read by those who read it, nowhere else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.accounts.models import User
from app.accounts.organisations.merging import merge
from app.accounts.queries import user_by_email
from app.core.audit import AuditEntry
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import RefusedError
from app.core.jobs import Job
from app.core.mail import MAIL
from app.core.revisions import Revision
from app.extensions import db
from app.library.adopting import Told, descendants_of, tell_adoption
from app.library.descendants import forget_speaker, resources_taken_up, words_of
from app.library.models import Adoption, Says
from app.library.permissions import can_read_resource, can_tell_adoption
from app.library.queries import resource_for
from tests.library.test_comparing import FIRST, SECOND, practice, text_of
from tests.people import EVERYBODY, FACILITATOR, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import CountedStatements, loaded

CANARY = "Perroquet-bleu"


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


def city_of(app: Flask, email: str) -> str:
    with app.app_context():
        person = user_by_email(email)
        assert person is not None
        assert person.organisation is not None, email
        return person.organisation.name


def tell(app: Flask, email: str, public_id: str, **told: Any) -> None:
    with app.app_context():
        me = loaded(email)
        with transaction():
            tell_adoption(me, resource_for(me, public_id), Told(**{"says": Says.DOES, **told}))


@pytest.mark.parametrize("has_own", [False, True])
def test_city_says_it_and_the_record_shows_it(app: Flask, browser: Any, *, has_own: bool) -> None:
    one = practice(app, "Permanence", FIRST, by=FACILITATOR)
    if has_own:
        practice(app, "La nôtre", SECOND, by=MEMBER)
    member = browser(MEMBER)
    assert "Et chez nous" in text_of(member.get(f"/ressources/{one}-permanence"))
    form = member.get(f"/ressources/{one}/chez-nous").text
    assert ('name="own"' in form) is has_own
    sent = {"says": "adapted", "since": "septembre 2024", "words": "Un soir seulement."} | (
        {"own": ""} if has_own else {}
    )
    answer = member.post(f"/ressources/{one}/chez-nous", sent)
    assert answer.location == f"/ressources/{one}-permanence#descendants"
    page = text_of(browser(OUTSIDER).get(f"/ressources/{one}-permanence"))
    for words in (city_of(app, MEMBER), "l'a adapté", "septembre 2024", "Un soir seulement."):
        assert words in page
    news = text_of(browser(FACILITATOR).get("/"))
    assert f"{city_of(app, MEMBER)} l'a adapté" in news
    assert "Un soir seulement." not in text_of(browser(OUTSIDER).get("/"))
    with app.app_context():
        assert "resource.adopted" in set(db.session.scalars(select(AuditEntry.action)))


def test_last_word_lives_and_earlier_ones_are_kept(app: Flask, browser: Any) -> None:
    one = practice(app, "Permanence", FIRST, by=FACILITATOR)
    tell(app, MEMBER, one, words="Depuis peu.")
    tell(app, MEMBER, one, words="Depuis peu.")
    tell(app, MEMBER, one, says=Says.STOPPED, words="Trop cher.")
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Adoption)) == 1
        assert db.session.scalar(select(func.count()).where(Revision.subject_type == "adoption")) == 1
    member = browser(MEMBER)
    page = text_of(member.get(f"/ressources/{one}-permanence"))
    assert page.index("Trop cher.") < page.index("Ce qu'elle disait avant") < page.index("Depuis peu.")
    assert "Changer notre réponse" in page
    member.post(f"/ressources/{one}/chez-nous", {"reprendre": "1"})
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Adoption)) == 0
        assert db.session.scalar(select(func.count()).where(Revision.subject_type == "adoption")) == 0


def test_author_of_the_first_practice_is_told_by_mail_once_for_each_answer_while_they_read_it(
    app: Flask, cast: Cast
) -> None:
    one = practice(app, "Permanence", FIRST, by=FACILITATOR)
    tell(app, MEMBER, one, words="Un soir seulement.")
    tell(app, MEMBER, one, words="Deux soirs.")
    tell(app, MEMBER, one, says=Says.STOPPED)
    with app.app_context():
        told = mails_about(app, "répond à votre pratique")
        assert [(to, "Un soir seulement." in text) for to, text in told] == [(FACILITATOR, True), (FACILITATOR, False)]
        assert "a arrêté" in told[1][1]
        with transaction() as session:
            session.execute(update(User).where(User.email == FACILITATOR).values(disabled_at=now()))
    tell(app, OUTSIDER, one)
    with app.app_context():
        assert len(mails_about(app, "répond à votre pratique")) == 2


def mails_about(app: Flask, subject: str) -> list[tuple[str, str]]:
    """Return to whom mails of a subject went, with their text, in order."""
    db.session.rollback()
    queued = [
        json.loads(one) for one in db.session.scalars(select(Job.payload).where(Job.name == MAIL).order_by(Job.id))
    ]
    return [(one["to"], one["text"].replace("\u2019", "'")) for one in queued if subject in one["subject"]]


def test_two_records_of_one_city_become_one_with_all_they_said(app: Flask) -> None:
    one = practice(app, "Permanence", FIRST, by=FACILITATOR)
    tell(app, MEMBER, one, words="D'abord.")
    tell(app, OUTSIDER, one, words="Ensuite.")
    tell(app, MEMBER, one, says=Says.STOPPED, words="Enfin.")
    with app.app_context():
        kept, other = (loaded(email).organisation for email in (OUTSIDER, MEMBER))
        assert kept is not None
        assert other is not None
        with transaction():
            merge(kept, other)
        city = descendants_of(loaded(FACILITATOR), resource_for(loaded(FACILITATOR), one))
        assert [(each.organisation.id, each.last.words) for each in city] == [(kept.id, "Enfin.")]
        assert [each.words for each in city[0].earlier] == ["Ensuite.", "D'abord."]


def test_form_refuses_with_sentences(app: Flask, browser: Any) -> None:
    one = practice(app, "Permanence", FIRST, by=FACILITATOR)
    answer = browser(MEMBER).post(f"/ressources/{one}/chez-nous", {"since": "naguère", "words": "Gardé."})
    page = text_of(answer)
    assert answer.status_code == 422
    assert "Choisissez l'une des trois réponses." in page
    assert "par exemple septembre 2020 ou 09/2020" in page
    assert "Gardé." in page


@pytest.mark.parametrize("space", [OPEN, PRIVATE])
def test_only_readers_of_another_city_may_say_it(app: Flask, browser: Any, space: str) -> None:
    one = practice(app, "Permanence", FIRST, space=space, audience="space", by=FACILITATOR)
    with app.app_context():
        author = loaded(FACILITATOR)
        resource = resource_for(author, one)
        for email in EVERYBODY:
            me = loaded(email)
            reads = can_read_resource(me, resource)
            may = reads and me.organisation_id not in {None, author.organisation_id}
            assert can_tell_adoption(me, resource) == may, email
            listed = select(func.count()).where(type(resource).id == resource.id, can_tell_adoption.where(me))
            assert bool(db.session.scalar(listed)) == may, email
        with transaction(), pytest.raises(RefusedError):
            tell_adoption(author, resource, Told(Says.DOES))
    unread = 404 if space == PRIVATE else 403
    for email in (OUTSIDER,) if space == PRIVATE else ():
        assert browser(email).get(f"/ressources/{one}/chez-nous").status_code == unread
        assert browser(email).post(f"/ressources/{one}/chez-nous", {"says": "does"}).status_code == unread


def test_adoption_of_a_private_practice_reaches_nobody_outside(app: Flask, browser: Any) -> None:
    one = practice(app, "Permanence", FIRST, space=PRIVATE, audience="space", by=FACILITATOR)
    tell(app, MEMBER, one, words=CANARY)
    with app.app_context(), transaction() as session:  # a colleague of the author who is not of the space
        place = loaded(FACILITATOR).organisation_id
        session.execute(update(User).where(User.email == OUTSIDER).values(organisation_id=place))
    outsider = browser(OUTSIDER)
    for address in ("/", f"/ressources/{one}-permanence", "/ressources", f"/recherche?q={CANARY}", "/annuaire"):
        assert CANARY not in text_of(outsider.get(address)).replace(f"q={CANARY}", "").replace(
            f'value="{CANARY}"', ""
        ) or (address.startswith("/recherche"))
    assert city_of(app, MEMBER) + " le fait" not in text_of(outsider.get("/"))
    assert CANARY in text_of(browser(FACILITATOR).get("/"))


def test_own_practice_is_named_to_those_who_may_read_it(app: Flask, browser: Any) -> None:
    one = practice(app, "Permanence", FIRST, by=FACILITATOR)
    own = practice(app, CANARY, SECOND, space=PRIVATE, audience="space", by=MEMBER)
    answer = browser(MEMBER).post(f"/ressources/{one}/chez-nous", {"says": "does", "own": own})
    assert answer.status_code == 302
    assert CANARY in text_of(browser(MEMBER).get(f"/ressources/{one}-permanence"))
    assert CANARY not in text_of(browser(OUTSIDER).get(f"/ressources/{one}-permanence"))


def test_copy_of_ones_data_and_erasure(app: Flask) -> None:
    one = practice(app, "Permanence", FIRST, by=FACILITATOR)
    tell(app, MEMBER, one, words="D'abord.")
    tell(app, MEMBER, one, words="Ensuite.")
    with app.app_context():
        me = loaded(MEMBER)
        assert [record["Ce qui a changé"] for record in words_of(me)] == ["D'abord.", "Ensuite."]
        assert resources_taken_up([resource_for(me, one).id], loaded(FACILITATOR))
        with transaction():
            forget_speaker(me, withdraw=False)
        assert words_of(me) == []
        assert [each.last.words for each in descendants_of(me, resource_for(me, one))] == ["Ensuite."]
    tell(app, MEMBER, one, words="Encore.")
    with app.app_context():
        me = loaded(MEMBER)
        with transaction():
            forget_speaker(me, withdraw=True)
        assert db.session.scalar(select(func.count()).select_from(Adoption)) == 0


def test_as_many_queries_for_one_city_as_for_two(app: Flask) -> None:
    one = practice(app, "Permanence", FIRST, by=FACILITATOR)

    def asked() -> int:
        with app.test_request_context():
            me = loaded(FACILITATOR)
            resource = resource_for(me, one)
            with CountedStatements(app) as statements:
                descendants_of(me, resource)
            return len(statements)

    tell(app, MEMBER, one)
    first = asked()
    tell(app, OUTSIDER, one)
    assert asked() == first
