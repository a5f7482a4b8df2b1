"""« Utile » is said to all who read, « Garder » is one's own; both go where the rights go."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from app.accounts.models import User
from app.core.db import transaction
from app.core.errors import RefusedError
from app.core.slots import collect
from app.extensions import db
from app.library.marks import Kept, Useful, forget_marks, kept_by, mark, usefulness_of
from app.library.publishing import archive_resource
from app.spaces.models import Membership
from tests.library.shelves import share, shared
from tests.people import CLOSED_GUEST, FACILITATOR, GUEST, MEMBER, OUTSIDER, PRIVATE, Cast
from tests.support import loaded


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


def kept(email: str) -> list[str]:
    return [one.title for one in db.session.scalars(kept_by(loaded(email)))]


def test_useful_is_counted_once_a_person_and_taken_back(context: Flask) -> None:
    made = share()
    with transaction():
        for email in (MEMBER, MEMBER, GUEST):
            mark(loaded(email), made, Useful, on=True)
    assert (usefulness_of(loaded(MEMBER), made).count, usefulness_of(loaded(MEMBER), made).mine) == (2, True)
    with transaction():
        mark(loaded(MEMBER), made, Useful, on=False)
    assert (usefulness_of(loaded(MEMBER), made).count, usefulness_of(loaded(MEMBER), made).mine) == (1, False)


def test_only_people_the_reader_may_see_are_named(context: Flask) -> None:
    made = share(space=PRIVATE, audience="network")
    with transaction():
        db.session.execute(update(User).where(User.email == FACILITATOR).values(in_directory=True))
        for email in (FACILITATOR, CLOSED_GUEST, MEMBER):
            mark(loaded(email), made, Useful, on=True)
    found = usefulness_of(loaded(OUTSIDER), made)
    assert ([one.email for one in found.people], found.count, found.others) == ([FACILITATOR], 3, 2)
    assert usefulness_of(loaded(MEMBER), made).others == 0


def test_what_one_keeps_goes_with_the_right_to_read_it_and_comes_back(context: Flask, cast: Cast) -> None:
    made = share("Fermée", space=PRIVATE)
    with transaction():
        mark(loaded(MEMBER), made, Kept, on=True)
    with pytest.raises(RefusedError), transaction():
        mark(loaded(OUTSIDER), made, Kept, on=True)
    assert kept(MEMBER) == ["Fermée"]
    place = {"space_id": cast.spaces[PRIVATE], "user_id": cast.people[MEMBER], "role": "member"}
    with transaction() as session:
        session.execute(delete(Membership).filter_by(space_id=place["space_id"], user_id=place["user_id"]))
    assert kept(MEMBER) == []
    with transaction() as session:
        session.add(Membership(**place))
        archive_resource(loaded(FACILITATOR), made)
    assert kept(MEMBER) == ["Fermée"]


def test_buttons_work_without_javascript(app: Flask, browser: Any) -> None:
    public_id, _ = shared(app, "À garder")
    member, page = browser(MEMBER), f"/ressources/{public_id}-a-garder"
    assert 'aria-pressed="true"' not in member.get(page).text
    assert member.post(f"/ressources/{public_id}/garder", {"oui": "1"}).location == page
    assert member.post(f"/ressources/{public_id}/utile", {"oui": "1", "next": "https://evil.test"}).location == page
    shown = member.get(page).text
    assert shown.count('aria-pressed="true"') == 2
    assert "1 personne l’a trouvée utile" in shown.replace("\u00a0", " ")
    assert "À garder" in member.get("/ressources/gardees").text
    assert "À garder" not in browser(GUEST).get("/ressources/gardees").text
    assert member.post(f"/ressources/{public_id}/garder", {"oui": "0"}).status_code == 302
    assert "À garder" not in member.get("/ressources/gardees").text


def test_marks_leave_with_the_person_and_in_their_copy(context: Flask) -> None:
    made = share("Gardée")
    with transaction():
        mark(loaded(MEMBER), made, Useful, on=True)
        mark(loaded(MEMBER), made, Kept, on=True)
    parts = {part.name: part for given in collect("person.export", loaded(MEMBER)) for part in given}
    assert "Gardée" in json.dumps([list(parts[name].records) for name in ("useful", "kept")], ensure_ascii=False)
    with transaction():
        forget_marks(loaded(MEMBER), withdraw=False)
    assert [db.session.scalar(select(func.count()).select_from(one)) for one in (Useful, Kept)] == [0, 0]
