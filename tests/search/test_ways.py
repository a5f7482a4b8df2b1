"""When little is found: another spelling, a filter less, a question to a space; never a word kept from the reader."""

from __future__ import annotations

import html
import io
import re
import time
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.db import transaction
from app.discussions.operations import start_thread
from app.extensions import db
from app.library.operations import ResourceDetails, share_resource
from app.library.receiving import receive
from app.search.operations import engine, find
from app.search.query import parse
from app.search.rebuilding.work import rebuild
from app.search.ways import other_spelling, ways_out
from app.search.words import SearchWord
from tests.people import FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import CountedStatements, loaded, space_called, work

OF_ONE_ANSWER = re.compile(r'[0-9a-f]{12}|name="csrf_token" value="[^"]+"')
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


@pytest.fixture
def shelves(app: Flask, cast: Cast, furnish: Callable[..., Any]) -> Flask:
    furnish("shelves of little", _fill, worked=True)
    return app


def _fill() -> None:
    _share(OPEN, "report", "Bilan de la médiation", "La médiation nocturne des collèges, et la délinquance.")
    _share(OPEN, "press", "Article sur la vidéoprotection", "Une tribune sur le bruit de la ville.")
    _share(PRIVATE, "report", "Zorglubinette secrète", "Texte fermé sur la zorglubinette et la zorglubinade.")
    with transaction():
        start_thread(loaded(FACILITATOR), space_called(OPEN), "Qui a des médiateurs ?", "Nos médiateurs tournent.")


def _share(slug: str, kind: str, title: str, text: str) -> None:
    file = receive(io.BytesIO(text.encode()), "texte.txt")
    with transaction():
        share_resource(
            loaded(FACILITATOR), space_called(slug), ResourceDetails.of(kind=kind, title=title), files=[file]
        )


def page(browser: Any, who: str, path: str = "/recherche", **arguments: Any) -> str:
    answer = browser(who).get(path, query_string=arguments)
    assert answer.status_code == 200
    text = html.unescape(str(answer.get_data(as_text=True)))
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


def without_echo(shown: str, *words: str) -> str:
    for word in words:
        shown = shown.replace(word, "ECHO")
    return OF_ONE_ANSWER.sub("", shown)


def test_misspelled_words_bring_the_nearest_ones_as_they_are_written(shelves: Flask, browser: Any) -> None:
    shown = page(browser, OUTSIDER, q="médiaton délinquence")
    assert "Vouliez-vous dire" in shown
    assert 'href="/recherche?q=m%C3%A9diation+d%C3%A9linquance">médiation délinquance</a>' in shown
    assert "1 résultat" in page(browser, OUTSIDER, q="médiation délinquance")


def test_misspelled_word_beside_others_is_mended_too(shelves: Flask, browser: Any) -> None:
    shown = page(browser, OUTSIDER, q="bruit nocturme -ville")
    assert ">bruit nocturne -ville</a>" in shown


def test_word_that_is_found_is_never_corrected(shelves: Flask, browser: Any) -> None:
    assert "Vouliez-vous dire" not in page(browser, OUTSIDER, q="médiation")
    assert "Vouliez-vous dire" not in page(browser, OUTSIDER, q="xyzzyxyzzy")


@pytest.mark.slow
def test_word_of_a_closed_space_is_only_suggested_inside(shelves: Flask, browser: Any) -> None:
    assert "zorglubinette" in page(browser, MEMBER, q="zorglubinete").replace("zorglubinete", "")
    for who in (OUTSIDER, GUEST):
        for closed, unknown in (("zorglubinete", "blorgzubinete"), ("zorglubinett", "blorgzubinett")):
            told = without_echo(page(browser, who, q=closed), closed)
            assert told == without_echo(page(browser, who, q=unknown), unknown)


