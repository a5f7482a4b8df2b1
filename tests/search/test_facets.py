"""Filters beside the results: every value counted after rights, ticked or typed alike, taken off one by one."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import User
from app.core.db import transaction
from app.discussions.operations import start_thread
from app.extensions import db
from app.library.operations import ResourceDetails, edit_resource, share_resource
from app.library.receiving import receive
from app.search.catalogue import Aspect
from app.search.filters import Beside
from app.search.operations import find
from app.search.query import Field, parse
from app.search.results import Results
from tests.people import FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import CountedStatements, loaded, space_called, work

ROW = re.compile(r'class="hit__title">.*?<a href="([^"]+)"', re.DOTALL)


@pytest.fixture
def shelves(app: Flask, cast: Cast, furnish: Callable[..., Any]) -> Flask:
    furnish("filtered-shelves", _fill, worked=True)
    return app


def _fill() -> None:
    _share(OPEN, FACILITATOR, "report", "Bilan de la médiation", tags="Jeunesse, Nuit", day="2021-03-01")
    _share(OPEN, MEMBER, "practice", "Une médiation de rue", tags="Jeunesse", day=None, lang="en")
    _share(PRIVATE, MEMBER, "press", "Médiation close", tags="Zorglubtag", day="1999", lang="nl")
    with transaction():
        start_thread(loaded(MEMBER), space_called(OPEN), "Qui a des médiateurs ?", "La médiation de nuit tourne.")
        for who, population in ((FACILITATOR, 9_000), (MEMBER, 60_000)):
            person = loaded(who)
            assert person.organisation is not None
            person.organisation.population = population
            person.in_directory = True


def _share(slug: str, who: str, kind: str, title: str, *, tags: str, day: str | None, lang: str = "fr") -> None:
    file = receive(io.BytesIO(f"{title}, puis la médiation de nuit.".encode()), "texte.txt")
    with transaction():
        details = ResourceDetails.of(kind=kind, title=title, tags=tags.split(", "), dated_on=day, lang=lang)
        share_resource(loaded(who), space_called(slug), details, files=[file])


@pytest.fixture
def sought(shelves: Flask) -> Iterator[Callable[..., Results]]:
    def search(who: str, typed: str, **beside: Any) -> Results:
        db.session.rollback()
        return find(loaded(who), parse(typed).query, beside=Beside(**beside))

    with shelves.app_context(), shelves.test_request_context():
        yield search


Sought = Callable[..., Results]


def counts(found: Results, field: Field | Aspect) -> dict[str, int]:
    return {one.label: one.count for one in found.values(field)}


def page(browser: Any, who: str, **arguments: Any) -> str:
    answer = browser(who).get("/recherche", query_string=arguments)
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True)).replace("\u00a0", " ").replace("\u202f", " ")


def boxes(shown: str, name: str, *, ticked: bool) -> list[str]:
    found = re.findall(rf'<input type="checkbox" name="{name}" value="([^"]*)"( checked)?>', shown)
    return [value for value, is_checked in found if bool(is_checked) is ticked]


def test_each_field_counts_what_the_reader_finds(sought: Sought) -> None:
    found = sought(OUTSIDER, "médiation")
    assert found.total == 3
    assert counts(found, Field.TAG) == {"Jeunesse": 2, "Nuit": 1}
    assert counts(found, Field.LANG) == {"Français": 2, "Anglais": 1}
    assert counts(found, Field.YEAR)["2021"] == 1
    assert sum(counts(found, Field.YEAR).values()) == 3
    assert sorted(counts(found, Field.AUTHOR).values()) == [1, 2]


@pytest.mark.slow
def test_every_value_leaves_as_many_results_as_it_says(sought: Sought) -> None:
    found = sought(MEMBER, "médiation")
    for facet in found.facets:
        for value in facet.values:
            if isinstance(facet.field, Field):
                name = {Field.KIND: "type", Field.TAG: "mot-cle", Field.CITY: "ville", Field.AUTHOR: "auteur"}
                field = name.get(facet.field) or {"space": "espace", "year": "annee", "lang": "langue"}[facet.field]
                left = sought(MEMBER, f'médiation {field}:"{value.value}"')
            else:
                left = sought(MEMBER, "médiation", sizes=(value.value,))
            assert left.total == value.count, (facet.field, value)
    for tab in found.tabs:
        assert sought(MEMBER, "médiation", tab=tab.value).total == tab.count, tab


def test_values_of_a_closed_space_are_nowhere_not_even_as_a_count(sought: Sought) -> None:
    outside = sought(OUTSIDER, "médiation")
    labels = {value.label.lower() for facet in outside.facets for value in facet.values}
    assert labels.isdisjoint({"zorglubtag", "1999", "néerlandais", "cercle fermé"})
    assert {label.lower() for label in counts(sought(MEMBER, "médiation"), Field.TAG)} >= {"zorglubtag"}


@pytest.mark.parametrize(
    ("argument", "secret", "unknown"),
    [
        ("mot", "zorglubtag", "zorgluxxxx"),
        ("annee", "1999", "1998"),
        ("langue", "nl", "xh"),
        ("espace", PRIVATE, "absent"),
    ],
)
def test_ticking_a_value_of_a_closed_space_answers_like_an_unknown_one(
    shelves: Flask, browser: Any, argument: str, secret: str, unknown: str
) -> None:
    assert without_echo(page(browser, OUTSIDER, q="médiation", **{argument: secret}), secret) == without_echo(
        page(browser, OUTSIDER, q="médiation", **{argument: unknown}), unknown
    )


def without_echo(shown: str, value: str) -> str:
    """Return a page without its number and without what was asked for, where a page may say it again."""
    shown = re.sub(r'\b[0-9a-f]{12}\b|value="[\w.-]{60,}"', "", shown)
    return re.sub(rf"\b{re.escape(value)}\b", "ECHO", shown)


def test_author_is_found_by_the_name_they_bear_now_before_the_index_knows(shelves: Flask, sought: Sought) -> None:
    assert sought(OUTSIDER, 'auteur:"Zoé Quenneville"').total == 0
    before = loaded(MEMBER).name
    written = sought(OUTSIDER, f'auteur:"{before}"').total
    details = ResourceDetails.of(kind="research", title="Une thèse", fields={"authors": ["Tremblay, Anne"]})
    with transaction():
        thesis = share_resource(loaded(FACILITATOR), space_called(OPEN), details)
        loaded(MEMBER).name = "Zoé Quenneville"
    work(shelves)
    assert (written, sought(OUTSIDER, f'auteur:"{before}"').total) == (2, 0)
    assert sought(OUTSIDER, 'auteur:"Zoé Quenneville"').total == written
    assert sought(OUTSIDER, 'auteur:"Tremblay, Anne"').total == 1
    with transaction():
        changed = replace(details, fields={"authors": ["Lacasse, Guy"]})
        edit_resource(loaded(FACILITATOR), db.session.merge(thesis), changed, 1)
    assert sought(OUTSIDER, 'auteur:"Tremblay, Anne"').total == 0
    assert sought(OUTSIDER, 'auteur:"Lacasse, Guy"').total == 1


def test_guest_is_called_one_unless_a_member_bears_the_same_name(shelves: Flask, sought: Sought) -> None:
    with transaction():
        start_thread(loaded(GUEST), space_called(OPEN), "Une médiation d'ailleurs", "Chez nous aussi.")
    work(shelves)
    assert counts(sought(OUTSIDER, "médiation"), Field.AUTHOR)["Gaspard Roy, invité"] == 1
    with transaction():
        loaded(MEMBER).name = "Gaspard Roy"
    assert counts(sought(OUTSIDER, "médiation"), Field.AUTHOR)["Gaspard Roy"] == 3


def test_cities_are_counted_by_their_size(sought: Sought) -> None:
    sizes = counts(sought(OUTSIDER, "médiation"), Aspect.SIZE)
    assert {label.replace("\u202f", " ").replace("\u00a0", " "): n for label, n in sizes.items()} == {
        "Moins de 10 000 habitants": 1,
        "De 50 000 à 200 000 habitants": 2,
    }


def test_tabs_count_what_is_found_under_the_kind_that_is_ticked(sought: Sought) -> None:
    found = sought(OUTSIDER, "médiation type:rapport", tab="pratiques")
    assert (found.total, [(tab.value, tab.count) for tab in found.tabs]) == (
        0,
        [("", 1), ("pratiques", 0), ("documents", 1), ("discussions", 0)],
    )


def test_tabs_keep_the_kind_that_is_ticked(shelves: Flask, browser: Any) -> None:
    shown = page(browser, OUTSIDER, q="médiation", kind="report")
    tab = r'class="choice" href="(/recherche[^"]+)"[^>]*>[^<]*<span class="choice__count">(\d+)'
    assert dict(re.findall(tab, shown)) == {
        "/recherche?q=m%C3%A9diation&amp;kind=report": "1",
        "/recherche?q=m%C3%A9diation&amp;kind=report&amp;quoi=documents": "1",
    }


def test_filter_typed_is_a_box_ticked_and_leaves_the_words(shelves: Flask, browser: Any) -> None:
    shown = page(browser, OUTSIDER, q="médiation type:rapport", mot="jeunesse")
    assert (boxes(shown, "kind", ticked=True), boxes(shown, "mot", ticked=True)) == (["report"], ["jeunesse"])
    assert '<input type="hidden" name="q" value="médiation">' in shown
    removals = re.findall(r'class="tag__remove" href="([^"]+)"', shown)
    assert removals == ["/recherche?q=m%C3%A9diation&amp;mot=jeunesse", "/recherche?q=m%C3%A9diation+type:rapport"]


def test_several_values_of_a_field_widen_and_several_fields_narrow(shelves: Flask, browser: Any) -> None:
    both = page(browser, OUTSIDER, q="médiation", kind=["report", "practice"])
    assert "2 résultats pour" in both
    assert "1 résultat pour" in page(browser, OUTSIDER, q="médiation", kind=["report", "practice"], langue="en")


def test_filter_that_excludes_stays_in_the_words_and_comes_off(shelves: Flask, browser: Any) -> None:
    shown = page(browser, OUTSIDER, q="médiation -type:rapport")
    assert "2 résultats pour" in shown
    assert "Sans : Rapport" in shown
    assert '<input type="hidden" name="q" value="médiation -type:rapport">' in shown


def test_members_of_the_directory_have_a_tab_and_guests_do_not(shelves: Flask, browser: Any) -> None:
    with shelves.app_context():
        name = db.session.scalars(select(User.name).where(User.email == FACILITATOR)).one()
    led = ['href="/annuaire/personnes?q=' in page(browser, who, q=name) for who in (MEMBER, GUEST)]
    assert led == [True, False]


def test_state_that_cannot_be_read_is_passed_over(shelves: Flask, browser: Any) -> None:
    shown = page(browser, OUTSIDER, q="médiation", quoi="rien", taille="énorme", annee="hier", tri="hasard")
    assert "3 résultats pour" in shown


def test_number_of_statements_does_not_grow_with_values(shelves: Flask, browser: Any) -> None:
    here = browser(MEMBER)
    here.get("/recherche?q=rien")
    counted = []
    for words in ("bilan", "médiation"):
        with CountedStatements(shelves) as statements:
            here.get("/recherche", query_string={"q": words})
        counted.append(len(statements))
    assert counted[1] - counted[0] <= 3, counted  # the discussion costs its own card and text, no more
