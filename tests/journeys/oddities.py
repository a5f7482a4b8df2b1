"""What tests of odd input share: the member's browser, what stands in the site, and what makes an answer a good one."""

from __future__ import annotations

import io
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.core.db import transaction
from app.discussions.operations import comment, start_thread
from app.discussions.queries import post_numbered
from app.extensions import db
from app.spaces.queries import space_by_slug
from tests.library.shelves import share
from tests.people import MEMBER, OPEN, Cast
from tests.support import Browser, loaded, work

NEW_THREAD = f"/espaces/{OPEN}/discussions/nouvelle"
NEW_RESOURCE = f"/espaces/{OPEN}/ressources/nouvelle"
TYPED = "Mon texte, long à écrire"


@pytest.fixture
def names(app: Flask, cast: Cast, furnish: Callable[..., Any]) -> dict[str, str]:
    """What stands in the open space, written by the member: the public ids to fill addresses with."""
    found: dict[str, str] = furnish("oddities", lambda: _written_by_the_member(app))
    return found


def _written_by_the_member(app: Flask) -> dict[str, str]:
    resource = share(by=MEMBER, files=[(b"Une note.", "note.txt"), (picture(), "plan.png")])
    space = space_by_slug(OPEN)
    assert space is not None
    with transaction():
        thread = start_thread(loaded(MEMBER), space, "Une question", "Le premier message.")
        comment(loaded(MEMBER), resource, "Un commentaire.")
        first = post_numbered(thread, 1)
    assert first is not None
    found = {
        "resource": resource.public_id,
        "file": resource.attachments[0].current.public_id,
        "thread": thread.public_id,
        "post": first.public_id,
    }
    db.session.remove()
    work(app)
    return found


@pytest.fixture
def me(browser: Any, names: dict[str, str]) -> Browser:
    """The member's browser."""
    signed_in: Browser = browser(MEMBER)
    return signed_in


def picture(size: tuple[int, int] = (20, 20)) -> bytes:
    """Return a small PNG of so many points."""
    drawn = io.BytesIO()
    Image.new("1", size).save(drawn, "PNG")
    return drawn.getvalue()


def is_clear(answer: TestResponse) -> bool:
    """Tell whether an answer is one a person can use: no failure of ours, and words with every refusal."""
    if answer.status_code >= 500 or b"Traceback" in answer.get_data():
        return False
    if answer.status_code < 400 or answer.request.method == "HEAD":
        return True
    return len(_words(answer)) > 10


def _words(answer: TestResponse) -> str:
    if answer.is_json:
        return str((answer.json or {}).get("error", ""))
    text = answer.get_data(as_text=True)
    return text.partition("<h1")[2] or text


def holds(answer: TestResponse, text: str) -> bool:
    """Tell whether a page shows a text, as a person reads it."""
    return text in unescape(answer.get_data(as_text=True))


def rules(app: Flask, method: str) -> list[Rule]:
    """Return the addresses of the site that take a method."""
    kept = {"static", "accounts.sign_out"}
    return [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ()) and rule.endpoint not in kept]


def filled(rule: Rule, names: dict[str, str], odd: str = "") -> str:
    """Return a path of a rule, with what exists in it or, where ``odd`` is given, with that."""
    path = ""
    for is_dynamic, part in rule._trace:
        path += (odd or good(rule, part, names)) if is_dynamic else part
    return path.removeprefix("|")


def good(rule: Rule, argument: str, names: dict[str, str]) -> str:
    """Return a value that exists for a part of an address."""
    if argument != "public_id":
        return {"slug": OPEN, "page": "1", "width": "160", "name": "note.txt"}.get(argument, "abc")
    if "messages" in rule.rule:
        return names["post"]
    kinds = {"/ressources": "resource", "/fichiers": "file", "/discussions": "thread"}
    return next((names[kind] for prefix, kind in kinds.items() if rule.rule.startswith(prefix)), "abcdefghij")


def wrong(me: Browser, address: str, **options: Any) -> list[str]:
    """Ask for an address; return a line about it when the answer is no use to a person."""
    answer = me.client.open(address, **{"buffered": True, **options})
    return [] if is_clear(answer) else [f"{options.get('method', 'GET')} {address[:200]}: {answer.status}"]
