"""The state of the index, and its rebuild by a button."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.core import clock, queues
from app.core.clock import now
from app.core.db import transaction
from app.search.operations import engine, index_soon
from app.search.rebuilding.plan import Plan
from app.search.rebuilding.work import rebuild
from tests.people import ADMIN, MEMBER, Cast
from tests.support import work

HERE = "/administration/recherche"


@pytest.fixture
def made(app: Flask, cast: Cast) -> Flask:
    with app.app_context():
        rebuild(engine())
    return app


def text(answer: Any) -> str:
    assert answer.status_code == 200
    page = answer.get_data(as_text=True).replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("&#39;", "'").split())


def test_page_tells_the_state_and_the_button_has_the_index_made_anew(made: Flask, browser: Any) -> None:
    here = browser(ADMIN)
    page = text(here.get(HERE))
    for told in (
        "Moteur Whoosh",
        "Changements en attente 0",
        "Aucune erreur en cours.",
        "Refait pour la dernière fois",
    ):
        assert told in page, told
    with made.app_context():
        before = engine().in_use()
    assert before in page
    assert here.post(f"{HERE}/refaire").status_code == 302
    fragment = here.get(f"{HERE}/avancement").get_data(as_text=True)
    assert 'data-poll-url="/administration/recherche/avancement"' in fragment
    assert "dès que son tour viendra" in fragment
    work(made)
    assert "data-poll-url" not in here.get(f"{HERE}/avancement").get_data(as_text=True)
    with made.app_context():
        assert engine().in_use() != before
        assert queues.counts("search.rebuild") == {"done": 1}


def test_rebuild_under_way_shows_how_far_it_has_come(made: Flask, browser: Any) -> None:
    with made.app_context():
        plan = Plan.kept()
        assert plan is not None
        plan.moved(finished_at=None, done=450, total=1800)
    page = browser(ADMIN).get(f"{HERE}/avancement").get_data(as_text=True)
    assert '<progress class="progress" id="progress-bar" max="1800" value="450">' in page
    assert 'data-step="2"' in page
    assert "le travail reprendra" in page


def test_broken_late_or_outgrown_index_is_told_on_the_front_page(
    made: Flask, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = browser(ADMIN)
    quiet = text(here.get("/administration"))
    assert "État de la recherche" not in quiet
    assert "index de recherche" not in quiet
    monkeypatch.setattr("app.search.engines.MOST_FOR_WHOOSH", -1)
    assert "trop grand pour Whoosh" in text(here.get("/administration"))
    assert "BEFFROI_SEARCH_ENGINE=tantivy" in text(here.get(HERE))
    with made.app_context(), transaction():
        index_soon("resource", 1)
    moment = now()
    clock.set_clock(lambda: moment + dt.timedelta(minutes=6))
    here = browser(ADMIN)
    assert "depuis plus de cinq minutes" in text(here.get("/administration"))
    clock.set_clock(None)
    with made.app_context():
        root: Path = engine().generations.root  # type: ignore[attr-defined]
    shutil.rmtree(root)
    assert "ne peut pas être lu" in text(here.get("/administration"))
    assert "Illisible" in text(here.get(HERE))
    work(made)
    assert "ne peut pas être lu" not in text(here.get("/administration"))


def test_only_administrators_ask_for_a_rebuild(made: Flask, browser: Any) -> None:
    assert browser(MEMBER).post(f"{HERE}/refaire").status_code == 404
    with made.app_context():
        assert queues.counts("search.rebuild") == {}
