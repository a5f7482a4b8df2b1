"""Who sees what, and why: pick a person, pick a thing, read the rules."""

from __future__ import annotations

import io
import re
import sys
from typing import Any

import pytest
from flask import Flask
from markupsafe import escape
from sqlalchemy import select

from app.accounts.operations import create_user
from app.admin.permissions_page import permission_of, permissions_by_subject
from app.admin.who_sees import Reader, page_of
from app.core.audit import AuditEntry
from app.core.clock import now
from app.core.db import transaction
from app.core.paging import Page
from app.core.rules import Rule
from app.discussions.operations import start_thread
from app.extensions import db
from app.library.models import Resource
from app.library.operations import ResourceDetails, share_resource
from app.library.receiving import receive
from app.spaces.models import Audience, Space, State
from app.spaces.permissions import can_read, can_read_space
from tests.people import (
    ADMIN,
    CLOSED_GUEST,
    ENTERED,
    EXPIRED_GUEST,
    FACILITATOR,
    FORMER,
    GUEST,
    MEMBER,
    OPEN,
    OUTSIDER,
    PRIVATE,
    REQUEST,
    Cast,
)
from tests.support import CountedStatements, loaded

ACCESS = "/administration/acces"


def _of(app: Flask, email: str) -> str:
    with app.app_context():
        return f"{ACCESS}/personnes/{loaded(email).public_id}"


def _things(app: Flask, slug: str, **more: Any) -> dict[str, str]:
    """Share a resource with a file and start a discussion; return their addresses."""
    with app.app_context():
        file = receive(io.BytesIO(b"Un texte."), "note.txt")
        with transaction():
            space = db.session.scalars(select(Space).where(Space.slug == slug)).one()
            resource = share_resource(
                loaded(FACILITATOR), space, ResourceDetails.of(kind="report", title="Rapport zorglub"), files=[file]
            )
            for name, value in more.items():
                setattr(resource, name, value)
            thread = start_thread(loaded(FACILITATOR), space, "Question zorglub", "Un message.")
            return {
                "espaces": f"/espaces/{slug}",
                "ressources": f"/ressources/{resource.public_id}-rapport-zorglub",
                "fichiers": f"/fichiers/{resource.attachments[0].current.public_id}/note.txt",
                "discussions": f"/discussions/{thread.public_id}-question-zorglub?page=2",
            }


def _names(page: str) -> list[str]:
    return re.findall(r'class="person__name"><a[^>]*>([^<]+)', page)


def _look(here: Any, words: str) -> str:
    answer = here.post(f"{ACCESS}/chose", {"chose": words})
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"])


def test_person_is_found_by_name_and_by_address(app: Flask, cast: Cast, browser: Any) -> None:
    ada = browser(ADMIN)
    for words in ("KERVELLA", "odile@lan", "  Odile  ", "Kervella Odile", "ôdile"):
        assert _names(ada.get(ACCESS, query_string={"personne": words}).text) == ["Odile Kervella"], words
    assert "Aucun compte" in ada.get(ACCESS, query_string={"personne": "o%e"}).text


@pytest.mark.parametrize(
    ("number", "said"), [(20, ""), (21, "20 comptes sur 21 : précisez le nom ou l'adresse pour voir les autres.")]
)
def test_people_found_beyond_those_shown_are_told(app: Flask, cast: Cast, browser: Any, number: int, said: str) -> None:
    with app.app_context(), transaction():
        for n in range(number):
            create_user(f"zorglub{n}@lanvallec.example", f"Zoé Zorglub {n}")
    page = browser(ADMIN).get(f"{ACCESS}?personne=zorglub").text.replace("\u00a0", " ").replace("’", "'")
    assert (len(_names(page)), "précisez" in page, said in page) == (20, bool(said), True)


def test_person_page_says_what_they_may_do_in_each_space_and_why(app: Flask, cast: Cast, browser: Any) -> None:
    page = browser(ADMIN).get(_of(app, MEMBER)).text.replace("’", "'")
    rows = {
        name: page.partition(f"<b>{name}</b>")[2].partition("<b>Peut")[2].partition("</li>")[0]
        for name in ("Atelier ouvert", "Cercle fermé", "Vie nocturne")
    }
    assert "voir, lire, écrire" in rows["Cercle fermé"]
    assert "la personne participe à l'espace" in rows["Cercle fermé"]
    assert " voir<" in rows["Vie nocturne"]
    assert "l'espace est sur demande" in rows["Vie nocturne"]


