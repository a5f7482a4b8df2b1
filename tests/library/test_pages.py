"""The pages of the library over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.library.shelves import pdf, shared, upload
from tests.people import FACILITATOR, MEMBER, OPEN, Cast
from tests.support import work

NEW = f"/espaces/{OPEN}/ressources/nouvelle"


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


def test_shared_resource_is_listed_opened_and_downloaded(app: Flask, browser: Any) -> None:
    member = browser(MEMBER)
    assert member.get(NEW).status_code == 200
    typed = {
        "kind": "report",
        "title": "Bilan de la médiation",
        "summary": "Une année de présence.",
        "tags": "Médiation, Jeunesse",
        "audience": "space",
        "files": upload(pdf("Page une", "La médiation commence à seize heures"), "Bilan.pdf"),
    }
    answer = member.post(NEW, typed, follow_redirects=False)
    assert answer.status_code == 302, answer.get_data(as_text=True)[:3000]
    work(app)
    page = member.get(answer.location + "?q=médiations")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "Bilan de la médiation" in text
    assert "2" in text
    assert "<rect" in text
    for address in ("/ressources", f"/espaces/{OPEN}/ressources", f"/espaces/{OPEN}"):
        listed = member.get(address)
        assert listed.status_code == 200
        assert "Bilan de la médiation" in listed.get_data(as_text=True), address


def test_opening_page_two(app: Flask, browser: Any) -> None:
    public_id, _ = shared(app, "Diagnostic", files=[(pdf("un", "deux", "trois"), "d.pdf")])
    work(app)
    page = browser(FACILITATOR).get(f"/ressources/{public_id}-diagnostic?page=2&vue=texte")
    assert "deux" in page.get_data(as_text=True)
