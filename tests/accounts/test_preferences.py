"""One's own settings: the language of pages and mails, light or dark, the hour one reads."""

from __future__ import annotations

from typing import Any

from flask import Flask

from app.core.db import transaction
from app.discussions.operations import start_thread
from app.spaces.models import Space
from tests.people import MEMBER, OPEN, Cast
from tests.support import Browser, loaded, work

HERS = {"language": "en", "theme": "dark", "timezone": "Asia/Tokyo"}


def _saved(browser: Any, **changed: str) -> tuple[Browser, str]:
    here: Browser = browser(MEMBER)
    answer = here.post("/moi", {**HERS, **changed})
    assert answer.status_code == 302
    return here, here.get("/moi").get_data(as_text=True)


def test_pages_follow_the_language_and_the_theme(app: Flask, cast: Cast, browser: Any) -> None:
    here, page = _saved(browser)
    assert ('<html lang="en"' in page, 'data-theme="dark"' in page) == (True, True)
    assert ("Your settings are saved." in page, "Vos réglages" in page) == (True, False)
    back = here.post("/moi", {**HERS, "language": "fr", "theme": "system"})
    assert back.status_code == 302
    page = here.get("/moi").get_data(as_text=True)
    assert ('<html lang="fr"' in page, "data-theme" in page, "Vos réglages" in page) == (True, False, True)


def test_language_is_kept_for_the_next_device(app: Flask, cast: Cast, browser: Any) -> None:
    _saved(browser)
    assert '<html lang="en"' in Browser(app, MEMBER).get("/").get_data(as_text=True)


def test_mails_follow_the_language(app: Flask, cast: Cast, browser: Any) -> None:
    _saved(browser)
    transport = app.extensions["mail_transport"]
    for file in transport.folder.glob("*.eml"):
        file.unlink()
    stranger = Browser(app)
    stranger.get("/mot-de-passe")
    stranger.post("/mot-de-passe", {"email": MEMBER})
    work(app)
    assert [mail["Subject"] for mail in transport.messages()] == ["Choose a new password"]


def test_hours_are_read_in_the_zone_chosen(app: Flask, cast: Cast, browser: Any) -> None:
    with app.app_context(), transaction() as session:
        space = session.get_one(Space, cast.spaces[OPEN])
        moment = start_thread(loaded(MEMBER), space, "Une question", "Bonjour.").last_post_at
    here, _page = _saved(browser)
    hours = {}
    for zone, ahead in (("Asia/Tokyo", 9), ("Africa/Abidjan", 0)):
        here.post("/moi", {**HERS, "timezone": zone})
        wanted = f"{(moment.hour + ahead) % 24:02d}:{moment.minute:02d}"
        hours[zone] = wanted in here.get(f"/espaces/{OPEN}/discussions").get_data(as_text=True)
    assert hours == {"Asia/Tokyo": True, "Africa/Abidjan": True}


def test_unknown_choices_are_refused(app: Flask, cast: Cast, browser: Any) -> None:
    here = browser(MEMBER)
    answers = [here.post("/moi", {**HERS, name: "xx"}).status_code for name in HERS]
    with app.app_context():
        me = loaded(MEMBER)
        assert (answers, me.language, me.theme, me.timezone) == ([422] * 3, "fr", None, None)
