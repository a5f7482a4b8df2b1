"""Reading lists and pins: an order, a word for each, and to each reader only what they may read."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import select

from app.core.db import transaction
from app.core.errors import DomainError, EditConflictError, NotFoundError, RefusedError
from app.extensions import db
from app.library.models import Resource
from app.library.moving import move_resource
from app.library.operations import remove_resource
from app.library.reading_lists.models import ReadingList
from app.library.reading_lists.operations import (
    add_to_list,
    edit_list,
    make_list,
    move_entry,
    pin,
    remove_list,
    restore_list,
    take_from_list,
    write_words,
)
from app.library.reading_lists.permissions import can_edit_list, can_read_list
from app.library.reading_lists.queries import (
    MOST_PINNED,
    entries_of,
    entry_counts,
    list_for,
    pinned_in,
    removed_list_for,
)
from app.search.operations import find
from app.search.query import parse
from app.spaces.models import Audience, Space
from app.spaces.queries import space_by_slug
from tests.library.shelves import share, shared
from tests.people import (
    ADMIN,
    EVERYBODY,
    FACILITATOR,
    GUEST,
    MEMBER,
    OPEN,
    OUTSIDER,
    PRIVATE,
    REFERENT,
    REQUEST,
    Cast,
)
from tests.support import CountedStatements, loaded, work


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


def place(slug: str) -> Space:
    found = space_by_slug(slug)
    assert found is not None
    return found


def made(by: str = FACILITATOR, slug: str = OPEN, *resources: Resource) -> ReadingList:
    with transaction():
        reading = make_list(loaded(by), place(slug), "À lire avant la réunion", "Commencez par **le premier**.")
        for one in resources:
            add_to_list(loaded(by), reading, one, f"Pour {one.title}")
    return reading


def titles(email: str, reading: ReadingList) -> list[str]:
    return [one.resource.title for one in entries_of(loaded(email), reading)]


@pytest.mark.every_case
@pytest.mark.parametrize("email", EVERYBODY)
def test_rules_answer_the_same_for_one_list_and_as_sql(context: Flask, email: str) -> None:
    lists = [made(MEMBER), made(FACILITATOR, REQUEST), made(MEMBER, PRIVATE)]
    with transaction():
        remove_list(loaded(MEMBER), lists[0])
    person = loaded(email)
    for rule in (can_read_list, can_edit_list):
        found = {one.id for one in db.session.scalars(select(ReadingList).where(rule.where(person)))}
        assert found == {one.id for one in lists if rule(person, one)}


def test_entries_a_reader_may_not_see_are_neither_shown_nor_counted(context: Flask) -> None:
    reading = made(FACILITATOR, OPEN, share("Ouverte"), share("Fermée", space=PRIVATE), share("Dernière"))
    assert titles(FACILITATOR, reading) == ["Ouverte", "Fermée", "Dernière"]
    assert titles(OUTSIDER, reading) == ["Ouverte", "Dernière"]
    assert (entry_counts(loaded(OUTSIDER), [reading]), entry_counts(loaded(MEMBER), [reading])) == (
        {reading.id: 2},
        {reading.id: 3},
    )


def test_order_words_and_entries_change_and_hidden_ones_stay(context: Flask) -> None:
    with transaction():
        reading = make_list(loaded(MEMBER), place(OPEN), "Mien")
    for one in (share("A"), share("B"), share("C")):
        with transaction():
            assert add_to_list(loaded(MEMBER), reading, one) is True
            assert add_to_list(loaded(MEMBER), reading, one) is False
    first, _second, third = entries_of(loaded(MEMBER), reading)
    with transaction():
        move_entry(loaded(MEMBER), reading, third.id, -1)
        move_entry(loaded(MEMBER), reading, first.id, -1)
        write_words(loaded(MEMBER), reading, {first.id: " Un mot\x00. ", 999_999: "ailleurs"})
    assert (titles(MEMBER, reading), entries_of(loaded(MEMBER), reading)[0].words) == (["A", "C", "B"], "Un mot.")
    with transaction():
        take_from_list(loaded(MEMBER), reading, first.id)
    with pytest.raises(NotFoundError), transaction():
        take_from_list(loaded(MEMBER), reading, first.id)
    other = share("D")
    with pytest.raises(RefusedError), transaction():
        add_to_list(loaded(GUEST), reading, other)
    with pytest.raises(EditConflictError), transaction():
        edit_list(loaded(MEMBER), reading, "Autre", "", 7)


def test_list_of_a_closed_space_does_not_exist_outside_and_comes_back_when_restored(context: Flask) -> None:
    reading = made(MEMBER, PRIVATE)
    with pytest.raises(NotFoundError):
        list_for(loaded(OUTSIDER), reading.public_id)
    with transaction():
        remove_list(loaded(MEMBER), reading)
    with pytest.raises(NotFoundError):
        list_for(loaded(MEMBER), reading.public_id)
    with transaction():
        restore_list(loaded(MEMBER), reading)
    assert list_for(loaded(MEMBER), reading.public_id).title == "À lire avant la réunion"


def test_pins_stand_first_until_what_they_show_leaves(context: Flask) -> None:
    pinned = [share(f"P{n}") for n in range(MOST_PINNED)]
    more, elsewhere, last = share("De trop"), share("Ailleurs", space=PRIVATE), share("À sa place")
    with transaction():
        for one in pinned:
            pin(loaded(FACILITATOR), place(OPEN), one, on=True)
    with pytest.raises(DomainError), transaction():
        pin(loaded(FACILITATOR), place(OPEN), more, on=True)
    with pytest.raises(RefusedError), transaction():
        pin(loaded(MEMBER), place(OPEN), pinned[0], on=False)
    with pytest.raises(RefusedError), transaction():
        pin(loaded(FACILITATOR), place(OPEN), elsewhere, on=True)
    with transaction():
        remove_resource(loaded(FACILITATOR), pinned[0])
        move_resource(loaded(FACILITATOR), pinned[1], place(REQUEST), Audience.SPACE)
        pin(loaded(FACILITATOR), place(OPEN), pinned[2], on=False)
    assert [one.title for one in pinned_in(place(OPEN), loaded(OUTSIDER))] == ["P3", "P4", "P5"]
    with transaction():
        pin(loaded(FACILITATOR), place(OPEN), last, on=True)


@pytest.mark.slow
def test_pages_make_fill_order_and_put_away(app: Flask, browser: Any) -> None:
    public_id, _ = shared(app, "Premier")
    other, _ = shared(app, "Second")
    member, new = browser(MEMBER), f"/espaces/{OPEN}/dossiers/nouveau"
    assert member.post(new, {"title": " "}).status_code == 422
    page = member.post(new, {"title": "Nuit", "intro": "**But**", "ressource": public_id}).location
    list_id = page.split("/")[2][:10]
    assert member.post(f"/ressources/{other}/dossier", {"reading": list_id, "words": "Lisez."}).location == page
    shown = browser(OUTSIDER).get(page).text
    assert (shown.index("Premier</a>") < shown.index("Second</a>"), "Lisez." in shown) == (True, True)
    assert "Nuit" in browser(OUTSIDER).get(f"/espaces/{OPEN}/dossiers").text
    edit = f"/dossiers/{list_id}/modifier"
    with app.app_context():
        first, _second = entries_of(loaded(MEMBER), list_for(loaded(MEMBER), list_id))
    typed = {"title": "Nuit", "intro": "**But**", "seen_version": "1", f"mot-{first.id}": "Gardé aussi"}
    assert member.post(edit, {**typed, "descendre": str(first.id)}).status_code == 302
    shown = member.get(page).text
    assert (shown.index("Second</a>") < shown.index("Premier</a>"), "Gardé aussi" in shown) == (True, True)
    assert member.post(edit, {**typed, "retirer": "99999999999999999999"}).status_code == 404
    assert member.post(edit, {**typed, "title": "Autre", "seen_version": "0"}).status_code == 409
    assert browser(OUTSIDER).get(edit).status_code == 403
    assert member.post(f"/dossiers/{list_id}/supprimer").status_code == 302
    assert browser(OUTSIDER).get(page).status_code == 404
    assert member.post(f"/dossiers/{list_id}/retablir").location == page
    assert browser(FACILITATOR).post(f"/ressources/{public_id}/epingler", {"oui": "1"}).status_code == 302
    assert "lire d’abord" in member.get(f"/espaces/{OPEN}/ressources").text
    assert browser(MEMBER).post(f"/ressources/{public_id}/epingler", {"oui": "1"}).status_code == 403


def test_entry_one_does_not_read_is_left_alone_whatever_number_is_sent(context: Flask) -> None:
    closed = share("Fermée", space=PRIVATE)
    reading = made(FACILITATOR, OPEN, closed)
    with transaction():
        reading.author_id = loaded(GUEST).id  # keeps the list and takes no part in the private space
    [hidden] = entries_of(loaded(FACILITATOR), reading)
    with transaction():
        write_words(loaded(GUEST), reading, {hidden.id: "Autre chose"})
    with pytest.raises(NotFoundError), transaction():
        take_from_list(loaded(GUEST), reading, hidden.id)
    assert [one.words for one in entries_of(loaded(FACILITATOR), reading)] == ["Pour Fermée"]


def test_number_of_statements_of_a_list_does_not_grow(app: Flask, browser: Any) -> None:
    here, counts = browser(FACILITATOR), []
    for number in (2, 6):
        with app.app_context():
            reading = made(FACILITATOR, OPEN, *(share(f"R{number}{n}") for n in range(number)))
            address = f"/dossiers/{reading.public_id}-a-lire-avant-la-reunion"
        here.get(address)
        with CountedStatements(app) as statements:
            assert here.get(address).text.count("Pour R") == number
        counts.append(len(statements))
    assert counts[0] == counts[1]


def found(email: str, words: str) -> list[tuple[str, str]]:
    with current_app.test_request_context():
        return [(one.card.title, one.card.url(None)) for one in find(loaded(email), parse(words).query).results]


@pytest.mark.usefixtures("_empty_index")
def test_list_is_found_by_its_title_and_words_by_those_alone_who_read_its_space(app: Flask) -> None:
    with app.app_context():
        reading = made(FACILITATOR, PRIVATE, share("Rapport zorglub", space=PRIVATE))
        public_id = reading.public_id
    work(app)
    with app.app_context():
        address = f"/dossiers/{public_id}-a-lire-avant-la-reunion"
        for words in ("réunion", "premier", "kind:dossier réunion"):
            assert found(MEMBER, words) == [("À lire avant la réunion", address)], words
        assert [found(one, "réunion") for one in (OUTSIDER, GUEST, REFERENT, ADMIN)] == [[]] * 4
        assert found(MEMBER, "Pour") == []
        with transaction():
            remove_list(loaded(FACILITATOR), list_for(loaded(FACILITATOR), public_id))
        assert found(MEMBER, "réunion") == []
        with transaction():
            restore_list(loaded(FACILITATOR), removed_list_for(loaded(FACILITATOR), public_id))
            edit_list(loaded(FACILITATOR), list_for(loaded(FACILITATOR), public_id), "Pour la plénière", "", 1)
    work(app)
    with app.app_context():
        assert found(MEMBER, "réunion") == []
        assert [title for title, _url in found(MEMBER, "plénière")] == ["Pour la plénière"]
