"""Keywords while one types: completion, closed lists, terms drawn from the text; nothing of closed spaces."""

from __future__ import annotations

import re
import time
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
from app.core.errors import DomainError
from app.extensions import db
from app.library.models import Resource
from app.library.operations import ResourceDetails, taken_in
from app.library.thesaurus.completing import completions
from app.library.thesaurus.finding import Finder
from app.library.thesaurus.operations import bring_in
from app.library.thesaurus.saying import TermSaid
from app.library.thesaurus.starting import starter_terms
from app.spaces.models import Space
from app.spaces.queries import space_by_slug
from tests.library.shelves import pdf, share, shared, upload
from tests.people import FACILITATOR, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import loaded, work

TERMS = [
    TermSaid.of(fr="Vidéoprotection", en="CCTV", alt_fr=["vidéosurveillance"]),
    TermSaid.of(fr="Conseil local de sécurité", en="Local safety board", alt_fr=["CLS"]),
    TermSaid.of(fr="Sécurité routière", en="Road safety"),
]
CHANGING = re.compile(r'(?<=name="csrf_token" value=")[^"]+')
NEW = f"/espaces/{OPEN}/ressources/nouvelle"


@pytest.fixture(autouse=True)
def _common(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        bring_in(None, TERMS, origin="test")


def place(slug: str) -> Space:
    found = space_by_slug(slug)
    assert found is not None
    return found


def close(slug: str = OPEN) -> None:
    with transaction():
        place(slug).closed_keywords = True


def test_completion_finds_terms_by_any_name(context: Flask) -> None:
    found = [(one.label, one.beside) for one in completions(loaded(OUTSIDER), "vidéos")]
    assert found == [("Vidéoprotection", "vidéosurveillance")]
    assert [(one.label, one.beside) for one in completions(loaded(OUTSIDER), "cct")] == [("Vidéoprotection", "CCTV")]
    assert [one.label for one in completions(loaded(OUTSIDER), "sécu")] == [
        "Sécurité routière",
        "Conseil local de sécurité",
    ]
    assert completions(loaded(OUTSIDER), "s") == []


def test_completion_offers_words_only_where_they_are_used(context: Flask) -> None:
    share(tags=["Corbeau"], space=PRIVATE)
    draft = share(tags=["Corneille"])
    with transaction():
        db.session.get_one(Resource, draft.id).state = "draft"
    member = loaded(MEMBER)
    assert [one.label for one in completions(member, "cor", place(PRIVATE))] == ["Corbeau"]
    assert completions(member, "cor", place(OPEN)) == completions(member, "cor") == []


def test_closed_list_takes_terms_and_what_was_carried_before(context: Flask) -> None:
    made = share(tags=["Nuit"])
    close()
    with pytest.raises(DomainError):
        share(tags=["Nuit"])
    assert [tag.label for tag in share(tags=["cctv"]).tags] == ["Vidéoprotection"]
    assert [tag.label for tag in db.session.get_one(Resource, made.id).tags] == ["Nuit"]
    details, remark = taken_in(ResourceDetails(kind="report", title="T", tags=("cctv", "Nuit")), place(OPEN))
    assert (details.tags, "Nuit" in remark) == (["cctv"], True)


def test_form_of_a_closed_list_keeps_what_was_typed_and_proposes_near_terms(app: Flask, browser: Any) -> None:
    with app.app_context():
        close()
    answer = browser(MEMBER).post(NEW, {"kind": "report", "title": "T", "tags": "cctv, video protections"})
    page = answer.get_data(as_text=True).replace("\u00a0", " ")
    assert answer.status_code == 422
    assert "« video protections » n’est pas dans la liste commune" in page
    assert "Proches : « Vidéoprotection »." in page
    assert 'value="cctv, video protections"' in page


def test_terms_are_drawn_from_what_is_typed_and_one_tick_takes_them(app: Flask, browser: Any) -> None:
    member = browser(MEMBER)
    said = {"kind": "report", "title": "Le conseil local de la sécurité", "summary": "Des vidéosurveillances."}
    kept = member.post(f"{NEW}/brouillon", said).get_json()["parts"]["keywords"]
    assert [kept.index(one.fr) > 0 for one in TERMS[:2]] == [True, True]
    assert "Sécurité routière" not in kept
    member.post(NEW, {**said, "tags": "Nuit", "mots_proposes": ["Vidéoprotection"], "publier": "1"})
    with app.app_context():
        made = db.session.scalars(select(Resource)).one()
        assert [tag.label for tag in made.tags] == ["Nuit", "Vidéoprotection"]


@pytest.mark.slow
def test_terms_are_drawn_from_files_when_they_have_been_read(app: Flask, browser: Any) -> None:
    member = browser(MEMBER)
    content = pdf("La vidéosurveillance et la sécurité routière.", "Encore la vidéosurveillance, la vidéosurveillance.")
    moment = now()
    clock.set_clock(lambda: moment)
    member.post(NEW, {"files": upload(content, "a.pdf")}, headers={"Accept": "application/json"})
    work(app)
    assert "Vidéoprotection" not in member.get(NEW).get_data(as_text=True)  # not before reading it takes its time
    clock.set_clock(partial(add, moment, timedelta(minutes=1)))
    page = member.get(NEW).get_data(as_text=True)
    assert page.index('value="Vidéoprotection" data-offer') < page.index('value="Sécurité routière" data-offer')


def test_acronyms_count_in_capitals_and_the_longest_name_wins() -> None:
    found = Finder("fr", [("a", "CLS", []), ("b", "Sécurité", []), ("c", "Conseil local de sécurité", ["stade"])])
    assert dict(found.found_in("Le CLS, des cls, la sécurité.")) == {"a": 1, "b": 1}
    assert dict(found.found_in("Conseils locaux de la sécurité. Stades.")) == {"c": 1.5}
    assert dict(found.found_in("Conseil. Local ? Un deux trois quatre sécurités")) == {"b": 1}


def test_a_hundred_pages_are_searched_within_a_moment() -> None:
    found = Finder("fr", [(str(n), one.fr, one.alt_fr) for n, one in enumerate(starter_terms())])
    page = "Le maire réunit la police municipale, les bailleurs et les médiateurs autour de la vie nocturne. " * 25
    found.found_in(page)
    start = time.process_time()
    for _n in range(100):
        found.found_in(page)
    assert time.process_time() - start < 2


def test_words_of_a_closed_space_answer_like_words_nobody_typed(app: Flask, browser: Any) -> None:
    shared(app, tags=["Zorglub"], space=PRIVATE)
    outsider, facilitator = browser(OUTSIDER), browser(FACILITATOR)
    for pattern in ("/mots-cles?q={}", "/mots-cles/proposer?q={}", f"/espaces/{OPEN}/mots-cles/proposer?q={{}}"):
        answers = [(one, outsider.get(pattern.format(one)).get_data(as_text=True)) for one in ("zorglub", "zorglab")]
        seen = [CHANGING.sub("", text).replace(one, "") for one, text in answers]
        assert seen[0] == seen[1], pattern
    assert "Zorglub" in facilitator.get(f"/espaces/{PRIVATE}/mots-cles/proposer?q=zorg").get_data(as_text=True)
    assert "Zorglub" not in facilitator.get(f"/espaces/{OPEN}/mots-cles/proposer?q=zorg").get_data(as_text=True)