@pytest.mark.thorough
def test_word_of_a_closed_space_takes_no_longer_than_an_unknown_one(shelves: Flask) -> None:
    with shelves.app_context():
        me = loaded(OUTSIDER)
        times: dict[str, list[float]] = {"zorglubinette": [], "zorglubarotte": []}
        for _ in range(150):
            for word, took in times.items():
                query = parse(word).query
                start = time.perf_counter()
                assert (find(me, query).total, other_spelling(me, query), ways_out(me, query)) == (0, None, ())
                took.append(time.perf_counter() - start)
    # The quicker quarter: what a busy machine adds to the rest tells nothing.
    closed, unknown = (sorted(took)[len(took) // 4] for took in times.values())
    assert closed == pytest.approx(unknown, rel=0.25)


def test_each_filter_is_dropped_in_turn_with_what_is_then_found(shelves: Flask, browser: Any) -> None:
    shown = page(browser, MEMBER, q="médiation type:presse -ville")
    assert "Sans le filtre « Article de presse »" in shown
    assert 'href="/recherche?q=m%C3%A9diation+-ville"' in shown
    shown = page(browser, MEMBER, q="bruit annee:1999", kind="press")
    assert 'href="/recherche?q=bruit&kind=press"' in shown
    assert "Rien de ce que vous pouvez lire ne date de 1999." in shown
    shown = page(browser, MEMBER, q="bruit annee:1999 langue:xx")
    assert ("Sans aucun filtre" in shown, "Sans le filtre" in shown) == (True, False)


def test_strict_question_is_loosened(shelves: Flask, browser: Any) -> None:
    shown = page(browser, MEMBER, q='"médiation des collèges" ET bruit')
    assert "L'un des mots suffit" in shown
    assert "Sans rien écarter" in page(browser, MEMBER, q="délinquance -médiation")


def test_way_that_leads_nowhere_is_not_offered(shelves: Flask, browser: Any) -> None:
    shown = page(browser, MEMBER, q="xyzzyxyzzy type:presse -rien")
    assert "Sans le filtre" not in shown.replace("Sans le filtre « Article de presse » 0", "")


def test_question_goes_to_a_space_with_its_words_as_title(shelves: Flask, browser: Any) -> None:
    shown = page(browser, MEMBER, q="brigade cynophile type:presse")
    assert 'href="/discussions/nouvelle?titre=brigade+cynophile"' in shown
    choice = page(browser, MEMBER, "/discussions/nouvelle", titre="brigade cynophile")
    assert f'href="/espaces/{OPEN}/discussions/nouvelle?titre=brigade+cynophile"' in choice
    form = page(browser, MEMBER, f"/espaces/{OPEN}/discussions/nouvelle", titre="brigade cynophile")
    assert 'value="brigade cynophile"' in form


def test_space_of_others_is_as_unknown_as_one_that_is_nowhere(shelves: Flask, browser: Any) -> None:
    for field, known, unknown in (("espace", "cercle-ferme", "cercle-perdu"), ("mot-cle", "zorglub", "blorgzu")):
        told = [without_echo(page(browser, OUTSIDER, q=f"nuit {field}:{name}"), name) for name in (known, unknown)]
        assert told[0] == told[1]


def test_number_of_statements_does_not_grow_with_what_is_near(shelves: Flask, browser: Any) -> None:
    here = browser(MEMBER)
    here.get("/recherche?q=rien")
    counts = []
    for words in ("médiaton", "délinquence"):
        with CountedStatements(shelves) as counted:
            here.get("/recherche", query_string={"q": words})
        counts.append(len(counted))
    assert abs(counts[1] - counts[0]) <= 3, counts


def test_words_that_stand_nowhere_any_more_are_forgotten_by_a_rebuild(shelves: Flask) -> None:
    with shelves.app_context():
        with transaction() as session:
            session.add(SearchWord(form="zorglubalors", initial="z", size=12))
        assert {"mediation", "zorglubinette", "zorglubalors"} <= set(db.session.scalars(select(SearchWord.form)))
        rebuild(engine())
        kept = set(db.session.scalars(select(SearchWord.form)))
        assert ("mediation" in kept, "zorglubalors" in kept) == (True, False)


@pytest.mark.slow
def test_help_shows_what_this_reader_may_read_and_every_example_finds_something(shelves: Flask, browser: Any) -> None:
    for who in (OUTSIDER, GUEST, MEMBER):
        shown = page(browser, who, "/recherche/aide")
        assert shown.count("<tr>") == 11
        own = re.findall(r'href="(/recherche\?q=(?:type|espace|mot-cle|ville|auteur|annee|langue):?[^"]+)"', shown)
        for address in own:
            found = html.unescape(browser(who).get(address).get_data(as_text=True))
            assert "Aucun document" not in found, (who, address)
    assert len(own) >= 5
    assert "zorglub" not in page(browser, OUTSIDER, "/recherche/aide").lower()


def test_browser_learns_to_search_the_site_from_its_address_bar(shelves: Flask, browser: Any) -> None:
    signed_out = browser(None)
    address = re.search(r'rel="search"[^>]*href="([^"]+)"', signed_out.get("/connexion").get_data(as_text=True))
    assert address
    answer = signed_out.get(address[1])
    assert answer.mimetype == "application/opensearchdescription+xml"
    described = ET.fromstring(answer.data)  # noqa: S314 - our own answer
    template = described.find(f"{OPENSEARCH}Url").get("template", "")  # type: ignore[union-attr]
    assert template == shelves.config["SETTINGS"].public_url + "/recherche?q={searchTerms}"
    assert described.findtext(f"{OPENSEARCH}ShortName") == "Réseau des"  # 16 signs at most, and no word cut


def test_work_that_indexes_a_thing_learns_its_words(shelves: Flask) -> None:
    with shelves.app_context():
        _share(OPEN, "report", "Une xylophonade", "rien")
        work(shelves)
        assert db.session.get(SearchWord, "xylophonade") is not None
