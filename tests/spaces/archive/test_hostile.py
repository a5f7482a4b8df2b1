"""An archive whose sums are right but whose rows are not: nothing that would break a page or reach further comes in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import User
from app.core.db import transaction
from app.core.revisions import Revision
from app.extensions import db
from app.library.adopting import Told, tell_adoption
from app.library.descendants import words_of
from app.library.history import history_of
from app.library.models import Resource
from app.library.moving import move_resource
from app.spaces.archive.columns import ArchiveError
from app.spaces.models import Space
from tests.library.shelves import share
from tests.people import FACILITATOR, MEMBER, REQUEST, Cast
from tests.spaces.archive.carried import carried_in, carried_out, changed, furnish_space, parts_of, space
from tests.support import loaded

Rows = list[dict[str, Any]]


@pytest.fixture
def archive(app: Flask, furnish: Any, cast: Cast) -> bytes:
    """The open space, well furnished, as a command writes it."""
    furnish("carried", furnish_space)
    with app.app_context():
        with transaction():
            practice = db.session.scalars(select(Resource).where(Resource.kind == "practice")).one()
            tell_adoption(loaded(FACILITATOR), practice, Told("stopped", "2024", "Faute de moyens"))
        return carried_out()


def signed(content: bytes, part: str, change: Callable[[Rows], Any]) -> bytes:
    """Return an archive after ``change(rows)`` of a part, its sums right again."""

    def sign(entries: dict[Any, bytes]) -> None:
        rows = [json.loads(line) for line in entries[f"data/{part}.jsonl"].splitlines()]
        change(rows)
        data = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
        manifest = json.loads(entries["manifest.json"])
        manifest["parts"][part] = {"rows": len(rows), "sha256": hashlib.sha256(data).hexdigest()}
        entries[f"data/{part}.jsonl"], entries["manifest.json"] = data, json.dumps(manifest).encode()

    return changed(content, sign)


def says(**values: Any) -> Callable[[Rows], None]:
    return lambda rows: rows[0].update(values)


def said_before(**values: Any) -> Callable[[Rows], None]:
    return lambda rows: rows[0]["fields"].update(values)


END = "9999-12-31T23:59:59+00:00"
WRONG: dict[str, tuple[str, Callable[[Rows], None]]] = {
    "a moment no time zone can show": ("resources", says(created_at=END)),
    "a place until the end of the calendar": ("memberships", says(expires_at=END)),
    "a number one cannot count on from": ("resources", says(edit_version=2**31 - 1)),
    "keywords that are no list": ("resources", says(tags=7)),
    "keywords that are no texts": ("resources", says(tags=[{"a": 1}])),
    "an earlier title that is none": ("resource_revisions", said_before(title=5)),
    "a date that is none": ("resources", says(dated_on="2021-7")),
    "a date of no calendar": ("resources", says(dated_on="2021-02-30")),
    "an earlier day that is none": ("resource_revisions", said_before(dated_on="hier")),
    "an earlier state that is none": ("resource_revisions", said_before(state="draft and more")),
    "earlier files that are none": ("resource_revisions", said_before(files=["x"])),
    "an earlier state with something more": ("resource_revisions", said_before(author_id=1)),
    "an earlier word that is none": ("adoption_revisions", said_before(says="loves")),
    "an earlier word of no day": ("adoption_revisions", said_before(at=END)),
    "an earlier text that is none": ("post_revisions", said_before(source=["x"])),
    "an author that is no name": ("resources", says(author_id={"a": 1})),
    "a parent that is no number": ("attachments", says(resource_id={"a": 1})),
    "no earlier text": ("post_revisions", says(fields=[])),
    "a role that is none": ("memberships", says(role="administrator")),
    "inhabitants that are no number": ("organisations", says(population="41 000")),
    "a city nowhere on earth": ("organisations", says(latitude=48.5, longitude=200)),
    "a space seen by whom it likes": ("space", says(visibility="everybody")),
}


@pytest.mark.parametrize("how", WRONG)
def test_row_that_is_not_what_it_should_be_refuses_the_archive(app: Flask, archive: bytes, how: str) -> None:
    part, change = WRONG[how]
    assert parts_of(archive)[part], part
    with app.app_context():
        before = [db.session.scalar(select(func.count()).select_from(one)) for one in (Space, User, Resource, Revision)]
        with pytest.raises(ArchiveError, match=f"{part}.*ligne 1,"):
            carried_in(signed(archive, part, change), "autre")
        after = [db.session.scalar(select(func.count()).select_from(one)) for one in (Space, User, Resource, Revision)]
        assert before == after


def test_rows_that_contradict_each_other_refuse_the_archive_and_leave_nothing(app: Flask, archive: bytes) -> None:
    def twice(rows: Rows) -> None:
        for row in rows:
            row["slug"] = "le-meme"

    assert len(parts_of(archive)["words"]) > 1
    with app.app_context():
        before = db.session.scalar(select(func.count()).select_from(Space))
        with pytest.raises(ArchiveError, match="se contredit"):
            carried_in(signed(archive, "words", twice), "autre")
        assert db.session.scalar(select(func.count()).select_from(Space)) == before


def test_earlier_word_of_a_city_stays_that_of_who_said_it(app: Flask, archive: bytes) -> None:
    (earlier,) = parts_of(archive)["adoption_revisions"]
    said_by = next(one for one in parts_of(archive)["people"] if one["id"] == earlier["fields"]["by_id"])
    with app.app_context():
        assert said_by["name"] == loaded(FACILITATOR).name
        other = loaded(MEMBER)
        forged = signed(archive, "adoption_revisions", said_before(by_id=other.id))
        carried_in(forged, "copie")
        assert words_of(other) == []
        carried_in(archive, "autre-copie")
        own = [one["Ce qui a changé"] for one in words_of(loaded(FACILITATOR))]
        assert own.count("À pied") == 2  # here before, and in the copy


def test_earlier_place_is_found_again_or_is_nowhere(app: Flask, cast: Cast) -> None:
    with app.app_context():
        made = share("Bilan", space=REQUEST)
        with transaction():
            move_resource(loaded(FACILITATOR), db.session.get_one(Resource, made.id), space())
        content = carried_out()
        (moved,) = parts_of(content)["resource_revisions"]
        assert moved["fields"]["space_id"] == space(REQUEST).public_id
        carried_in(content, "copie")
        copy = db.session.scalars(select(Resource).where(Resource.space_id == space("copie").id)).one()
        assert [one.before["space_id"] for one in history_of(loaded(FACILITATOR), copy).changes] == [space(REQUEST).id]
        unknown = signed(content, "resource_revisions", said_before(space_id="aaaaaaaaaa"))
        carried_in(signed(unknown, "resource_revisions", says()), "ailleurs")
        far = db.session.scalars(select(Resource).where(Resource.space_id == space("ailleurs").id)).one()
        history = history_of(loaded(FACILITATOR), far)
        assert ([one.is_arrival for one in history.changes], history.begins) == ([True], False)
        again = carried_out(slug="ailleurs")
        assert [one["fields"]["space_id"] for one in parts_of(again)["resource_revisions"]] == [None]
        carried_in(again, "plus-loin")  # what was nowhere is not found in the space that carries it on
        further = db.session.scalars(select(Resource).where(Resource.space_id == space("plus-loin").id)).one()
        history = history_of(loaded(FACILITATOR), further)
        assert ([one.is_arrival for one in history.changes], history.begins) == ([True], False)
