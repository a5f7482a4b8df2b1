"""What leaves the library: exactly what the list shows and the person may see, in a form another program reads."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.audit import AuditEntry
from app.core.db import transaction
from app.extensions import db
from app.library.exchange import read_file
from app.library.models import Resource
from app.spaces.models import Audience
from tests.library.shelves import pdf, share, shared
from tests.people import CLOSED_GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import Browser, CountedStatements

LIST, SPACE = "/ressources/exporter", f"/espaces/{OPEN}/ressources/exporter"


@pytest.fixture(autouse=True)
def _peopled(cast: Cast) -> None:
    """Have the cast in every test."""


def titles(app: Flask, answer: Any, name: str = "x.csv") -> list[str]:
    assert answer.status_code == 200
    with app.test_request_context():
        return [one.title for one in read_file(name, answer.data)]


def test_list_that_leaves_is_the_list_shown_filters_and_order_and_all(app: Flask) -> None:
    for title, kind in (("Beta", "report"), ("Alpha", "report"), ("Gamma", "legal")):
        shared(app, title, kind=kind, tags=["nuit"] if title != "Beta" else [])
    browser = Browser(app, MEMBER)
    browser.get("/ressources")
    assert titles(app, browser.post(f"{SPACE}?tri=title", data={"format": "csv"})) == ["Alpha", "Beta", "Gamma"]
    assert titles(app, browser.post(f"{LIST}?type=report&mot=nuit", data={"format": "ris"}), "x.ris") == ["Alpha"]
    answer = browser.post(f"{SPACE}?type=legal", data={"format": "bibtex"})
    assert re.fullmatch(rf'attachment; filename="{OPEN}-[\d-]+\.bib"', answer.headers["Content-Disposition"])


def test_export_never_holds_what_the_person_may_not_see(app: Flask) -> None:
    shared(app, "Secret du cercle", space=PRIVATE)
    shared(app, "Pour tout le réseau", space=PRIVATE, audience=Audience.NETWORK)
    public_id, resource_id = shared(app, "Mis à la corbeille")
    with app.app_context(), transaction():
        db.session.get_one(Resource, resource_id).deleted_at = db.session.get_one(Resource, resource_id).created_at
    seen = {
        OUTSIDER: ["Pour tout le réseau"],
        MEMBER: ["Pour tout le réseau", "Secret du cercle"],
        CLOSED_GUEST: ["Pour tout le réseau", "Secret du cercle"],
    }
    for email, expected in seen.items():
        browser = Browser(app, email)
        browser.get("/ressources")
        answer = browser.post(LIST, data={"format": "json"})
        assert sorted(titles(app, answer, "x.json")) == expected, email
        assert (b"cercle-ferme" in answer.data) is False
        assert browser.post(f"/ressources/{public_id}/exporter", data={"format": "ris"}).status_code == 404


def test_reference_of_a_page_leaves_and_the_journal_says_so(app: Flask) -> None:
    public_id, resource_id = shared(app, "=Nuit", kind="research", fields={"authors": ["Roy, Jean"], "year": 2021})
    browser = Browser(app, MEMBER)
    page = browser.get(f"/ressources/{public_id}-nuit").get_data(as_text=True)
    assert '<meta name="citation_author" content="Roy, Jean">' in page
    assert '<meta name="citation_publication_date" content="2021">' in page
    answer = browser.post(f"/ressources/{public_id}/exporter", data={"format": "ris"})
    assert (answer.status_code, "AU  - Roy, Jean\r\n" in answer.get_data(as_text=True)) == (200, True)
    assert "UR  - http" in answer.get_data(as_text=True)
    assert browser.post(f"/ressources/{public_id}/exporter", data={"format": "exe"}).status_code == 404
    assert titles(app, browser.post(SPACE, data={"format": "csv"})) == ["=Nuit"]
    with app.app_context():
        lines = db.session.execute(
            select(AuditEntry.action, AuditEntry.subject_type, AuditEntry.subject_id, AuditEntry.detail)
            .where(AuditEntry.action.in_(("resource.exported", "library.exported")))
            .order_by(AuditEntry.id)
        ).all()
        assert [(one.action, one.subject_type, one.detail) for one in lines] == [
            ("resource.exported", "resource", {"format": "ris"}),
            ("library.exported", "space", {"rows": 1, "format": "csv"}),
        ]
        assert lines[0].subject_id == resource_id


def as_zotero_reads(page: str) -> dict[str, Any]:
    """Return the item Zotero makes of a page: what it takes from which tag, « Embedded Metadata » and « RDF »."""
    said: dict[str, list[str]] = {}
    for name, content in re.findall(r'<meta name="([^"]+)" content="([^"]*)">', page):
        said.setdefault(name, []).append(unescape(content))
    hw = {name.removeprefix("citation_"): values[0] for name, values in said.items() if name.startswith("citation_")}
    item = {"type": said["z:itemType"][0], "sort": said["DC.type"][0], "creators": said.get("citation_author", [])}
    named = {"title": "title", "publication_date": "date", "journal_title": "in", "doi": "DOI", "public_url": "url",
             "technical_report_number": "number", "technical_report_institution": "institution"}  # fmt: skip
    return item | {field: hw[name] for name, field in named.items() if name in hw}


@pytest.mark.parametrize(
    ("kind", "fields", "more", "expected"),
    [
        (
            "press",
            {"outlet": "La Voix", "authors": ["Duroc, Inès"], "address": "https://lavoix.example/a"},
            {"dated_on": "2021-06-30"},
            {"type": "newspaperArticle", "sort": "Article de presse", "creators": ["Duroc, Inès"], "date": "2021/06/30",
             "in": "La Voix", "url": "https://lavoix.example/a"},
        ),
        (
            "research",
            {"authors": ["Roy, Jean", "Diaz, Ana"], "journal": "Revue", "year": 2021, "doi": "10.5555/a"},
            {},
            {"type": "journalArticle", "sort": "Recherche universitaire", "creators": ["Roy, Jean", "Diaz, Ana"],
             "date": "2021", "in": "Revue", "DOI": "10.5555/a"},
        ),
        (
            "report",
            {"sponsor": "Le ministère"},
            {"source": "Ville de Castelmaure", "dated_on": "2021"},
            {"type": "report", "sort": "Rapport", "creators": ["Ville de Castelmaure"], "date": "2021",
             "institution": "Le ministère"},
        ),
        ("legal", {"reference": "n° 2007-297"}, {},
         {"type": "statute", "sort": "Texte juridique", "creators": [], "number": "n° 2007-297"}),
        ("position", {"adopted_by": "Le réseau"}, {},
         {"type": "document", "sort": "Prise de position", "creators": ["Le réseau"]}),
        ("guide", {}, {}, {"type": "book", "sort": "Guide", "creators": []}),
        ("minutes", {}, {}, {"type": "hearing", "sort": "Compte rendu", "creators": []}),
    ],
)  # fmt: skip
def test_page_is_read_by_zotero_as_what_it_is(
    app: Flask, kind: str, fields: dict[str, Any], more: dict[str, Any], expected: dict[str, Any]
) -> None:
    public_id, _id = shared(app, "Nuit « d'été »", kind=kind, fields=fields, files=[(pdf("un"), "un.pdf")], **more)
    browser = Browser(app, MEMBER)
    page = browser.get(f"/ressources/{public_id}-nuit-d-ete").get_data(as_text=True)
    here = f"http://127.0.0.1:8000/ressources/{public_id}-nuit-d-ete"
    assert as_zotero_reads(page) == {"title": "Nuit « d'été »", "url": here, **expected}
    file = re.search(r'<meta name="citation_pdf_url" content="http://127.0.0.1:8000([^"]+)">', page)
    assert file is not None
    assert browser.get(file[1]).data.startswith(b"%PDF")


def test_list_costs_as_many_statements_for_one_as_for_five(app: Flask) -> None:
    browser, counts = Browser(app, MEMBER), []
    shared(app, "Un", tags=["a"])
    browser.get("/ressources")
    browser.post(SPACE, data={"format": "csv"})
    for _again in range(2):
        with CountedStatements(app) as counted:
            assert browser.post(SPACE, data={"format": "csv"}).status_code == 200
        counts.append(len(counted))
        with app.app_context():
            for n in range(4):
                share(f"Suivant {n}", tags=[f"mot {n}"])
    assert counts[0] == counts[1]


def test_command_writes_what_the_person_reads(app: Flask, tmp_path: Path) -> None:
    shared(app, "Pour le groupe")
    file = tmp_path / "liste.ris"
    done = app.test_cli_runner().invoke(args=["library", "export", "--space", OPEN, "--format", "ris", str(file)])
    assert (done.exit_code, done.output.startswith("1 reference ")) == (0, True), repr(done.exception)
    with app.test_request_context():
        assert [one.title for one in read_file("a.ris", file.read_bytes())] == ["Pour le groupe"]
    args = ["library", "export", "--space", PRIVATE, "--as", OUTSIDER, str(file)]
    done = app.test_cli_runner().invoke(args=args)
    assert done.output.startswith("0 references"), done.output
