"""What resembles a thing or a title: near it, readable, once each; a closed space changes nothing, to the byte."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.core.db import transaction
from app.discussions.operations import comment, start_thread
from app.extensions import db
from app.library.models import Resource
from app.search.similar import near_title, similar_to
from tests.discussions.talk import space
from tests.library.shelves import share
from tests.people import ADMIN, FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import CountedStatements, loaded, work

OF_ONE_ANSWER = re.compile(r'[0-9a-f]{12}|name="csrf_token" value="[^"]+"')
BY_SCRIPT = {"X-Requested-With": "fetch"}
WORDS = "Les médiateurs de nuit apaisent les terrasses"


@pytest.fixture
def likes(app: Flask, cast: Cast, furnish: Callable[..., Any]) -> Any:
    """Give the addresses of three things on one subject among others, by name."""
    return furnish("likes", _fill, worked=True)


def _fill() -> dict[str, Any]:
    night = share("Une médiation de nuit", kind="practice", summary=f"{WORDS} du centre.", tags=["Médiation"])
    report = share("Bilan de la médiation nocturne", body=f"{WORDS} et les riverains.", tags=["Médiation"])
    for n in range(6):
        share(f"Budget {n}", summary="Le budget de la ville et ses recettes.")
    with transaction():
        thread = start_thread(loaded(MEMBER), space(), "Qui a des médiateurs de nuit ?", f"{WORDS} chez nous.")
        comment(loaded(MEMBER), db.session.get_one(Resource, night.id), f"{WORDS}, et nos médiateurs de nuit aussi.")
        cited = f"{WORDS}. Voir [[resource:{report.public_id}]]."
        citing = start_thread(loaded(MEMBER), space(), "Des médiateurs de nuit en terrasse", cited)
    return {
        "night": f"/ressources/{night.public_id}",
        "report": f"/ressources/{report.public_id}",
        "thread": f"/discussions/{thread.public_id}",
        "citing": f"/discussions/{citing.public_id}",
        "key": f"resource:{night.id}",
    }


def plant(app: Flask) -> None:
    """Put much on the same words, and one word more, into a closed space."""
    with app.app_context():
        for n in range(4):
            share(
                f"Zorglub de nuit {n}",
                by=MEMBER,
                space=PRIVATE,
                summary=f"{WORDS}, zorglubmédiation.",
                tags=["Médiation"],
            )
        with transaction():
            start_thread(loaded(MEMBER), space(PRIVATE), "Zorglub, médiateurs de nuit", f"{WORDS} : zorglubmédiation.")
    work(app)


def shown(browser: Any, who: str, path: str, **options: Any) -> tuple[int, str]:
    answer = browser(who).get(path, headers=BY_SCRIPT, **options)
    return answer.status_code, OF_ONE_ANSWER.sub("", answer.get_data(as_text=True))


def titles(page: str) -> set[str]:
    return {re.sub(r"\s", " ", one) for one in re.findall(r"<span><b>([^<]*)</b>", page)}


def test_page_brings_what_resembles_it_not_itself_nor_what_speaks_of_it(likes: Any, browser: Any) -> None:
    here = browser(OUTSIDER)
    page = here.get(likes["night"], follow_redirects=True).text
    assert f'data-later="{likes["night"]}/semblables"' in page
    found = titles(shown(browser, OUTSIDER, f"{likes['night']}/semblables")[1])
    asked = {"Bilan de la médiation nocturne", "Qui a des médiateurs de nuit ?", "Des médiateurs de nuit en terrasse"}
    assert found == asked
    whole = here.get(f"{likes['night']}/semblables").text
    assert "<h1>Sur le même sujet</h1>" in whole
    assert titles(whole) == asked


def test_discussion_leaves_out_what_its_page_cites_already(likes: Any, browser: Any) -> None:
    assert (
        f'data-later="{likes["citing"]}/semblables"' in browser(MEMBER).get(likes["citing"], follow_redirects=True).text
    )
    found = titles(shown(browser, MEMBER, f"{likes['citing']}/semblables")[1])
    assert found == {"Une médiation de nuit", "Qui a des médiateurs de nuit ?"}
    other = titles(shown(browser, MEMBER, f"{likes['thread']}/semblables")[1])
    assert other == {"Une médiation de nuit", "Bilan de la médiation nocturne", "Des médiateurs de nuit en terrasse"}


def test_title_being_typed_is_answered_by_what_bears_its_words(likes: Any, browser: Any) -> None:
    found = shown(browser, MEMBER, "/recherche/proches", query_string={"q": "Une médiation la nuit ?"})[1]
    assert {"Une médiation de nuit", "Bilan de la médiation nocturne"} <= titles(found)
    assert 'data-count="' in found
    for nothing in ("", "x", "de la", "zorglubinconnu", "\x00 😀 «", "a" * 5000):
        assert shown(browser, MEMBER, "/recherche/proches", query_string={"q": nothing}) == (200, "")
    page = browser(MEMBER).get("/recherche/proches", query_string={"q": "Une médiation la nuit ?"}).text
    assert "Une médiation de nuit" in page


@pytest.mark.slow
def test_closed_space_changes_nothing_to_the_byte(app: Flask, likes: Any, browser: Any) -> None:
    addresses = [f"{likes[one]}/semblables" for one in ("night", "report", "thread", "citing")]
    addresses += ["/recherche/proches?q=M%C3%A9diateurs+de+nuit+en+terrasse", "/recherche?q=nuit+budget+terrasse"]
    blind = (OUTSIDER, ADMIN, GUEST)
    before = {(who, path): shown(browser, who, path) for who in blind for path in addresses}
    plant(app)
    assert before == {(who, path): shown(browser, who, path) for who in blind for path in addresses}
    assert "zorglub" in shown(browser, MEMBER, addresses[0])[1].lower()


@pytest.mark.slow
def test_word_of_a_closed_space_is_answered_like_one_that_is_nowhere(app: Flask, likes: Any, browser: Any) -> None:
    plant(app)
    for who in (OUTSIDER, ADMIN, GUEST):
        for pattern in ("{}", "médiation {}", "{} budget"):
            asked = [{"q": pattern.format(word)} for word in ("zorglubmédiation", "zorglubinconnu")]
            closed, nowhere = (shown(browser, who, "/recherche/proches", query_string=one) for one in asked)
            assert closed == nowhere
    inside = titles(shown(browser, MEMBER, "/recherche/proches", query_string={"q": "zorglub"})[1])
    assert any("Zorglub" in title for title in inside)


def test_right_lost_is_lost_before_the_index_knows(app: Flask, likes: Any, browser: Any, cast: Cast) -> None:
    path = f"{likes['night']}/semblables"
    assert "Bilan de la médiation nocturne" in titles(shown(browser, OUTSIDER, path)[1])
    with app.app_context(), transaction():
        report = db.session.query(Resource).filter_by(title="Bilan de la médiation nocturne").one()
        report.space_id = cast.spaces[PRIVATE]
    assert "Bilan de la médiation nocturne" not in titles(shown(browser, OUTSIDER, path)[1])


def test_number_of_statements_does_not_grow(app: Flask, likes: Any) -> None:
    def statements() -> tuple[int, int]:
        with app.app_context(), app.test_request_context():
            me = loaded(MEMBER)
            similar_to(me, likes["key"], "Une médiation de nuit")  # the catalogue is read again after a change
            with CountedStatements(app) as counted:
                found = similar_to(me, likes["key"], "Une médiation de nuit")
            with CountedStatements(app) as typed:
                near_title(me, "Médiation de nuit")
            assert found
            return len(counted), len(typed)

    before = statements()
    plant(app)
    assert statements() <= before


def test_new_discussion_and_new_resource_show_what_resembles_their_title(likes: Any, browser: Any) -> None:
    here = browser(MEMBER)
    path = f"/espaces/{OPEN}/discussions/nouvelle"
    begun = here.get(path, query_string={"titre": "Des médiateurs de nuit ?"}).text
    assert 'data-near="/recherche/proches" data-near-of="title"' in begun
    assert "Une médiation de nuit" in begun
    looked = here.post(path, {"title": "Des médiateurs de nuit ?", "body": "Mon texte", "proches": "1"})
    assert looked.status_code == 200
    assert "Une médiation de nuit" in looked.text
    assert "Mon texte" in looked.text
    refused = here.post(path, {"title": "Des médiateurs de nuit ?", "body": ""})
    assert refused.status_code == 422
    assert "Une médiation de nuit" in refused.text
    shelf = f"/espaces/{OPEN}/ressources/nouvelle"
    assert "data-near=" in here.get(shelf).text
    typed = here.post(shelf, {"title": "Des médiateurs de nuit", "kind": "practice", "plus_tard": "1"})
    assert "Une médiation de nuit" in typed.text
    assert "data-near=" not in browser(FACILITATOR).get(f"{likes['night']}/modifier").text
