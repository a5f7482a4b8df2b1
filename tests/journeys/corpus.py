"""The real documents kept beside the repository, brought into a site by the command, and what was read in them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from app.core.cli import group as jobs_commands
from app.extensions import db
from app.library.cli import library
from app.library.models import Blob, Page, Reading, unpack_boxes
from app.library.reading.limits import Limits
from app.library.reading.run import open_reading
from config import ROOT
from tests.conftest import new_database_app
from tests.people import OPEN, bring_in

DATA = ROOT.parent / "shared" / "data"
DOCUMENTS, EDGE_CASES = DATA / "A_documents", DATA / "B_edge_cases"
PER_FILE = Limits(cpu=35)
"""What one of these files may cost, in work, which a busy machine does not change; beyond, its reading says so."""
JOINERS = str.maketrans("", "", "\n\t\u200c\u200d")
"""What a text may hold that is not printed: ends of lines and of cells, and the joiners of Arabic and Persian."""


def read_within_bounds(path: Path, filetype: Any) -> Any:
    """Open a reading as the library does, within the time of these tests."""
    return open_reading(path, filetype, limits=PER_FILE)


@contextmanager
def site_of(kind: str, folder: Path) -> Iterator[Flask]:
    """A fresh application with the cast, closed at the end."""
    with new_database_app(kind, folder) as app:
        with app.app_context():
            upgrade()
            bring_in()
            db.session.remove()
        yield app
        let_go(app)


def let_go(app: Flask) -> None:
    """Close every connection of an application."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def bring(app: Flask, folder: Path, *more: str) -> dict[str, Any]:
    """Import a folder into the open space and have everything read; return what the command told."""
    command = ["import", str(folder), "--space", OPEN, "--json", *more]
    answer = app.test_cli_runner().invoke(library, command)
    assert answer.exit_code == 0, answer.output
    told: dict[str, Any] = json.loads(answer.stdout)
    return told


def work(app: Flask) -> None:
    """Do all the background work, as the worker does."""
    answer = app.test_cli_runner().invoke(jobs_commands, ["work", "--until-idle"])
    assert answer.exit_code == 0, answer.output


@dataclass(frozen=True)
class Kept:
    """What was read in one file: its state, how many pages it has and how many of them hold words, what it proposes."""

    state: str
    detail: str
    page_count: int
    pages: int
    proposed: dict[str, Any]


def kept_by_hash(app: Flask) -> dict[str, Kept]:
    """Return what was read in every file, by its SHA-256; checks what every reading promises on the way."""
    with app.app_context():
        blobs = db.session.scalars(select(Blob)).all()
        kept = {one.sha256: _kept(one) for one in blobs}
        db.session.remove()
    return kept


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _kept(blob: Blob) -> Kept:
    wanted = select(Page.n, Page.text, Page.packed_boxes).where(Page.blob_id == blob.id).order_by(Page.n)
    pages = db.session.execute(wanted).all()
    assert bool(pages) == (blob.reading in {Reading.SEARCHABLE, Reading.PARTIAL}), blob.sha256
    numbers = [page.n for page in pages]
    assert numbers == sorted(set(numbers))
    assert not numbers or 1 <= numbers[0] <= numbers[-1] <= blob.page_count
    for page in pages:
        _check(page)
    return Kept(blob.reading, blob.reading_detail, blob.page_count, len(pages), blob.proposed)


def _check(page: Any) -> None:
    assert page.text.strip()
    assert page.text.translate(JOINERS).isprintable()
    assert not page.packed_boxes or len(unpack_boxes(page.packed_boxes)) == len(page.text.split())
