"""Real documents, brought in by the command: in or named, and a search opens the very page that holds its words."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pypdfium2
import pytest
from flask import Flask
from lxml import etree
from sqlalchemy import select

from app.core.jobs import DONE, Job
from app.extensions import db
from app.library import jobs
from app.library.models import Attachment, Blob, FileVersion, Page, Reading, Resource
from tests.journeys.corpus import DOCUMENTS, bring, hash_of, kept_by_hash, read_within_bounds, site_of, work
from tests.people import MEMBER
from tests.support import Browser

pytestmark = pytest.mark.slow

# A presentation made of pictures only, and one scanned letter.
WITHOUT_TEXT = {"fr_insee_utilitr/Images_reshape.pptx", "fr_consultation_gouv/Lettre-engagement-OSP-Decidim.pdf"}
PDFS, SLIDES = 10, 9  # few presentations of the corpus hold words
THREE_WORDS = r"(?=\b([^\W\d_]{3,} [^\W\d_]{3,} [^\W\d_]{4,})\b)"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
RESULT = re.compile(r'<a [^>]*href="(/ressources/[^"]+)"')


@dataclass(frozen=True)
class Known:
    """A phrase of three words that only one page of one document holds, as another program reads it."""

    name: str
    page: int
    phrase: str


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, dict[str, Any]]]:
    """A site with all the real documents in it, and what the import said of each."""
    if not DOCUMENTS.is_dir():
        pytest.skip(f"no real documents in {DOCUMENTS}")
    folder = tmp_path_factory.mktemp("documents")
    with pytest.MonkeyPatch.context() as patch, site_of("sqlite", folder) as app:
        patch.setattr(jobs, "open_reading", read_within_bounds)
        start = time.monotonic()
        told = bring(app, DOCUMENTS, "--manifest", str(DOCUMENTS / "manifest.csv"))
        imported = time.monotonic() - start
        work(app)
        read = time.monotonic() - start - imported
        print(f"\n{told['counts']}: in {imported:.1f} s, read and indexed {read:.1f} s later")  # noqa: T201
        yield app, told


def test_every_real_document_is_in_or_named_with_its_reason(documents: tuple[Flask, dict[str, Any]]) -> None:
    app, told = documents
    on_disk = {path.relative_to(DOCUMENTS).as_posix() for path in DOCUMENTS.rglob("*") if path.is_file()}
    named = {one["path"] for one in told["files"]}
    assert on_disk - named == {"manifest.csv"}
    assert [one for one in told["files"] if one["outcome"] != "imported" and not one["reason"]] == []
    assert told["counts"]["imported"] >= 170
    with app.app_context():
        states = Counter(db.session.scalars(select(Blob.reading)))
        unfinished = db.session.execute(select(Job.name, Job.state, Job.error).where(Job.state != DONE)).all()
        db.session.remove()
    print({str(state): number for state, number in states.items()})  # noqa: T201
    assert unfinished == []
    assert states[Reading.WAITING] == 0
    assert states[Reading.SEARCHABLE] >= 165


def test_every_real_document_yields_its_text(documents: tuple[Flask, dict[str, Any]]) -> None:
    app, _told = documents
    kept = kept_by_hash(app)
    with (DOCUMENTS / "manifest.csv").open(encoding="utf-8", newline="") as file:
        pages = {row["path"]: row["pages"] for row in csv.DictReader(file)}
    read = {path: kept[hash_of(DOCUMENTS / path)] for path in pages}
    assert {path for path, one in read.items() if one.state != Reading.SEARCHABLE} == WITHOUT_TEXT
    counted = {path: one.page_count for path, one in read.items() if path.casefold().endswith(".pdf") and pages[path]}
    assert counted == {path: int(pages[path]) for path in counted}


def test_rare_phrases_open_the_page_that_holds_them(documents: tuple[Flask, dict[str, Any]]) -> None:
    app, _told = documents
    member, problems = Browser(app, MEMBER), []
    texts = _texts(app)
    alone = [known for known in _phrases_of_pdfs() if sum(_plain(known.phrase) in text for text in texts) == 1]
    asked = [*alone[:PDFS], *_phrases_of_slides(SLIDES)]
    for known in asked:
        problems += _problem(app, member, known)
    print(f"{len(asked)} phrases asked")  # noqa: T201
    assert len(asked) >= PDFS + 1
    assert problems == []


def _texts(app: Flask) -> list[str]:
    """Return the text of every file: council minutes repeat each other, in Word as in PDF."""
    with app.app_context():
        pages = db.session.execute(select(Page.blob_id, Page.text).order_by(Page.blob_id, Page.n)).all()
        db.session.remove()
    whole: dict[int, list[str]] = {}
    for blob_id, text in pages:
        whole.setdefault(blob_id, []).append(text)
    return [_plain(" ".join(texts)) for texts in whole.values()]


def _problem(app: Flask, member: Browser, known: Known) -> list[str]:
    """Ask for the phrase; the first result must lead to its document, its page, and marks there."""
    page = member.get(f"/recherche?q={quote(chr(34) + known.phrase + chr(34))}")
    links = [unescape(link) for link in RESULT.findall(page.get_data(as_text=True).partition("<main")[2])]
    link = next((one for one in links if "page=" in one), "")
    if not link:
        return [f"{known}: not found"]
    shown = parse_qs(urlsplit(link).query)
    opened = member.get(link)
    if opened.status_code != 200:
        return [f"{known}: {link} answers {opened.status}"]
    if _names_of(app, link) != {known.name} or shown["page"] != [str(known.page)]:
        return [f"{known}: leads to {link}, {_names_of(app, link)}"]
    document = opened.get_data(as_text=True).partition('id="document"')[2].partition("</section>")[0]
    marked = (
        "<rect " in document or "<mark>" in document
    )  # over the picture of the page, or in its text until it is drawn
    return [] if marked else [f"{known}: no marks on {link}"]


def _names_of(app: Flask, link: str) -> set[str]:
    public_id = link.removeprefix("/ressources/")[:10]
    with app.app_context():
        found = select(FileVersion.name).join(Attachment).join(Resource).where(Resource.public_id == public_id)
        names = set(db.session.scalars(found))
        db.session.remove()
    return names


def _phrases_of_pdfs() -> list[Known]:
    """Choose a phrase in the middle of every PDF of several pages, all over the corpus."""
    paths = sorted(DOCUMENTS.rglob("*.pdf"), key=lambda path: (path.name[::-1], path))
    read = {path: _pages_of_pdf(path) for path in paths}
    return [
        known for path, pages in read.items() if len(pages) >= 3 for known in _rare_phrase(path, pages, len(pages) // 2)
    ]


def _pages_of_pdf(path: Path) -> list[str]:
    """Read a PDF with poppler where it is installed, else with PDFium's own words."""
    poppler = shutil.which("pdftotext")
    if poppler:
        said = subprocess.run([poppler, "-enc", "UTF-8", str(path), "-"], capture_output=True, check=False, timeout=60)
        return said.stdout.decode("utf-8", "replace").split("\f")[:-1]
    document = pypdfium2.PdfDocument(path)
    try:
        return [_page_of_pdf(document, n) for n in range(len(document))]
    finally:
        document.close()


