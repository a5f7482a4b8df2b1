"""The legal pages and the small files: open to everybody, true, and about this site."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.people import MEMBER, Cast
from tests.support import Browser

PAGES = ["/mentions-legales", "/accessibilite", "/donnees-personnelles", "/charte"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("email", [None, MEMBER])
def test_legal_page_is_open_to_everybody_and_tells_whom_to_write_to(
    app: Flask, cast: Cast, page: str, email: str | None
) -> None:
    answer = Browser(app, email).get(page)
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
    text = answer.text[answer.text.index("<main") : answer.text.index("</main>")]
    assert app.config["SETTINGS"].contact in text
    assert "%(" not in text
    assert "%%" not in text


def test_accessibility_is_not_said_better_than_audited(app: Flask, cast: Cast) -> None:
    text = Browser(app).get("/accessibilite").text
    assert "Accessibilité\u00a0: non conforme" in text
    assert "partiellement" not in text


def test_personal_data_page_gives_the_durations_of_this_site(app: Flask, cast: Cast) -> None:
    settings = app.config["SETTINGS"]
    text = Browser(app).get("/donnees-personnelles").text
    assert f"{settings.session_idle_days} jours sans activité, {settings.session_days} jours au plus" in text


def test_robots_are_asked_to_stay_away(app: Flask) -> None:
    assert app.test_client().get("/robots.txt").text == "User-agent: *\nDisallow: /\n"


def test_old_name_of_the_favicon_gives_the_mark(app: Flask) -> None:
    answer = app.test_client().get("/favicon.ico")
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    answer.close()
