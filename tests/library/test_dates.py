"""The date a document bears, as far as it is known: a year stays a year on every way in and out."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import StatementError

from app.core.db import first_day, transaction
from app.core.text import plain_text
from app.extensions import db
from app.library.exchange import FORMATS, read_file
from app.library.exchange.leaving import reference_of
from app.library.exchange.references import Reference
from app.library.exchange.understanding import details_of
from app.library.kinds import KINDS
from app.library.models import Resource
from app.library.operations import share_resource
from app.spaces.queries import space_by_slug
from tests.people import MEMBER, OPEN, Cast
from tests.support import Browser, loaded

NEW = f"/espaces/{OPEN}/ressources/nouvelle"
FIELD = re.compile(r'<input[^>]*\bid="dated_on"[^>]*>')


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


@pytest.fixture
def member(browser: Any) -> Browser:
    opened: Browser = browser(MEMBER)
    return opened


def only(app: Flask) -> Resource:
    with app.app_context():
        return db.session.scalars(select(Resource)).one()


def share(member: Browser, day: str, kind: str = "report") -> str:
    """Share a resource by its form; return its page."""
    asked = {"outlet": "La Voix", "address": "https://lavoix.example/a"} if kind == "press" else {}
    answer = member.post(NEW, {"kind": kind, "title": "Bilan", "audience": "space", "dated_on": day, **asked})
    assert answer.status_code == 302, plain_text(answer.get_data(as_text=True))
    return str(answer.location)


def edited(app: Flask, member: Browser) -> str:
    """Return the page on which the resource is changed."""
    return member.get(f"/ressources/{only(app).public_id}/modifier").get_data(as_text=True)


def control(page: str) -> tuple[str, str]:
    """Return the type and the value of the field of the date."""
    found = FIELD.search(page)
    assert found is not None
    said = dict(re.findall(r'(type|value)="([^"]*)"', found[0]))
    return said["type"], said.get("value", "")


def test_first_day_of_what_is_known() -> None:
    assert [str(first_day(known)) for known in ("2021", "2021-07", "2021-07-05")] == [
        "2021-01-01",
        "2021-07-01",
        "2021-07-05",
    ]


@pytest.mark.parametrize("text", ["", "hier", "2021-7", "2021-13", "2021-02-30", "20210705", "2021-07-05T10:00"])
def test_what_is_no_date_is_never_stored(app: Flask, member: Browser, text: str) -> None:
    with pytest.raises(ValueError, match=r"date|month|day"):
        first_day(text)
    share(member, "")
    with app.app_context(), pytest.raises(StatementError), transaction():
        db.session.execute(update(Resource).values(dated_on=text))


@pytest.mark.parametrize(
    ("typed", "kept", "shown", "again"),
    [
        ("2021", "2021", "2021", "2021"),
        ("juillet 2021", "2021-07", "juillet 2021", "07/2021"),
        ("7/2021", "2021-07", "juillet 2021", "07/2021"),
        ("05/07/2021", "2021-07-05", "5 juillet 2021", "05/07/2021"),
        ("2021-07-05", "2021-07-05", "5 juillet 2021", "05/07/2021"),
    ],
)
def test_as_much_as_is_known_is_kept_shown_and_typed_again(
    app: Flask, member: Browser, typed: str, kept: str, shown: str, again: str
) -> None:
    page = share(member, typed)
    assert only(app).dated_on == kept
    words = plain_text(member.get(page).get_data(as_text=True)).replace("\u00a0", " ")
    assert f"Date du document {shown}" in words or f"Date {shown}" in words
    assert control(edited(app, member)) == ("text", again)


def test_wrong_date_is_said_and_stays_typed(app: Flask, member: Browser) -> None:
    answer = member.post(NEW, {"kind": "report", "title": "Bilan", "audience": "space", "dated_on": "hier"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert control(page) == ("text", "hier")
    assert "Écrivez la date comme ceci" in page


def test_kind_that_is_dated_by_the_day_has_the_field_of_the_browser_unless_less_is_known(
    app: Flask, member: Browser
) -> None:
    share(member, "2021-07-05", "press")
    assert control(edited(app, member)) == (
        "date",
        "2021-07-05",
    )
    with app.app_context(), transaction():
        db.session.execute(update(Resource).values(dated_on="2021"))
    assert control(edited(app, member)) == ("text", "2021")
    assert control(member.get(f"{NEW}?type=minutes").get_data(as_text=True)) == ("date", "")


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.key)
@pytest.mark.parametrize("day", ["2019", "2019-05", "2019-05-21"])
def test_reference_comes_back_as_it_was(context: Flask, day: str, form: Any) -> None:
    known = Reference(kind=KINDS["report"], title="Bilan", date=day)
    [read] = read_file(f"x.{form.ending}", "".join(form.write([known])).encode())
    space = space_by_slug(OPEN)
    assert space is not None
    with transaction():
        made = share_resource(loaded(MEMBER), space, details_of(read))
    assert (made.dated_on, reference_of(made).date) == (day, day)
