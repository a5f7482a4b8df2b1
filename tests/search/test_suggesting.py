"""What is proposed while somebody types: names this person may see and no other, in a bounded number of questions."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

import pytest
from flask import Flask

from app.core.db import transaction
from app.discussions.operations import start_thread
from app.library.operations import ResourceDetails, share_resource
from app.search.suggesting import suggestions_for
from app.spaces.operations import leave
from tests.people import ADMIN, ENTERED, FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import CountedStatements, loaded, space_called

OPTION = re.compile(r'<a [^>]*role="option".*?</a>', re.DOTALL)


@pytest.fixture
def shelves(app: Flask, cast: Cast, furnish: Callable[..., Any]) -> Flask:
    furnish("shelves of names", _fill, worked=True)
    return app


def _fill() -> None:
    _share(OPEN, "Bilan de la médiation nocturne", ["Médiation sociale"])
    _share(OPEN, "Vidéoprotection", ["veille partagée"], kind="guide")
    _share(PRIVATE, "Médiation secrète", ["zorglub discret"])
    with transaction():
        start_thread(loaded(FACILITATOR), space_called(OPEN), "Qui a des médiateurs ?", "Nos médiateurs tournent.")
        loaded(FACILITATOR).in_directory = True


def _share(slug: str, title: str, tags: list[str], kind: str = "report") -> None:
    with transaction():
        share_resource(loaded(FACILITATOR), space_called(slug), ResourceDetails.of(kind=kind, title=title, tags=tags))


def without_echo(here: Any, typed: str) -> str:
    text = str(here.get("/recherche/suggestions", query_string={"q": typed}).text)
    return text.replace(quote_plus(typed), "ECHO").replace(typed, "ECHO")


def proposed(browser: Any, who: str, typed: str) -> list[str]:
    """Return the options as they are read, in order."""
    answer = browser(who).get("/recherche/suggestions", query_string={"q": typed})
    assert answer.status_code == 200
    options = (re.sub("<br>", " / ", one) for one in OPTION.findall(answer.text))
    return [" ".join(html.unescape(re.sub("<[^>]+>", "", one)).split()) for one in options]


@pytest.mark.slow
def test_titles_are_grouped_by_what_things_are_with_the_search_itself_last(shelves: Flask, browser: Any) -> None:
    assert proposed(browser, OUTSIDER, "nocturnes média") == [
        "Bilan de la médiation nocturne / Rapport, Castelmaure",
        "Chercher « nocturnes média » partout, 1 résultat",
    ]
    answer = browser(OUTSIDER).get("/recherche/suggestions?q=média").text
    assert re.findall(r'role="group" aria-label="([^"]+)"', answer) == ["Documents", "Discussions", "Mots-clés"]
    assert 'data-count="3 propositions"' in answer
    assert "<mark>média</mark>teurs" in answer


def test_names_that_begin_so_come_first(shelves: Flask, browser: Any) -> None:
    assert proposed(browser, MEMBER, "média")[:2] == [
        "Médiation secrète / Rapport, Castelmaure",
        "Bilan de la médiation nocturne / Rapport, Castelmaure",
    ]
    with shelves.app_context():
        _share(OPEN, "Le mot de la fin", [])
        _share(OPEN, "Motifs de sortie", [])
        _share(OPEN, "Un dernier mot", [])
    assert [one.split(" /")[0] for one in proposed(browser, OUTSIDER, "mot")[:3]] == [
        "Motifs de sortie",
        "Un dernier mot",
        "Le mot de la fin",
    ]


def test_option_leads_to_the_thing_itself(shelves: Flask, browser: Any) -> None:
    here = browser(OUTSIDER)
    addresses = re.findall(
        r'role="option" aria-selected="false" href="([^"]+)"', here.get("/recherche/suggestions?q=vi").text
    )
    assert [one.split("?")[0].rsplit("/", 1)[0] for one in addresses] == ["/ressources", "/espaces", ""]
    assert [here.get(html.unescape(one)).status_code for one in addresses] == [
        200,
        403,
        200,
    ]  # the space is to be asked
    assert here.get("/recherche/suggestions?q=m%C3%A9diation+so").text.count("/recherche?mot=mediation-sociale") == 1


def test_people_are_found_by_name_with_their_city_to_help(shelves: Flask, browser: Any) -> None:
    faustine = "Faustine Delmas / Adjointe à la sécurité, Castelmaure"
    assert proposed(browser, OUTSIDER, "delm castelm")[0] == faustine
    assert proposed(browser, OUTSIDER, "castelm")[0] == "Castelmaure / Ville"
    assert faustine not in proposed(browser, OUTSIDER, "castelm")


def test_people_hidden_from_each_other_are_not_proposed(shelves: Flask, browser: Any) -> None:
    """The member shares a space with the guest; the outsider, not listed, shares one with nobody."""
    assert proposed(browser, MEMBER, "gasp")[0].startswith("Gaspard Roy")
    assert proposed(browser, OUTSIDER, "gasp") == ["Chercher « gasp » partout"]
    for who in (MEMBER, GUEST):
        assert proposed(browser, who, "odile") == ["Chercher « odile » partout"]
    assert proposed(browser, GUEST, "faus")[0].startswith("Faustine Delmas")
    assert proposed(browser, GUEST, "castel") == ["Chercher « castel » partout"]


@pytest.mark.slow
def test_spaces_are_proposed_to_those_who_know_of_them(shelves: Flask, browser: Any) -> None:
    assert proposed(browser, OUTSIDER, "noct vie")[0] == "Vie nocturne"
    assert proposed(browser, GUEST, "vie noct") == ["Chercher « vie noct » partout"]
    for who in (OUTSIDER, ADMIN, GUEST):
        assert proposed(browser, who, "cercle") == ["Chercher « cercle » partout"]
    for who in (MEMBER, ENTERED):
        assert proposed(browser, who, "cercle")[0] == "Cercle fermé"


def test_keywords_are_those_of_what_one_reads(shelves: Flask, browser: Any) -> None:
    assert proposed(browser, OUTSIDER, "partag veil")[0] == "veille partagée"
    assert proposed(browser, OUTSIDER, "zorglub") == ["Chercher « zorglub » partout"]
    assert proposed(browser, MEMBER, "zorglub")[0] == "zorglub discret"
    assert not [one for one in proposed(browser, OUTSIDER, "stup") if one.startswith("Stup")]  # a term nothing carries


@pytest.mark.slow
def test_prefix_of_a_closed_space_answers_like_one_that_is_nowhere(shelves: Flask, browser: Any) -> None:
    for who in (OUTSIDER, ADMIN, GUEST):
        here = browser(who)
        told = {without_echo(here, one) for one in ("zorg", "zorglub dis", "secrète", "cercle fer", "xyzzy", "xyz xyz")}
        assert len(told) == 1, who


@pytest.mark.thorough
def test_prefix_of_a_closed_space_takes_no_longer_than_one_that_is_nowhere(shelves: Flask) -> None:
    times: dict[str, list[float]] = {"zorglub secr": [], "zzyxzub secr": []}
    with shelves.test_request_context():
        me = loaded(OUTSIDER)
        for _ in range(120):
            for typed, took in times.items():
                start = time.perf_counter()
                assert suggestions_for(me, typed).count == 0
                took.append(time.perf_counter() - start)
    # The quicker quarter: what a busy machine adds to the rest tells nothing.
    closed, unknown = (sorted(took)[len(took) // 4] for took in times.values())
    assert closed == pytest.approx(unknown, rel=0.25)


def test_right_lost_is_obeyed_at_once_before_the_index_knows(shelves: Flask, browser: Any) -> None:
    assert len(proposed(browser, MEMBER, "secrete")) == 2
    with shelves.app_context(), transaction():
        leave(loaded(MEMBER), space_called(PRIVATE))
    assert proposed(browser, MEMBER, "secrete") == ["Chercher « secrete » partout"]


def test_filters_name_nothing_and_are_counted(shelves: Flask, browser: Any) -> None:
    assert proposed(browser, OUTSIDER, "type:guide") == ["Chercher « type:guide » partout, 1 résultat"]
    assert proposed(browser, OUTSIDER, "média -nuit") == ["Chercher « média -nuit » partout"]


def test_what_is_counted_is_what_is_found(shelves: Flask, browser: Any) -> None:
    assert proposed(browser, MEMBER, "médiation")[-1] == "Chercher « médiation » partout, 2 résultats"
    assert "2 résultats pour" in browser(MEMBER).get("/recherche?q=médiation").text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "m",
        "é" * 10_240,
        "🙂🙂",
        "夜間治安",
        "مرحبا",
        "%%",
        "__",
        "\"'`",
        "\0\0",
        "'; DROP --",
        "a* b* c*",
        "((",
        "--",
    ],
)
def test_anything_typed_is_answered(shelves: Flask, browser: Any, typed: str) -> None:
    shown = proposed(browser, MEMBER, typed)
    assert bool(shown) == (len(typed.strip("\0 ")) > 1)
    assert all(one.startswith("Chercher « ") for one in shown[-1:])


def test_number_of_statements_grows_with_nothing(shelves: Flask, browser: Any) -> None:
    here = browser(MEMBER)
    here.get("/recherche/suggestions?q=xyzzy")
    counts = []
    for typed in ("xyzzy", "mé", "médiation"):
        with CountedStatements(shelves) as counted:
            here.get("/recherche/suggestions", query_string={"q": typed})
        counts.append(len(counted))
    assert max(counts) - counts[0] <= 3, counts  # the cards of each type of thing found, and what spaces one may name
    assert max(counts) <= 24, counts


def test_broken_index_still_proposes_names(shelves: Flask, browser: Any) -> None:
    for file in [one for one in (shelves.config["SETTINGS"].instance / "index").rglob("*") if one.is_file()]:
        file.write_bytes(b"garbage")
    assert proposed(browser, OUTSIDER, "bilan")[0].startswith("Bilan de la médiation")
