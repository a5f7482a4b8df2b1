"""Passages of one result: two are shown, the others unfold in place; the best one is read beside the list."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.db import transaction
from app.discussions.operations import reply, start_thread
from app.extensions import db
from app.library.models import Resource
from app.library.operations import ResourceDetails, share_resource
from app.library.receiving import receive
from app.search.snippets import stretch
from app.search.terms import Clause
from tests.people import FACILITATOR, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import CountedStatements, loaded, space_called


def _text(passages: int) -> bytes:
    filled = "Un mot de plus pour remplir la page. " * 60
    return "\n\n".join(f"La médiation {n}. {filled}" for n in range(passages)).encode()


@pytest.fixture
def shelves(app: Flask, cast: Cast, furnish: Callable[..., Any]) -> Flask:
    furnish("long-shelves", _fill, worked=True)
    return app


def _fill() -> None:
    for slug, title, passages in ((OPEN, "Rapport long", 9), (OPEN, "Rapport bref", 4), (PRIVATE, "Rapport clos", 5)):
        file = receive(io.BytesIO(_text(passages)), "texte.txt")
        with transaction():
            share_resource(
                loaded(FACILITATOR), space_called(slug), ResourceDetails.of(kind="report", title=title), files=[file]
            )
    with transaction():
        thread = start_thread(loaded(FACILITATOR), space_called(OPEN), "Une question", "Qui parle de zircon ?")
        for n in range(5):
            reply(loaded(MEMBER), thread, "Nos médiateurs tournent." if n == 3 else f"Rien, {n}.")


def _public_id(app: Flask, title: str) -> str:
    with app.app_context():
        return db.session.scalars(select(Resource).where(Resource.title == title)).one().public_id


def page(browser: Any, who: str, **arguments: Any) -> str:
    answer = browser(who).get("/recherche", query_string=arguments)
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True)).replace("\u00a0", " ").replace("\u202f", " ")


def hit(shown: str, title: str) -> str:
    return next(str(one) for one in re.findall(r'<li class="hit.*?</li>', shown, re.DOTALL) if title in one)


def test_two_passages_are_shown_and_the_link_unfolds_all_the_others(shelves: Flask, browser: Any) -> None:
    folded = hit(page(browser, OUTSIDER, q="médiation"), "Rapport long")
    more = int(re.findall(r"Et (\d+) autres? passages?", folded)[0])
    assert (folded.count('class="snippet"'), more > 2) == (2, True)
    address = re.findall(r'href="([^"]+)" data-unfold', folded)[0].replace("&amp;", "&")
    public_id = _public_id(shelves, "Rapport long")
    assert address == f"/recherche?q=m%C3%A9diation&deplier={public_id}#r-{public_id}"
    unfolded = hit(page(browser, OUTSIDER, q="médiation", deplier=public_id), "Rapport long")
    assert (unfolded.count('class="snippet"'), "autres passages" in unfolded) == (2 + more, False)
    assert len(set(re.findall(r'class="snippet" href="([^"]+)"', unfolded))) == 2 + more
    assert all("<mark>" in one for one in re.findall(r'class="snippet".*?</a>', unfolded, re.DOTALL))


def test_best_passage_is_read_beside_and_the_address_says_of_which_result(shelves: Flask, browser: Any) -> None:
    shown = page(browser, OUTSIDER, q="médiation tournent", apercu=_public_id(shelves, "Rapport long"))
    beside = shown[shown.index("data-peek>") :]
    assert "Rapport long" in beside
    assert "<mark>médiation</mark>" in beside
    assert re.search(r'class="hit kind--report is-selected"', shown)


def test_reply_that_answers_opens_where_it_stands(shelves: Flask, browser: Any) -> None:
    shown = hit(page(browser, OUTSIDER, q="médiateurs"), "Une question")
    assert "Réponse 4" in shown
    place = re.findall(r'class="snippet" href="([^"]+)"', shown)[0]
    assert place.endswith("#reponse-5")
    thread = browser(OUTSIDER).get(place.replace("&amp;", "&")).get_data(as_text=True)
    assert "tournent" in thread[thread.index('id="reponse-5"') : thread.index('id="reponse-6"')]


@pytest.mark.parametrize("argument", ["apercu", "deplier"])
def test_thing_one_may_not_read_is_previewed_like_one_that_never_was(
    shelves: Flask, browser: Any, argument: str
) -> None:
    closed = _public_id(shelves, "Rapport clos")
    told = []
    for public_id in (closed, "aaaaaaaaaa"):
        shown = page(browser, OUTSIDER, q="médiation", **{argument: public_id}).replace(public_id, "ECHO")
        told.append(re.sub(r'\b[0-9a-f]{12}\b|value="[\w.-]{60,}"', "", shown))
    assert told[0] == told[1]
    assert "Rapport clos" in page(browser, MEMBER, q="médiation", **{argument: closed})


def test_unfolding_asks_no_more_of_the_database_for_more_passages(shelves: Flask, browser: Any) -> None:
    here = browser(MEMBER)
    here.get("/recherche?q=rien")
    counted = []
    for title in ("Rapport bref", "Rapport long"):
        with CountedStatements(shelves) as statements:
            here.get("/recherche", query_string={"q": "médiation", "deplier": _public_id(shelves, title)})
        counted.append(len(statements))
    assert counted[0] == counted[1]


def test_what_is_read_beside_begins_a_little_before_its_first_hit() -> None:
    clause = Clause((("zircon",),))
    text = "Un début. " * 300 + "Voici le zircon <b>. " + "Une suite. " * 300
    shown = str(stretch(text, (clause,), "fr"))
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert 0 < shown.index("<mark>zircon</mark>") < 400
    assert "&lt;b&gt;" in shown
    assert str(stretch("Un texte court, sans rien.", (clause,), "fr")) == "Un texte court, sans rien."
