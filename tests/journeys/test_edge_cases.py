"""Every odd file there is: in or named with its reason, read or said why not, and never twice.

They go into PostgreSQL where there is one, which is the stricter about texts; the real documents go into SQLite.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import create_app
from app.extensions import db
from app.library import jobs
from app.library.models import Resource
from app.library.reading.filetypes import recognise
from app.library.reading.refusals import REASONS, NotAccepted
from app.library.reading.results import STATUSES
from tests.conftest import postgres_server
from tests.journeys.corpus import (
    EDGE_CASES,
    Kept,
    bring,
    hash_of,
    kept_by_hash,
    let_go,
    read_within_bounds,
    site_of,
    work,
)

pytestmark = pytest.mark.slow

EXPECTED = {
    "corrupt_truncated/invalid.pdf": "unreadable",
    "corrupt_truncated/unreadablemetadata.pdf": "unreadable",
    "corrupt_truncated/poppler-937-0-fuzzed.pdf": "unreadable",
    "corrupt_truncated/no_contents.pdf": "empty",
    "corrupt_truncated/kcs.pdf": "image_only",
    "corrupt_truncated/T01_007_header-no-version-info.pdf": "disagrees",
    "corrupt_truncated/test_with_bom.pdf": "searchable",
    "derived_truncated/pdf-cut-50pct.pdf": "unreadable",
    "derived_truncated/pdf-cut-last-200-bytes.pdf": "searchable",
    "encrypted/aes-256-r6.pdf": "protected",
    "encrypted/libreoffice-writer-password.pdf": "protected",
    "encrypted/testPDF_protected.pdf": "searchable",
    "encrypted/encrypted_doc_no_id.pdf": "image_only",
    "scanned_ocr/francais.pdf": "image_only",
    "scanned_ocr/multi-page-mixed.pdf": "searchable",
    "scanned_ocr/testTIFF_multipage.tif": "image_only",
    "large_many_pages/R-fullrefman.pdf": "searchable",
}
MANUAL = "large_many_pages/R-fullrefman.pdf"


@dataclass(frozen=True)
class Brought:
    """A site after one import, after a second one once it was started anew, and what each told."""

    first: dict[str, Any]
    second: dict[str, Any]
    resources: tuple[int, int]
    kept: dict[str, Kept]


@pytest.fixture(scope="module")
def brought(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brought]:
    if not EDGE_CASES.is_dir():
        pytest.skip(f"no edge cases in {EDGE_CASES}")
    kind = "postgres" if postgres_server() else "sqlite"
    with pytest.MonkeyPatch.context() as patch, site_of(kind, tmp_path_factory.mktemp("edges")) as app:
        patch.setattr(jobs, "open_reading", read_within_bounds)
        first = bring(app, EDGE_CASES, "--wait")
        count = _count(app)
        again = create_app(app.config["SETTINGS"], TESTING=True)  # the site started anew on the same folder
        second = bring(again, EDGE_CASES, "--wait")
        work(again)
        yield Brought(first, second, (count, _count(again)), kept_by_hash(again))
        let_go(again)


def _count(app: Flask) -> int:
    with app.app_context():
        number = db.session.scalar(select(func.count()).select_from(Resource)) or 0
        db.session.remove()
    return number


def test_edge_cases_are_in_or_named_with_their_reason(brought: Brought) -> None:
    on_disk = sum(path.is_file() for path in EDGE_CASES.rglob("*"))
    assert on_disk > 70
    for told in (brought.first, brought.second):
        assert len(told["files"]) == on_disk
        assert [one for one in told["files"] if one["outcome"] != "imported" and not one["reason"]] == []
    assert brought.first["counts"]["imported"] >= 60


def test_edge_cases_brought_again_change_nothing(brought: Brought) -> None:
    assert "imported" not in brought.second["counts"]
    assert set(brought.resources) == {brought.first["counts"]["imported"]}
    first, second = (
        {one["path"] for one in told["files"] if one["outcome"] == "refused"}
        for told in (brought.first, brought.second)
    )
    assert first == second


def test_edge_cases_are_read_or_refused_as_they_should(brought: Brought) -> None:
    states = {one["path"]: _state(EDGE_CASES / one["path"], brought.kept) for one in brought.first["files"]}
    assert set(states.values()) <= {*STATUSES, *REASONS}
    assert {name: states[name] for name in EXPECTED} == EXPECTED
    assert [kept for kept in brought.kept.values() if kept.detail in {"timeout", "cpu"}] == []


def _state(path: Path, kept: dict[str, Kept]) -> str:
    """Return what became of the words of a file, or why it was refused."""
    found = kept.get(hash_of(path))
    if found is not None:
        return found.state
    with pytest.raises(NotAccepted) as refused:
        recognise(path, path.name)
    return refused.value.reason


def test_manual_of_2415_pages_is_read_whole(brought: Brought) -> None:
    manual = brought.kept[hash_of(EDGE_CASES / MANUAL)]
    assert (manual.page_count, manual.pages, manual.proposed["lang"]) == (2415, 2415, "en")