def test_spaces_unknown_to_a_person_say_why(app: Flask, cast: Cast, browser: Any) -> None:
    ada, path = browser(ADMIN), _of(app, OUTSIDER)
    known, unknown = ada.get(path).text, ada.get(f"{path}?voir=autres").text.replace("’", "'")
    assert ("Cercle fermé" in known, "Cercle fermé" in unknown, "Atelier ouvert" in unknown) == (False, True, False)
    assert "la personne ne participe pas à l'espace" in unknown


@pytest.mark.parametrize(
    ("who", "words"),
    [(EXPIRED_GUEST, "Terminée le"), (FORMER, "Ce compte est fermé"), (GUEST, "Invité"), (ENTERED, "Administration")],
)
def test_person_page_says_the_state_of_the_account(app: Flask, cast: Cast, browser: Any, who: str, words: str) -> None:
    assert words in browser(ADMIN).get(_of(app, who)).text


def test_erased_account_is_not_shown(app: Flask, cast: Cast, browser: Any) -> None:
    path = _of(app, FORMER)
    with app.app_context(), transaction():
        loaded(FORMER).erased_at = now()
    ada = browser(ADMIN)
    assert (ada.get(path).status_code, _names(ada.get(f"{ACCESS}?personne=morvan").text)) == (404, [])


@pytest.mark.parametrize(
    ("slug", "readers"),
    [
        (OPEN, {FACILITATOR, MEMBER, OUTSIDER, GUEST, ADMIN, ENTERED, "rozenn@lanvallec.example"}),
        (REQUEST, {FACILITATOR, ENTERED}),
        (PRIVATE, {FACILITATOR, MEMBER, CLOSED_GUEST, ENTERED}),
    ],
)
def test_thing_page_lists_exactly_who_reads(app: Flask, cast: Cast, browser: Any, slug: str, readers: set[str]) -> None:
    with app.app_context():
        names = sorted(loaded(email).name for email in readers)
    ada = browser(ADMIN)
    for kind, address in _things(app, slug).items():
        page = ada.get(_look(ada, f"https://reseau.example{address}")).text
        assert sorted(_names(page)) == names, kind


def test_network_resource_of_a_private_space_is_read_by_every_member(app: Flask, cast: Cast, browser: Any) -> None:
    ada, things = browser(ADMIN), _things(app, PRIVATE, audience=Audience.NETWORK)
    page = ada.get(_look(ada, things["ressources"])).text.replace("’", "'")
    assert ("Odile Kervella" in _names(page), "Gaspard Roy" in _names(page)) == (True, False)
    assert "c'est partagé avec le réseau" in page


def test_discussion_that_stands_alone_is_told_without_a_word_of_a_subject(app: Flask, cast: Cast, browser: Any) -> None:
    ada = browser(ADMIN)
    page = ada.get(_look(ada, _things(app, OPEN)["discussions"])).text.replace("’", "'")
    assert "la personne participe à l'espace" in page
    assert "rien d'autre qu'elle-même" not in page


def test_others_are_listed_with_the_reason(app: Flask, cast: Cast, browser: Any) -> None:
    ada = browser(ADMIN)
    page = ada.get(_look(ada, f"/espaces/{PRIVATE}") + "?voir=autres").text.replace("’", "'")
    assert {"Odile Kervella", "Félix Morvan"} <= set(_names(page))
    assert "le compte est fermé" in page


def test_things_are_found_by_address_by_id_and_by_slug(app: Flask, cast: Cast, browser: Any) -> None:
    ada, things = browser(ADMIN), _things(app, OPEN)
    ids = {kind: re.split(r"[/?-]", address)[2] for kind, address in things.items() if kind != "espaces"}
    assert {_look(ada, words).split("/")[3] for words in (ids["ressources"], ids["fichiers"])} == {"ressources"}
    assert _look(ada, ids["discussions"]).split("/")[3] == "discussions"
    assert _look(ada, OPEN).split("/")[3] == "espaces"


@pytest.mark.parametrize(
    "words", ["", "aaaaaaaaaa", "/ressources/aaaaaaaaaa-x", "\x00", "é" * 999, "https://ailleurs.example"]
)
def test_unknown_address_is_said_beside_the_field(cast: Cast, app: Flask, browser: Any, words: str) -> None:
    answer = browser(ADMIN).post(f"{ACCESS}/chose", {"chose": words})
    assert answer.status_code in {400, 422}


