"""Closed by default: every view says who may call it, and strangers get nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app.core.access import declared_access
from tests.people import OUTSIDER, Cast

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
CLOSED_STATUSES = {302, 401, 404, 405}


def filled(rule: Rule) -> str:
    """Return an address of a rule, its variables filled with values that name nothing."""
    return re.sub(r"<(?:int:)?[^>]+>", "1", rule.rule)


def test_every_view_declares_who_may_call_it(app: Flask) -> None:
    silent = [name for name, view in app.view_functions.items() if declared_access(view) is None]
    assert silent == []


def test_view_without_declaration_answers_nobody(app: Flask, cast: Cast, browser: Any) -> None:
    open_views = dict(app.view_functions)
    try:
        app.view_functions["health.healthz"] = lambda: "open"
        assert browser(OUTSIDER).get("/healthz").status_code == 404
    finally:
        app.view_functions.clear()
        app.view_functions.update(open_views)


@pytest.mark.parametrize("method", METHODS)
def test_stranger_reaches_only_the_doors(app: Flask, cast: Cast, browser: Any, method: str) -> None:
    nobody = browser()
    reached = {}
    for rule in app.url_map.iter_rules():
        access = declared_access(app.view_functions[rule.endpoint])
        if access is not None and not access.signed_in:
            continue
        answer = nobody.client.open(filled(rule), method=method)
        if answer.status_code not in CLOSED_STATUSES and answer.status_code != 400:
            reached[f"{method} {rule.rule}"] = answer.status_code
        if answer.status_code == 302:
            assert answer.headers["Location"].startswith("/connexion"), rule.rule
    assert reached == {}


OPEN_ENDPOINTS = {
    "static",
    "health.healthz",
    "accounts.sign_in_page",
    "accounts.reset_page",
    "accounts.choose_password_page",
    "accounts.choose_language_view",
    "access_requests.ask_page",
    "access_requests.confirm_page",
    "invitations.invitation_page",
    "invitations.carried_page",
    "links.ask_link_page",
    "links.link_page",
    "second_step.code_page",
    "sso.start",
    "sso.start_with_text",
    "sso.come_back",
    "sso.leave",
    "email_change.confirm_page",
    "search.opensearch",
    "alerts.stop_page",
    "alerts.take_up_view",
}


def test_only_the_doors_are_open_to_strangers(app: Flask) -> None:
    open_to_all = {
        name for name, view in app.view_functions.items() if (found := declared_access(view)) and not found.signed_in
    }
    pages = {
        f"home.{name}"
        for name in ("legal_page", "accessibility_page", "privacy_page", "charter_page", "robots", "favicon")
    }
    assert open_to_all - OPEN_ENDPOINTS - pages == set()


def test_unknown_address_is_not_found_for_everybody(app: Flask, cast: Cast, browser: Any) -> None:
    assert [browser(who).get("/nulle-part").status_code for who in (None, OUTSIDER)] == [404, 404]


def test_every_answer_carries_the_protecting_headers(app: Flask, cast: Cast, browser: Any) -> None:
    for path in ("/connexion", "/healthz", "/nulle-part", "/"):
        headers = browser().get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'self'"), path
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "private, no-store"
        assert "Server" not in headers or "Python" not in headers["Server"]


@pytest.mark.parametrize("path", ["/" + "9" * 30, "/%00", "/%ed%a0%80", "/?page=" + "9" * 40, "/connexion?next=%00"])
def test_odd_addresses_are_no_server_errors(app: Flask, cast: Cast, browser: Any, path: str) -> None:
    assert browser(OUTSIDER).get(path).status_code < 500
