"""Why results come in their order: for administrators, and of nothing they may not read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.db import transaction
from app.extensions import db
from app.library.marks import Useful, mark
from app.library.models import Resource
from app.library.operations import ResourceDetails, share_resource
from app.spaces.models import Space
from tests.people import ADMIN, FACILITATOR, MEMBER, OPEN, PRIVATE, Cast
from tests.support import CountedStatements, loaded

RANKING = "/administration/recherche/classement"


@pytest.fixture
def shelves(app: Flask, cast: Cast, furnish: Callable[..., Any]) -> Flask:
    furnish("ranked-shelves", _fill, worked=True)
    return app


def _fill() -> None:
    for slug, kind, title in (
        (OPEN, "practice", "Zircon de rue"),
        (OPEN, "press", "Zircon de presse"),
        (PRIVATE, "report", "Zircon clos"),
    ):
        with transaction():
            space = db.session.scalars(select(Space).where(Space.slug == slug)).one()
            share_resource(loaded(FACILITATOR), space, ResourceDetails.of(kind=kind, title=title))
    with transaction():
        resource = db.session.scalars(select(Resource).where(Resource.title == "Zircon de presse")).one()
        mark(loaded(MEMBER), resource, Useful, on=True)


def lines(browser: Any, who: str, **arguments: Any) -> dict[str, list[str]]:
    """Give the cells of each result by its title: the text, the signals, the total."""
    answer = browser(who).get(RANKING, query_string=arguments)
    assert answer.status_code == 200
    page = answer.get_data(as_text=True).replace("\u00a0", " ").replace("\u202f", " ")
    rows = re.findall(r"<tr>(.*?)</tr>", page[page.index("<tbody>") :], re.DOTALL) if "<tbody>" in page else []
    cells = [[re.sub(r"<[^>]+>", "", one) for one in re.findall(r"<td.*?</td>", row, re.DOTALL)] for row in rows]
    return {title: rest for _rank, title, *rest in cells}


def test_each_result_says_what_its_words_and_each_signal_give(shelves: Flask, browser: Any) -> None:
    told = lines(browser, ADMIN, q="zircon")
    assert list(told) == ["Zircon de rue", "Zircon de presse"]
    street, press = told["Zircon de rue"], told["Zircon de presse"]
    assert (street[1:4], press[1:4]) == (["+0,25 %", "+0,1 %", "–"], ["+0,25 %", "–", "+0,03 %"])
    assert float(street[0].replace(",", ".")) > 0


def test_what_an_administrator_may_not_read_is_not_explained(shelves: Flask, browser: Any) -> None:
    assert "Zircon clos" not in lines(browser, ADMIN, q="zircon")
    closed, unknown = (browser(ADMIN).get(RANKING, query_string={"q": word}).data for word in ("clos", "jamais"))
    assert b"Zircon" not in closed
    assert (b"<tbody>" in closed, b"<tbody>" in unknown) == (False, False)


def test_titles_are_set_as_on_the_page_of_results(shelves: Flask, browser: Any) -> None:
    with shelves.app_context(), transaction():
        resource = db.session.scalars(select(Resource).where(Resource.title == "Zircon de rue")).one()
        resource.title = "Zircon : l'accueil"
    page = browser(ADMIN).get(RANKING, query_string={"q": "zircon"}).get_data(as_text=True)
    assert ">Zircon\u00a0: l’accueil</a>" in page


def test_nothing_asked_says_what_the_page_is_for(shelves: Flask, browser: Any) -> None:
    assert "Rien à expliquer" in browser(ADMIN).get(RANKING).get_data(as_text=True)


def test_results_lead_there_for_administrators_alone(shelves: Flask, browser: Any) -> None:
    asked = {"q": "zircon", "kind": "press"}
    pages = [browser(who).get("/recherche", query_string=asked).get_data(as_text=True) for who in (ADMIN, FACILITATOR)]
    assert [f'href="{RANKING}?q=zircon&amp;kind=press"' in page for page in pages] == [True, False]


def test_useful_mark_counts_at_the_next_search(shelves: Flask, browser: Any) -> None:
    with shelves.app_context(), transaction():
        resource = db.session.scalars(select(Resource).where(Resource.title == "Zircon de rue")).one()
        mark(loaded(MEMBER), resource, Useful, on=True)
    assert lines(browser, ADMIN, q="zircon")["Zircon de rue"][3] == "+0,03 %"


def test_number_of_statements_does_not_grow_with_results(shelves: Flask, browser: Any) -> None:
    here, counted = browser(ADMIN), []
    here.get(f"{RANKING}?q=rue")
    for words in ("rue", "zircon"):
        with CountedStatements(shelves) as statements:
            here.get(RANKING, query_string={"q": words})
        counted.append(len(statements))
    assert counted[0] == counted[1]