def _page_of_pdf(document: pypdfium2.PdfDocument, n: int) -> str:
    page = document[n]
    words = page.get_textpage()
    text = str(words.get_text_range())
    words.close()
    page.close()
    return text


def _phrases_of_slides(wanted: int) -> list[Known]:
    found: list[Known] = []
    for path in sorted(DOCUMENTS.rglob("*.pptx"))[:wanted]:
        with zipfile.ZipFile(path) as package:
            names = [name for name in package.namelist() if re.fullmatch(r"ppt/slides/slide\d+\.xml", name)]
            ordered = sorted(names, key=lambda name: int(re.findall(r"\d+", name)[0]))
            slides = [etree.fromstring(package.read(name)) for name in ordered]
        pages = ["\n".join(map(_paragraph, slide.iter(f"{DRAWING}p"))) for slide in slides]
        for n in range(len(pages)):
            phrase = _rare_phrase(path, pages, n)
            if phrase:
                found += phrase
                break
    return found


def _paragraph(node: Any) -> str:
    return "".join(run.text or "" for run in node.iter(f"{DRAWING}t"))


def _rare_phrase(path: Path, pages: list[str], n: int) -> list[Known]:
    """Choose the longest three words in a row on a line of a page that stand on no other page."""
    elsewhere = [_plain(text) for i, text in enumerate(pages) if i != n]
    candidates = [three for line in pages[n].splitlines() for three in re.findall(THREE_WORDS, line)]
    for three in sorted(candidates, key=len, reverse=True):
        if not any(_plain(three) in text for text in elsewhere):
            return [Known(path.name, n + 1, three)]
    return []


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