@pytest.mark.parametrize("slug", [REQUEST, PRIVATE])
def test_administrator_learns_no_title_of_a_closed_space(app: Flask, cast: Cast, browser: Any, slug: str) -> None:
    ada, things = browser(ADMIN), _things(app, slug)
    for kind in ("ressources", "discussions"):
        page = ada.get(_look(ada, things[kind])).text
        assert ("zorglub" in page, "Une " in page) == (False, True)
        inside = browser(ENTERED)
        assert "zorglub" in inside.get(_look(inside, things[kind])).text


def test_draft_keeps_its_title_in_an_open_space_too(app: Flask, cast: Cast, browser: Any) -> None:
    ada, things = browser(ADMIN), _things(app, OPEN, state=State.DRAFT)
    page = ada.get(_look(ada, things["ressources"])).text
    assert ("zorglub" in page, _names(page)) == (False, ["Faustine Delmas"])


def _lines(app: Flask) -> list[tuple[int | None, str | None]]:
    with app.app_context():
        looked = select(AuditEntry).where(AuditEntry.action == "access.looked").order_by(AuditEntry.id)
        return [(line.person_id, line.subject_type) for line in db.session.scalars(looked)]


def test_looking_into_a_closed_space_is_written_in_the_journal_before_it_shows(
    app: Flask, cast: Cast, browser: Any
) -> None:
    ada, things = browser(ADMIN), _things(app, PRIVATE)
    where = _look(browser(ENTERED), things["ressources"])
    assert _lines(app) == [(cast.people[ENTERED], "resource")]
    asked = ada.get(where).text
    assert ("inscrit au journal" in asked, _names(asked), len(_lines(app))) == (True, [], 1)
    ada.post(where)
    assert _names(ada.get(where).text)
    assert _lines(app)[1:] == [(cast.people[ADMIN], "resource")]


def test_looking_at_what_is_open_leaves_no_line(app: Flask, cast: Cast, browser: Any) -> None:
    ada, things = browser(ADMIN), _things(app, OPEN)
    assert [ada.get(_look(ada, address)).status_code for address in things.values()] == [200] * 4
    assert _lines(app) == []


def test_number_of_statements_does_not_grow_with_the_people(app: Flask, cast: Cast, browser: Any) -> None:
    ada = browser(ADMIN)
    where, counts = _look(ada, f"/espaces/{OPEN}"), []
    for more in (False, True):
        if more:
            _more_people(app)
        ada.get(where)
        with CountedStatements(app) as counted:
            ada.get(where)
        counts.append(len(counted))
    assert counts[0] == counts[1]


def _more_people(app: Flask) -> None:
    with app.app_context(), transaction():
        for number in range(5):
            create_user(f"autre{number}@lanvallec.example", f"Autre {number}")


def test_lists_are_cut_into_pages() -> None:
    people = [Reader(None, ()) for _one in range(120)]  # type: ignore[arg-type]
    found: list[Page[Reader]] = [page_of(people, number) for number in (1, 3, 99)]
    assert [(one.number, len(one.items), one.total) for one in found] == [(1, 50, 120), (3, 20, 120), (3, 20, 120)]


def test_every_rule_of_an_act_is_told_once_in_words(context: Flask) -> None:
    told = [one for _subject, permissions in permissions_by_subject() for one in permissions]
    titles = [one.title for one in told]
    assert len(titles) == len(set(titles)) > 20
    declared = {
        str(rule.title)
        for name, module in sys.modules.items()
        if name.startswith("app.") and name.endswith(".permissions")
        for key, rule in vars(module).items()
        if isinstance(rule, Rule) and key.startswith("can_")
    }
    assert declared <= set(titles)


def test_rule_is_told_as_cases_and_as_what_forbids(context: Flask) -> None:
    reading = permission_of(can_read_space)
    assert reading.condition is not None
    assert (reading.condition.joined, len(reading.condition.parts)) == ("or", 3)
    assert [one.replace("’", "'") for one in reading.never] == ["l'espace est supprimé"]
    content = permission_of(can_read(Resource))
    assert content.condition is not None
    assert [part.joined for part in content.condition.parts] == ["or", "or"]


def test_rules_page_tells_every_rule_and_every_address(app: Flask, cast: Cast, browser: Any) -> None:
    page = browser(ADMIN).get(f"{ACCESS}/regles").text
    for words in ("Lire un espace", "la personne lit l’espace", "Modifier une ressource", "/espaces/&lt;slug&gt;"):
        assert words in page, words
    assert [rule.rule for rule in app.url_map.iter_rules() if str(escape(rule.rule)) not in page] == []
