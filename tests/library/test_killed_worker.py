"""A worker killed in the middle of a reading loses nothing and doubles nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.clock import now
from app.core.db import transaction
from app.core.jobs import QUEUED, RUNNING, Job
from app.extensions import db
from app.library.models import Blob, Page, Reading, Resource
from tests.conftest import new_database_app
from tests.library.shelves import pdf, share
from tests.people import bring_in

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_worker_killed_while_reading_leaves_the_file_to_the_next(kind: str, tmp_path: Path) -> None:
    """Two real workers: the first is killed with -9 as soon as it has begun, the second finishes."""
    with new_database_app(kind, tmp_path / "killed") as app:
        reading, pages = _kill_then_finish(app)
    assert reading == Reading.SEARCHABLE
    assert pages == list(range(1, 400))


def _kill_then_finish(app: Flask) -> tuple[str, list[int]]:
    """Return how the file stands at the end, and the numbers of its pages."""
    with app.app_context():
        db.create_all()
        bring_in()
        share(files=[(pdf(*[f"numéro {n}" for n in range(1, 400)]), "long.pdf")])
        db.session.rollback()
    settings = app.config["SETTINGS"]
    environ = {**os.environ, "BEFFROI_INSTANCE": str(settings.instance), "BEFFROI_DATABASE_URL": settings.database_url}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "work"]
    first = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)
    try:
        _wait_for(app, RUNNING)
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    with app.app_context():
        assert db.session.scalars(select(Resource)).one().title
        with transaction():  # six minutes later: the lease of the dead is over
            job = db.session.scalars(select(Job).where(Job.name == "library.extract")).one()
            if job.state != QUEUED:
                job.lease_until = now() - timedelta(seconds=1)
    subprocess.run([*command, "--until-idle"], cwd=ROOT, env=environ, check=True, capture_output=True, timeout=120)
    with app.app_context():
        reading = db.session.scalars(select(Blob.reading)).one()
        numbers = list(db.session.scalars(select(Page.n).order_by(Page.n)))
        db.session.remove()
        db.engine.dispose()
    return reading, numbers


def _wait_for(app: Flask, state: str) -> None:
    for _ in range(300):
        with app.app_context():
            found = db.session.scalar(select(Job.id).where(Job.name == "library.extract", Job.state == state))
            db.session.rollback()
        if found is not None:
            return
        time.sleep(0.1)
    pytest.fail("the worker never began")
