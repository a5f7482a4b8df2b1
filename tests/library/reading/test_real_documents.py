"""All the real files: documents that must be read, and edge cases that must end in a clear state."""

from __future__ import annotations

import csv
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.library.reading.filetypes import recognise
from app.library.reading.limits import Limits
from app.library.reading.refusals import REASONS, NotAccepted
from app.library.reading.results import STATUSES, Reading
from app.library.reading.run import read_document
from tests.library.reading.samples import real

PER_FILE = Limits(wall=40.0, cpu=35)
# A presentation made of pictures only, and one scanned letter.
WITHOUT_TEXT = {"fr_insee_utilitr/Images_reshape.pptx", "fr_consultation_gouv/Lettre-engagement-OSP-Decidim.pdf"}
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


def state_of(path: Path) -> tuple[str, float, Reading | None]:
    """Return the status or the reason of refusal, the time it took, and the reading."""
    begun = time.monotonic()
    try:
        reading = read_document(path, recognise(path, path.name), limits=PER_FILE)
    except NotAccepted as refusal:
        return refusal.reason, time.monotonic() - begun, None
    return reading.status, time.monotonic() - begun, reading


def states_of(paths: list[Path]) -> dict[Path, tuple[str, float, Reading | None]]:
    """Read two at a time."""
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(paths, pool.map(state_of, paths), strict=True))


def check(reading: Reading) -> None:
    """What every reading promises."""
    assert bool(reading.pages) == (reading.status in {"searchable", "partial"})
    numbers = [page.n for page in reading.pages]
    assert numbers == sorted(set(numbers))
    assert not numbers or 1 <= numbers[0] <= numbers[-1] <= reading.page_count
    for page in reading.pages:
        assert page.text.strip()
        assert page.text.replace("\n", "").isprintable()
        assert page.boxes is None or len(page.boxes) == len(page.text.split())


@pytest.mark.slow
def test_every_edge_case_is_read_or_refused_with_its_reason() -> None:
    root = real("B_edge_cases")
    files = sorted(path for path in root.glob("*/*") if path.is_file())
    assert len(files) > 70
    states = states_of(files)
    for state, seconds, reading in states.values():
        assert state in STATUSES or state in REASONS
        assert seconds < PER_FILE.wall
        if reading:
            check(reading)
    found = {path.relative_to(root).as_posix(): state for path, (state, _, _) in states.items()}
    assert {name: found[name] for name in EXPECTED} == EXPECTED
    manual = states[root / "large_many_pages" / "R-fullrefman.pdf"][2]
    assert manual is not None
    assert (manual.page_count, len(manual.pages), manual.lang) == (2415, 2415, "en")


@pytest.mark.slow
def test_every_real_document_yields_its_text() -> None:
    root = real("A_documents")
    with (root / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = {root / row["path"]: row for row in csv.DictReader(file)}
    states = states_of(list(rows))
    silent = {path.relative_to(root).as_posix() for path, (state, _, _) in states.items() if state != "searchable"}
    assert silent == WITHOUT_TEXT
    for path, (_state, _seconds, reading) in states.items():
        assert reading is not None
        check(reading)
        if path.suffix.lower() == ".pdf" and rows[path]["pages"]:
            assert reading.page_count == int(rows[path]["pages"])


@pytest.mark.parametrize(
    ("name", "unit", "words"),
    [
        ("fr_chemere_conseil_pdf/CM 13 mai 2014.pdf", "page", "CONSEIL MUNICIPAL"),
        ("fr_chemere_conseil_doc/CM 29 juin 2004.doc", "passage", "secrétaire de séance"),
        ("fr_chemere_conseil_html/CM 13 mai 2014.html", "passage", "Présents"),
        ("fr_insee_utilitr/mes_donnees.ods", "sheet", "Population"),
        ("fr_insee_utilitr/mes_donnees.xls", "sheet", "Population"),
        ("fr_insee_utilitr/source_schema_rmd.pptx", "slide", "pandoc"),
        ("fr_etalab_guides/qualite__1-preparer-le-jeu-de-donnees.md", "passage", "jeu de données"),
    ],
)
def test_one_document_of_each_sort_is_cut_as_it_should(name: str, unit: str, words: str) -> None:
    _state, _seconds, reading = state_of(real("A_documents/" + name))
    assert reading is not None
    assert {page.unit for page in reading.pages} == {unit}
    assert words in "\n".join(page.text for page in reading.pages)
