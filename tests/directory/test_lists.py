"""The lists of the directory: who is there, exact counts, « who knows about … », and nothing for guests."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import Expertise, Organisation
from app.accounts.operations import create_organisation, create_user, disable
from app.core.db import transaction
from app.directory import people
from app.extensions import db
from app.search.beginnings import begun
from app.spaces.models import Membership, Space
from tests.directory.known import listed, share
from tests.people import (
    ADMIN,
    CLOSED_GUEST,
    EXPIRED_GUEST,
    FACILITATOR,
    GUEST,
    MEMBER,
    OPEN,
    OUTSIDER,
    PRIVATE,
    REFERENT,
    Cast,
)
from tests.support import Browser, CountedStatements, loaded

PEOPLE, PLACES = "/annuaire/personnes", "/annuaire"
NAME = re.compile(r'directory-row__name"><a href="[^"]+">([^<]+)<')
BOX = re.compile(r'name="(\w+)" value="([^"]*)"( checked)?><span>([^<]+)</span><span class="check__count">(\d+)')


@pytest.fixture
def known(app: Flask, cast: Cast, furnish: Callable[..., Any]) -> Cast:
    """The cast, of which four are in the directory."""
    furnish("directory", lambda: listed(app))
    return cast


def _names(here: Browser, url: str) -> list[str]:
    return [unescape(name) for name in NAME.findall(here.get(url).get_data(as_text=True))]


def _counts(here: Browser, url: str, facet: str) -> dict[str, int]:
    page = here.get(url).get_data(as_text=True)
    found = [(unescape(label), int(count)) for name, _v, _on, label, count in BOX.findall(page) if name == facet]
    return {label.replace("\u202f", " "): count for label, count in found}


def test_directory_lists_those_who_chose_it(app: Flask, known: Cast, browser: Any) -> None:
    everybody = ["Ada Lorrain", "Faustine Delmas", "Malik Benali", "Odile Kervella"]
    assert _names(browser(OUTSIDER), PEOPLE) == everybody
    assert _names(browser(REFERENT), PEOPLE) == everybody
    with app.app_context(), transaction():
        loaded(MEMBER).in_directory = False
        disable(loaded(OUTSIDER))
    # Malik shares a space with Faustine: she still sees his page, but he is not in the directory.
    assert _names(browser(FACILITATOR), PEOPLE) == ["Ada Lorrain", "Faustine Delmas"]


def test_people_counted_beside_a_search_are_those_the_directory_lists(app: Flask, known: Cast) -> None:
    searches = ("mediation", "bretagne", "Maire lanv", "sécurité", "ada", "vie soci", "zorglub", "xyz", "clspd Élvain")
    plurals = ("médiations", "les maires de Bretagne", "adjointes", "Port-Elvain", "médiations xyz")
    with app.app_context():
        me = loaded(OUTSIDER)
        everybody = people.people_found_by(me)
        for typed in (*searches, *plurals):
            counted = people.count_named(me, begun(typed))
            assert counted == len(people.named(everybody, begun(typed))), typed
        counts = {word: people.count_named(me, begun(word)) for word in ("bretagne", "maires", "médiations", "zorglub")}
        assert counts == {"bretagne": 2, "maires": 1, "médiations": 2, "zorglub": 0}


@pytest.mark.parametrize("who", [GUEST, CLOSED_GUEST, EXPIRED_GUEST])
def test_guests_neither_see_it_nor_appear(app: Flask, known: Cast, browser: Any, who: str) -> None:
    with app.app_context(), transaction():
        loaded(who).in_directory = True  # even if a row said so
    here = browser(who)
    assert [here.get(url).status_code for url in (PEOPLE, PLACES)] == [403, 403]
    assert "/annuaire" not in here.get("/").get_data(as_text=True)
    with app.app_context():
        name = loaded(who).name
    assert name not in _names(browser(ADMIN), PEOPLE)


@pytest.mark.every_case
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=BENA", ["Malik Benali"]),
        ("q=malik+port", ["Malik Benali"]),
        ("q=enali", []),
        ("q=adjointe+securite", ["Faustine Delmas"]),
        ("q=bretagne", ["Malik Benali", "Odile Kervella"]),
        ("q=m%C3%A9diations", ["Faustine Delmas", "Malik Benali"]),
        ("q=%21%21", ["Ada Lorrain", "Faustine Delmas", "Malik Benali", "Odile Kervella"]),
        ("titre=elected", ["Faustine Delmas", "Odile Kervella"]),
        ("titre=elected&langue=en", ["Faustine Delmas"]),
        ("langue=ar&langue=en", ["Ada Lorrain", "Faustine Delmas", "Malik Benali"]),
        ("connait=mediation+sociale", ["Faustine Delmas", "Malik Benali"]),
        ("connait=zorglub", ["Ada Lorrain", "Faustine Delmas", "Malik Benali", "Odile Kervella"]),
        ("tri=collectivite", ["Ada Lorrain", "Faustine Delmas", "Odile Kervella", "Malik Benali"]),
        ("sujet=m%C3%A9diation", ["Faustine Delmas", "Malik Benali"]),
        ("sujet=m%C3%A9diations", ["Faustine Delmas", "Malik Benali"]),
        ("sujet=mediat", ["Faustine Delmas", "Malik Benali"]),
        ("sujet=maire", ["Odile Kervella"]),
        ("sujet=mediation+nocturne", ["Faustine Delmas"]),
        ("sujet=zorglub", []),
        ("page=99999999999", ["Ada Lorrain", "Faustine Delmas", "Malik Benali", "Odile Kervella"]),
        ("titre=%00&langue=" + "x" * 5000, ["Ada Lorrain", "Faustine Delmas", "Malik Benali", "Odile Kervella"]),
    ],
)
def test_people_are_found(app: Flask, known: Cast, browser: Any, query: str, found: list[str]) -> None:
    assert _names(browser(OUTSIDER), f"{PEOPLE}?{query}") == found


def test_counts_are_what_a_filter_would_leave(app: Flask, known: Cast, browser: Any) -> None:
    here = browser(MEMBER)
    assert _counts(here, PEOPLE, "titre") == {
        "Mandat électif": 2,
        "Services d’une collectivité": 1,
        "Organisme partenaire": 1,
    }
    assert _counts(here, PEOPLE, "langue") == {"Français": 3, "Anglais": 2, "Arabe": 1}
    assert _counts(here, f"{PEOPLE}?titre=elected", "langue") == {"Français": 2, "Anglais": 1}
    assert _counts(here, f"{PEOPLE}?titre=elected", "titre")["Organisme partenaire"] == 1
    assert _counts(here, f"{PEOPLE}?sujet=mediation", "titre") == {
        "Mandat électif": 1,
        "Services d’une collectivité": 1,
    }
    for value, label in (("fr", "Français"), ("en", "Anglais"), ("ar", "Arabe")):
        assert len(_names(here, f"{PEOPLE}?langue={value}")) == _counts(here, PEOPLE, "langue")[label]


def test_only_my_own_spaces_are_filters(app: Flask, known: Cast, browser: Any) -> None:
    assert _counts(browser(MEMBER), PEOPLE, "espace") == {"Atelier ouvert": 2, "Cercle fermé": 2}
    for who in (OUTSIDER, ADMIN):
        assert _counts(browser(who), PEOPLE, "espace") == {}
    with app.app_context():
        secret = db.session.scalars(select(Space.public_id).where(Space.slug == PRIVATE)).one()
    here = browser(OUTSIDER)
    assert len(_names(here, f"{PEOPLE}?espace={secret}")) == 4
    assert "Cercle fermé" not in here.get(f"{PEOPLE}?espace={secret}").get_data(as_text=True)


def test_who_shared_about_it_is_found_with_what_i_may_read(app: Flask, known: Cast, browser: Any) -> None:
    share(app, MEMBER, OPEN, "Un bilan", "Correspondants de nuit")
    share(app, MEMBER, OPEN, "Un autre", "correspondants de nuit")
    share(app, MEMBER, PRIVATE, "Un secret", "correspondants de nuit", "zorglubique")
    said = {
        who: browser(who).get(f"{PEOPLE}?sujet=correspondant").get_data(as_text=True)
        for who in (OUTSIDER, ADMIN, FACILITATOR)
    }
    assert {who: re.findall(r"A partagé (\d)", page) for who, page in said.items()} == {
        OUTSIDER: ["2"],
        ADMIN: ["2"],
        FACILITATOR: ["3"],
    }
    assert _names(browser(FACILITATOR), f"{PEOPLE}?sujet=zorglubique") == ["Malik Benali"]
    assert _names(browser(OUTSIDER), f"{PEOPLE}?sujet=zorglubique") == []


def test_most_concerned_come_first(app: Flask, known: Cast, browser: Any) -> None:
    share(app, MEMBER, OPEN, "Un bilan", "Médiation")
    here = browser(OUTSIDER)
    assert _names(here, f"{PEOPLE}?sujet=mediation") == ["Malik Benali", "Faustine Delmas"]
    assert _names(here, f"{PEOPLE}?sujet=mediation&tri=nom") == ["Faustine Delmas", "Malik Benali"]


def test_pages_keep_the_state_of_the_list(app: Flask, known: Cast, browser: Any) -> None:
    with app.app_context(), transaction():
        for n in range(25):
            create_user(f"n{n}@x.example", f"Nouvelle {n:02}", function="Agente").in_directory = True
    here = browser(OUTSIDER)
    page = here.get(f"{PEOPLE}?q=nouvelle&tri=collectivite").get_data(as_text=True)
    assert "25 personnes" in page.replace("\u00a0", " ")
    following = unescape(re.findall(r'rel="next" href="([^"]+)"', page)[0])
    assert following == f"{PEOPLE}?q=nouvelle&tri=collectivite&page=2"
    assert _names(here, following) == [f"Nouvelle {n}" for n in range(20, 25)]


@pytest.mark.every_case
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Castelmaure", "Lanvallec", "Port-Elvain"]),
        ("q=elv", ["Port-Elvain"]),
        ("q=occit", ["Castelmaure"]),
        ("q=france", ["Castelmaure", "Lanvallec", "Port-Elvain"]),
        ("region=Bretagne", ["Lanvallec", "Port-Elvain"]),
        ("region=Bretagne&taille=-10000", ["Lanvallec"]),
        ("taille=10000-50000&taille=50000-200000", ["Castelmaure", "Port-Elvain"]),
        ("tri=population", ["Port-Elvain", "Castelmaure", "Lanvallec"]),
        ("adherente=oui", ["Castelmaure", "Lanvallec", "Port-Elvain"]),
        ("comme=region", ["Port-Elvain"]),
        ("genre=city&pays=FR", ["Castelmaure", "Lanvallec", "Port-Elvain"]),
    ],
)
def test_places_are_found(app: Flask, known: Cast, browser: Any, query: str, found: list[str]) -> None:
    assert _names(browser(OUTSIDER), f"{PLACES}?{query}") == found


def test_counts_of_places_are_exact(app: Flask, known: Cast, browser: Any) -> None:
    here = browser(MEMBER)
    assert _counts(here, PLACES, "region") == {"Bretagne": 2, "Occitanie": 1}
    assert _counts(here, f"{PLACES}?region=Bretagne", "taille") == {
        "Moins de 10 000 habitants": 1,
        "De 50 000 à 200 000 habitants": 1,
    }
    page = here.get(PLACES).get_data(as_text=True)
    assert re.findall(r"<span>(\d+) personne", page) == ["2", "1", "1"]


@pytest.mark.slow
def test_place_outside_the_network_shows_through_what_one_already_sees(app: Flask, known: Cast, browser: Any) -> None:
    outside = "Ville-Invitée"
    assert outside in _names(browser(MEMBER), PLACES)  # two guests of it are in his spaces
    assert outside in _names(browser(ADMIN), PLACES)
    assert outside not in _names(browser(OUTSIDER), PLACES)
    with app.app_context():
        secret = db.session.scalars(select(Organisation.public_id).where(Organisation.name == outside)).one()
    assert browser(MEMBER).get(f"{PLACES}/collectivites/{secret}").status_code == 200
    here = browser(OUTSIDER)
    hidden, unknown = (here.get(f"{PLACES}/collectivites/{one}") for one in (secret, "aaaaaaaaaa"))
    assert (hidden.status_code, unknown.status_code) == (404, 404)
    share(app, GUEST, OPEN, "Ce que nous avons essayé", "Nuit")
    assert outside in _names(here, PLACES)
    with app.app_context(), transaction() as session:
        session.delete(session.scalars(select(Membership).where(Membership.user_id == known.people[GUEST])).one())
    assert outside in _names(here, PLACES)  # what was shared stays


def test_page_of_a_place_shows_its_people_and_what_i_may_read(app: Flask, known: Cast, browser: Any) -> None:
    share(app, MEMBER, OPEN, "Bilan ouvert")
    share(app, MEMBER, PRIVATE, "Bilan fermé")
    with app.app_context():
        place = db.session.scalars(select(Organisation.public_id).where(Organisation.name == "Port-Elvain")).one()
    for who, sees in ((OUTSIDER, False), (ADMIN, False), (FACILITATOR, True)):
        page = browser(who).get(f"{PLACES}/collectivites/{place}").get_data(as_text=True)
        assert ("Malik Benali" in page, "Bilan ouvert" in page, "Bilan fermé" in page) == (True, True, sees)
        assert "depuis le 3 mai 2019" in page.replace("\u00a0", " ")


@pytest.mark.slow
@pytest.mark.every_case
@pytest.mark.parametrize(
    "url",
    [
        PEOPLE,
        f"{PEOPLE}?sujet=agente&langue=fr",
        PLACES,
        "/annuaire/collectivites/{place}",
        "/annuaire/personnes/{person}",
    ],
)
def test_number_of_statements_does_not_grow_with_rows(app: Flask, known: Cast, browser: Any, url: str) -> None:
    here, numbers = browser(FACILITATOR), []
    with app.app_context():
        place = db.session.scalars(select(Organisation.public_id).where(Organisation.name == "Castelmaure")).one()
        url = url.format(place=place, person=loaded(MEMBER).public_id)
    for n in (0, 1, 3):
        with app.app_context(), transaction() as session:
            city = session.scalars(select(Organisation).where(Organisation.name == "Castelmaure")).one()
            for rank in range(n):
                create_organisation(f"Ville {n} {rank}")
                one = create_user(f"a{n}.{rank}@x.example", f"Agente {n} {rank}", organisation=city, function="Agente")
                one.in_directory, one.spoken_languages, one.photo_sha256 = True, ["fr"], "0" * 64
                one.expertise = [Expertise(label="Nuit"), Expertise(label=f"Sujet {rank}")]
        for rank in range(n):
            share(app, MEMBER, OPEN, f"Titre {n} {rank}", "agente", f"mot {rank}")
            share(app, FACILITATOR, OPEN, f"Note {n} {rank}", "agente")
        here.get(url)
        with CountedStatements(app) as counted:
            assert here.get(url).status_code == 200
        numbers.append(len(counted))
    assert numbers[1] == numbers[2], counted.statements


def test_figures_and_practices_count_what_the_reader_reads(app: Flask, known: Cast, browser: Any) -> None:
    for slug, title in ((OPEN, "Médiation en soirée"), (PRIVATE, "Cellule fermée")):
        share(app, MEMBER, slug, title, kind="practice")
    outside, inside = (browser(who).get(PLACES).text for who in (OUTSIDER, MEMBER))
    assert "3 collectivités, 4 personnes, 1 pratique partagée" in outside
    assert "4 personnes, 2 pratiques partagées" in inside
    rows = [page.partition("Port-Elvain</a>")[2].partition("</li>")[0] for page in (outside, inside)]
    assert ["1 pratique<" in row for row in rows] == [True, False]
    assert ["2 pratiques<" in row for row in rows] == [False, True]


def test_filter_with_one_value_for_all_is_left_out(app: Flask, known: Cast, browser: Any) -> None:
    assert _counts(browser(OUTSIDER), PLACES, "pays") == {}
    assert _counts(browser(OUTSIDER), f"{PLACES}?pays=FR", "pays") == {"France": 3}
