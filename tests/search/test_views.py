"""The page of results: its words, its filters, where its links lead."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.core.db import transaction
from app.discussions.operations import start_thread
from app.library.operations import ResourceDetails, share_resource
from app.library.receiving import receive
from tests.people import FACILITATOR, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import CountedStatements, loaded, space_called, work

LINK = re.compile(r'class="hit__title"><a href="([^"]+)"')


@pytest.fixture
def shelves(app: Flask, cast: Cast, furnish: Callable[..., Any]) -> Flask:
    furnish("shelves", _fill, worked=True)
    return app


def _fill() -> None:
    _share(OPEN, "report", "Bilan de la médiation", "La médiation nocturne des collèges.")
    _share(OPEN, "press", "Article sur la vidéoprotection", "Une tribune.")
    _share(PRIVATE, "report", "Médiation secrète", "Texte fermé.")
    with transaction():
        start_thread(loaded(FACILITATOR), space_called(OPEN), "Qui a des médiateurs ?", "Nos médiateurs tournent.")


def _share(slug: str, kind: str, title: str, text: str) -> None:
    file = receive(io.BytesIO(text.encode()), "texte.txt")
    with transaction():
        share_resource(
            loaded(FACILITATOR), space_called(slug), ResourceDetails.of(kind=kind, title=title), files=[file]
        )


def page(browser: Any, who: str, **arguments: Any) -> str:
    answer = browser(who).get("/recherche", query_string=arguments)
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True)).replace("\u00a0", " ").replace("\u202f", " ")


def test_results_are_counted_by_thing_and_only_those_this_person_may_see(shelves: Flask, browser: Any) -> None:
    outside, inside = (page(browser, who, q="médiation") for who in (OUTSIDER, MEMBER))
    assert ("1 résultat pour" in outside, "2 résultats pour" in inside) == (True, True)
    assert "Médiation secrète" not in outside


def test_hit_in_a_file_opens_there_with_the_words_to_mark(shelves: Flask, browser: Any) -> None:
    links = LINK.findall(page(browser, OUTSIDER, q="médiation nocturne"))
    assert re.fullmatch(
        r"/ressources/[a-z2-7]{10}-bilan-de-la-mediation\?page=1&amp;q=m%C3%A9diation\+nocturne#document", links[0]
    )
    opened = browser(OUTSIDER).get(links[0].replace("&amp;", "&"))
    assert opened.get_data(as_text=True).count("<mark") >= 2


def test_only_the_words_to_mark_go_with_a_result_and_the_filters_stay_behind(shelves: Flask, browser: Any) -> None:
    links = LINK.findall(page(browser, OUTSIDER, q=f"médiation nocturne espace:{OPEN}"))
    assert "q=m%C3%A9diation+nocturne#document" in links[0]
    assert "q=" not in LINK.findall(page(browser, OUTSIDER, q=f"espace:{OPEN}"))[0]


def test_filters_stand_in_the_address_and_come_off_one_by_one(shelves: Flask, browser: Any) -> None:
    filtered = page(browser, MEMBER, q="médiation", kind="report", espace=OPEN)
    assert "1 résultat " in filtered
    assert f'href="/recherche?q=m%C3%A9diation&amp;espace={OPEN}"' in filtered


def test_nothing_found_says_what_was_searched_and_what_to_do(shelves: Flask, browser: Any) -> None:
    shown = page(browser, MEMBER, q="zzzyx <zzq>", kind="report")
    assert "Aucun document ne contient « zzzyx &lt;zzq&gt; »" in shown
    assert "Poser la question à un espace" in shown
    assert re.search("(Sans|Retirer) le filtre", shown) is None  # no filter is to blame
    narrowed = page(browser, MEMBER, q="médiation", kind="press")
    assert "avec ces filtres" in narrowed
    assert re.search(r"Sans le filtre « Article de presse »</a> <span class=\"meta\">\d+ résultat", narrowed)
    assert "Aucun document ne contient" in page(browser, MEMBER, q="zzzyx")


def test_empty_search_explains_itself(shelves: Flask, browser: Any) -> None:
    assert "Que cherchez-vous" in page(browser, MEMBER)


@pytest.mark.parametrize(
    "q", ['"', "-", "a* b* c*", "« ouvert", "\u0000", "x" * 10_000, "🙂", "مرحبا", "((((", "kind:", "ET ET"]
)
def test_anything_typed_is_answered(shelves: Flask, browser: Any, q: str) -> None:
    assert "<h1" in page(browser, MEMBER, q=q)


def test_number_of_statements_does_not_grow_with_the_results(shelves: Flask, browser: Any) -> None:
    here = browser(MEMBER)
    here.get("/recherche?q=rien")
    counts = []
    for words in ("vidéoprotection", "médiation OU vidéoprotection"):
        with CountedStatements(shelves) as counted:
            here.get("/recherche", query_string={"q": words})
        counts.append(len(counted))
    assert counts[1] - counts[0] <= 3, counts  # one more type of thing costs its own card and text statements, no more


def test_broken_index_gives_titles_a_banner_and_repairs_itself(shelves: Flask, browser: Any) -> None:
    index = shelves.config["SETTINGS"].instance / "index"
    for file in [one for one in index.rglob("*") if one.is_file()]:
        file.write_bytes(b"garbage")
    shown = page(browser, OUTSIDER, q="médiation")
    assert "se répare" in shown
    assert ("Bilan de la médiation" in shown, "secrète" in shown) == (True, False)
    work(shelves)
    assert "1 résultat pour" in page(browser, OUTSIDER, q="médiation")
