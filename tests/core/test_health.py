"""What ``/healthz`` says, and to whom."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from app.core.clock import now
from app.core.db import transaction
from app.core.jobs import Job
from app.search.operations import engine
from app.search.rebuilding.work import rebuild
from tests.people import ADMIN, MEMBER, Cast
from tests.support import Browser


@pytest.fixture(autouse=True)
def _index(app: Flask) -> None:
    with app.app_context():
        rebuild(engine())


TOKEN = "a token of the tests only"


def test_strangers_and_members_read_that_it_is_well_and_nothing_else(app: Flask, cast: Cast) -> None:
    for browser in (Browser(app), Browser(app, MEMBER)):
        for path in ("/healthz", "/healthz?ready"):
            answer = browser.get(path, headers={"Authorization": "Bearer é"})
            assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


def test_administrators_and_a_monitor_with_the_token_read_the_figures(app: Flask, cast: Cast) -> None:
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, health_token=TOKEN)
    try:
        monitor = app.test_client().get("/healthz", headers={"Authorization": f"Bearer {TOKEN}"}).get_json()
    finally:
        app.config["SETTINGS"] = before
    administrator = Browser(app, ADMIN).get("/healthz").get_json()
    for told in (monitor, administrator):
        assert (told["status"], told["ready"]) == ("ok", True)
        assert list(told["checks"]) == ["disk", "index", "jobs", "mail"]
        assert told["checks"]["jobs"]["queued"] >= 0
        assert told["checks"]["index"]["lag_seconds"] == 0


def test_full_disk_and_stopped_worker_make_it_not_ready_but_alive(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(total=10, free=1))
    with app.app_context(), transaction() as session:
        late = now() - timedelta(hours=2)
        more: dict[str, Any] = {"queue": "default", "payload": "{}", "run_at": late, "created_at": late}
        session.add(Job(name="mail.send", **more))
    stranger = app.test_client()
    assert stranger.get("/healthz").status_code == 200
    answer = stranger.get("/healthz?ready")
    assert (answer.status_code, answer.get_json()) == (503, {"status": "not ok"})
    checks = Browser(app, ADMIN).get("/healthz").get_json()["checks"]
    assert [name for name, one in checks.items() if not one["ok"]] == ["disk", "jobs", "mail"]
