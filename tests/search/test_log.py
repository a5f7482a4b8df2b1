"""The log of searches: words and days, never who; what may name somebody is not kept; closed spaces are not counted."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select

from app.core import clock
from app.core.audit import AuditEntry
from app.core.clock import now
from app.core.days import day_here
from app.core.db import transaction
from app.core.jobs import Job
from app.extensions import db
from app.library.operations import ResourceDetails, share_resource
from app.search.log.counting import count_asked, forget_asked
from app.search.log.keeping import Listener, keep, words_of
from app.search.log.models import SearchAsked
from app.search.log.queries import asked, too_rare
from app.search.query import parse
from app.spaces.models import Space
from config import Settings, UnsafeSettingError
from tests.people import ADMIN, FACILITATOR, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import CountedStatements, loaded

PAGE = "/administration/recherche/journal"


@pytest.fixture
def shelves(app: Flask, cast: Cast, furnish: Callable[..., Any]) -> Iterator[Flask]:
    furnish("logged-shelves", _fill, worked=True)
    app.extensions["search_listener"] = Listener()
    yield app
    app.extensions["search_listener"] = Listener()


def _fill() -> None:
    for slug, title in ((OPEN, "Zircon de rue"), (PRIVATE, "Obsidienne")):
        with transaction():
            space = db.session.scalars(select(Space).where(Space.slug == slug)).one()
            share_resource(loaded(FACILITATOR), space, ResourceDetails.of(kind="report", title=title))


def kept(app: Flask) -> dict[str, int]:
    with app.app_context():
        return {one.words: one.times for one in db.session.scalars(select(SearchAsked))}


def often(app: Flask, *words: str, day: dt.date | None = None) -> None:
    with app.app_context():
        for one in words:
            for _ in range(3):
                keep(one, day or day_here(now()))


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


@pytest.mark.slow
def test_search_is_noted_once_a_day_for_each_person_and_its_pages_and_filters_are_not(
    shelves: Flask, browser: Any
) -> None:
    for who in (MEMBER, MEMBER, OUTSIDER):
        browser(who).get("/recherche?q=Zircon+rue&kind=report")
    browser(MEMBER).get("/recherche?q=zircon+RUE+type:rapport")
    browser(MEMBER).get("/recherche?q=quartz&page=2")
    browser(MEMBER).get("/recherche?kind=report")
    assert kept(shelves) == {"zircon rue": 2}
    moment = now()
    clock.set_clock(lambda: moment + dt.timedelta(days=1))
    browser(MEMBER).get("/recherche?q=zircon+rue")
    with shelves.app_context():
        days = db.session.scalars(select(SearchAsked.day).order_by(SearchAsked.day)).all()
        assert days == [day_here(moment), day_here(moment + dt.timedelta(days=1))]


def test_day_of_a_search_is_that_of_the_site(shelves: Flask, browser: Any) -> None:
    clock.set_clock(lambda: dt.datetime(2027, 1, 14, 23, 30, tzinfo=dt.UTC))
    browser(MEMBER).get("/recherche?q=zircon")
    with shelves.app_context():
        assert db.session.scalars(select(SearchAsked.day)).all() == [dt.date(2027, 1, 15)]


def test_neither_who_nor_where_from_nor_the_hour_is_kept_anywhere(shelves: Flask, browser: Any) -> None:
    browser(MEMBER).get("/recherche?q=zirconium")
    with shelves.app_context():
        columns = {one["name"]: str(one["type"]) for one in inspect(db.engine).get_columns("search_asked")}
        told = [str(row.detail) for row in db.session.scalars(select(AuditEntry))]
        jobs = [row.payload for row in db.session.scalars(select(Job))]
    assert set(columns) == {"words", "day", "times", "hits"}
    assert columns["day"] == "DATE"
    assert [one for one in (*told, *jobs) if "zirconium" in one] == []


def test_what_may_name_or_reach_somebody_is_not_noted(shelves: Flask, browser: Any) -> None:
    for typed in ("claire@ville.example", "06 12 34 56 78", "https://a.example/x", "www.ville.example", "m " * 60):
        assert words_of(typed, parse(typed).query) == "", typed
    typed = '"vie nocturne" prév* auteur:dupont -bruit annee:2021'
    assert words_of(typed, parse(typed).query) == '"vie nocturne" prév*'
    with shelves.app_context():
        name = loaded(FACILITATOR).name
    first, last = name.split()[0], name.split()[-1]
    for typed in (name, f"{last} {first} réunion", last.upper()):
        browser(MEMBER).get("/recherche", query_string={"q": typed})
    assert kept(shelves) == {}
    browser(MEMBER).get("/recherche", query_string={"q": f"{first} zircon"})
    assert list(kept(shelves)) == [f"{first} zircon".lower()]


def test_site_that_keeps_nothing_notes_nothing_and_forgets_what_it_had(
    shelves: Flask, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    often(shelves, "zircon")
    settings = shelves.config["SETTINGS"]
    monkeypatch.setitem(shelves.config, "SETTINGS", Settings(**(vars(settings) | {"search_log_days": 0})))
    browser(MEMBER).get("/recherche?q=quartz")
    assert kept(shelves) == {"zircon": 3}
    assert "Ce site ne garde pas les recherches" in text(browser(ADMIN).get(PAGE))
    with shelves.app_context():
        forget_asked({})
    assert kept(shelves) == {}
    with pytest.raises(UnsafeSettingError, match="SEARCH_LOG_DAYS"):
        Settings(search_log_days=400).check()


def test_days_beyond_the_setting_are_neither_shown_nor_kept(shelves: Flask) -> None:
    with shelves.app_context():
        today = day_here(now())
    often(shelves, "zircon", day=today - dt.timedelta(days=89))
    often(shelves, "quartz", day=today - dt.timedelta(days=90))
    with shelves.app_context():
        assert [one.words for one in asked(1, nothing_found=False).items] == ["zircon"]
        forget_asked({})
    assert list(kept(shelves)) == ["zircon"]


def test_what_closed_spaces_hold_is_never_counted(shelves: Flask, browser: Any) -> None:
    browser(FACILITATOR).get("/recherche?q=obsidienne")
    often(shelves, "obsidienne", "onyx", "zircon")
    with shelves.app_context():
        count_asked({})
        shown = {one.words: one.hits for one in asked(1, nothing_found=False).items}
        assert shown == {"obsidienne": 0, "onyx": 0, "zircon": 1}
        assert {one.words for one in asked(1, nothing_found=True).items} == {"obsidienne", "onyx"}


def test_rare_words_are_counted_together_and_not_shown(shelves: Flask, browser: Any) -> None:
    often(shelves, "zircon")
    with shelves.app_context():
        for _ in range(2):
            keep("affaire delicate", now().date())
        keep("onyx", now().date())
        assert too_rare() == 2
    page = text(browser(ADMIN).get(f"{PAGE}?quoi=tout"))
    assert ("zircon" in page, "affaire" in page, "onyx" in page) == (True, False, False)
    assert "2 recherches plus rares ne sont pas montrées" in page


def test_search_in_vain_leads_to_a_synonym_and_leaves_the_list_once_it_finds(shelves: Flask, browser: Any) -> None:
    often(shelves, "jargon")
    with shelves.app_context():
        count_asked({})
    here = browser(ADMIN)
    page = here.get(PAGE).get_data(as_text=True)
    assert 'href="/administration/recherche/synonymes?mots=jargon#add"' in page
    here.post("/administration/recherche/synonymes", {"words": "jargon\nzircon"})
    with shelves.app_context():
        count_asked({})
    assert "jargon" not in text(here.get(PAGE))
    assert "jargon" in text(here.get(f"{PAGE}?quoi=tout"))


def test_log_is_erased_on_demand(shelves: Flask, browser: Any) -> None:
    often(shelves, "zircon")
    assert browser(OUTSIDER).post(f"{PAGE}/effacer").status_code == 404
    assert kept(shelves) == {"zircon": 3}
    assert browser(ADMIN).post(f"{PAGE}/effacer").status_code == 302
    assert kept(shelves) == {}


def test_search_that_cannot_be_noted_is_answered(shelves: Flask, browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("app.search.log.keeping.keep", full)
    assert browser(MEMBER).get("/recherche?q=zircon").status_code == 200


def test_number_of_statements_does_not_grow_with_the_log(shelves: Flask, browser: Any) -> None:
    here, counted = browser(ADMIN), []
    for words in (("zircon",), ("quartz", "onyx", "jade")):
        often(shelves, *words)
        here.get(f"{PAGE}?quoi=tout")
        with CountedStatements(shelves) as statements:
            here.get(f"{PAGE}?quoi=tout")
        counted.append(len(statements))
    assert counted[0] == counted[1]
