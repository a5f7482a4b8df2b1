"""Words that wait: seen by those who run their space, decided, taken back, and what becomes of what carried them."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from operator import add
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import DomainError, RefusedError
from app.core.worker import run_all
from app.extensions import db
from app.library.models import Resource, Tag, TagState
from app.library.thesaurus.deciding import decide_on, reinstate, take_back_decision
from app.library.thesaurus.models import Act, TagDecision
from app.library.thesaurus.operations import bring_in
from app.library.thesaurus.saying import TermSaid
from app.library.thesaurus.waiting import count_waiting, waiting_page, words_taken_off
from tests.library.shelves import share
from tests.people import ADMIN, ENTERED, FACILITATOR, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import loaded

MEDIATION = TermSaid.of(fr="Médiation sociale", en="Social mediation", alt_fr=["médiateurs"])


@pytest.fixture(autouse=True)
def _common(context: Flask, cast: Cast) -> None:
    with transaction():
        bring_in(None, [MEDIATION], origin="test")


def word(label: str = "Veilleurs", space: str = OPEN, **more: Any) -> tuple[Tag, Resource]:
    made = share(tags=[label], space=space, **more)
    return made.tags[0], made


def term() -> Tag:
    return db.session.scalars(select(Tag).where(Tag.slug == "mediation-sociale", Tag.space_id.is_(None))).one()


def decided(by: str, tag: Tag, act: Act, **more: Any) -> None:
    with transaction():
        decide_on(loaded(by), tag, act, **more)


def later(app: Flask) -> None:
    """Let the moment pass in which a decision can be taken back, and do the work."""
    clock.set_clock(partial(add, now(), timedelta(seconds=11)))
    run_all(app)
    clock.set_clock(None)
    db.session.rollback()


def labels(made: Resource) -> list[str]:
    db.session.expire_all()
    return [tag.label for tag in made.tags]


def test_words_wait_for_those_who_run_their_space() -> None:
    word("Un", OPEN), word("Deux", PRIVATE), word("Deux", OPEN)
    numbers = {email: count_waiting(loaded(email)) for email in (FACILITATOR, ADMIN, ENTERED, MEMBER, OUTSIDER)}
    assert numbers == {FACILITATOR: 3, ADMIN: 2, ENTERED: 3, MEMBER: 0, OUTSIDER: 0}


def test_waiting_words_come_with_their_uses_and_the_terms_they_look_like() -> None:
    for _n in range(2):
        word("mediations sociale")
    word("Tout autre chose")
    page = waiting_page(loaded(FACILITATOR), None, 1)
    rows = [(one.tag.label, one.count, [near.label for near in one.near]) for one in page.items]
    assert rows == [("mediations sociale", 2, ["Médiation sociale"]), ("Tout autre chose", 1, [])]


def test_adopted_word_becomes_a_term_everywhere(context: Flask) -> None:
    (tag, made), (_other, elsewhere) = word("Veilleurs"), word("veilleurs", PRIVATE)
    said = TermSaid.of(fr="Veilleurs de rue", en="Street wardens", broader=["Médiation sociale"])
    decided(FACILITATOR, tag, Act.ADOPT, said=said)
    assert labels(made) == ["Veilleurs"]
    later(context)
    assert labels(made) == labels(elsewhere) == ["Veilleurs de rue"]
    assert count_waiting(loaded(FACILITATOR)) == 0


@pytest.mark.slow
def test_synonym_is_understood_everywhere_and_a_merged_word_in_its_space_alone(context: Flask) -> None:
    (first, one), (second, two) = word("Adultes relais"), word("Nos médiateurs")
    decided(FACILITATOR, first, Act.SYNONYM, target=term())
    decided(FACILITATOR, second, Act.MERGE, target=term())
    later(context)
    assert labels(one) == labels(two) == ["Médiation sociale"]
    assert labels(share(tags=["adultes RELAIS"], space=PRIVATE)) == ["Médiation sociale"]
    assert labels(share(tags=["nos mediateurs"])) == ["Médiation sociale"]
    assert labels(share(tags=["nos mediateurs"], space=PRIVATE)) == ["nos mediateurs"]


def test_refused_word_leaves_resources_and_comes_back_with_the_decision(context: Flask) -> None:
    tag, made = word("Divers")
    decided(FACILITATOR, tag, Act.REFUSE, reason="Trop vague")
    later(context)
    assert labels(made) == []
    assert [(one.label, one.reason) for one in words_taken_off(made)] == [("Divers", "Trop vague")]
    with pytest.raises(DomainError):
        share(tags=["divers"])
    assert labels(share(tags=["divers"], space=PRIVATE)) == ["divers"]
    with transaction():
        reinstate(loaded(FACILITATOR), tag)
    assert (labels(made), words_taken_off(made)) == (["Divers"], [])


def test_decision_is_taken_back_before_its_effect_and_not_after(context: Flask) -> None:
    tag, made = word()
    decided(FACILITATOR, tag, Act.MERGE, target=term())
    with pytest.raises(DomainError):
        decided(FACILITATOR, tag, Act.REFUSE)
    with transaction():
        take_back_decision(loaded(FACILITATOR), tag)
    later(context)
    assert labels(made) == ["Veilleurs"]
    decided(FACILITATOR, tag, Act.MERGE, target=term())
    later(context)
    with pytest.raises(DomainError), transaction():
        take_back_decision(loaded(FACILITATOR), tag)
    assert db.session.scalars(select(TagDecision)).all() == []


@pytest.mark.parametrize("by", [MEMBER, OUTSIDER])
def test_only_those_who_run_the_space_decide(by: str) -> None:
    tag, _made = word()
    with pytest.raises(RefusedError):
        decided(by, tag, Act.REFUSE)


def test_what_cannot_be_a_term_is_said_at_once() -> None:
    tag, _made = word()
    for said in (TermSaid.of(fr="Médiateurs"), TermSaid.of(fr="Rues, places"), TermSaid.of(fr="X", broader=["Rien"])):
        with pytest.raises(DomainError):
            decided(FACILITATOR, tag, Act.ADOPT, said=said)
    assert tag.state == TagState.PROPOSED
