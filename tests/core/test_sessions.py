"""Sessions: what another site has a browser send opens none, ends none and leaves no words behind."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.people import MEMBER, Cast
from tests.support import Browser

REPLY = "/discussions/aaaaaaaaaa/reponses"


@pytest.mark.parametrize("path", [REPLY, "/connexion", "/deconnexion", "/langue", "/mot-de-passe", "/nulle-part"])
@pytest.mark.parametrize("site", ["cross-site", "same-site", "what?"])
def test_form_sent_by_another_site_takes_no_cookie_and_keeps_no_words(app: Flask, path: str, site: str) -> None:
    answer = app.test_client().post(path, data={"body": "words of others"}, headers={"Sec-Fetch-Site": site})
    assert answer.status_code in {400, 404}
    assert "Set-Cookie" not in answer.headers
    assert "words of others" not in answer.text


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}])
def test_form_of_our_own_pages_is_kept_through_sign_in(app: Flask, headers: dict[str, str]) -> None:
    answer = app.test_client().post(REPLY, data={"body": "my own words"}, headers=headers)
    assert answer.status_code == 401
    assert "my own words" in answer.text
    assert "Set-Cookie" in answer.headers


def test_link_from_another_site_opens_its_page(cast: Cast, browser: Any) -> None:
    someone: Browser = browser(MEMBER)
    assert someone.get("/espaces", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200
    assert someone.post("/langue", {"lang": "en"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 400
    assert someone.get("/espaces").status_code == 200


def test_missing_file_of_a_page_puts_nobody_out(cast: Cast, browser: Any) -> None:
    someone: Browser = browser(MEMBER)
    missing = someone.get("/static/built/app.0123456789.css")
    assert (missing.status_code, "Set-Cookie" in missing.headers) == (404, False)
    assert someone.get("/espaces").status_code == 200
