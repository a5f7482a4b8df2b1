"""The thesaurus as a file: what goes out comes back the same on an empty site; bad files are answered in sentences."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app.core.db import transaction
from app.core.errors import DomainError
from app.extensions import db
from app.library.models import Tag
from app.library.thesaurus.files import all_terms, file_of, terms_of_file
from app.library.thesaurus.operations import bring_in
from app.library.thesaurus.saying import TermSaid
from app.library.thesaurus.starting import start_thesaurus
from app.library.thesaurus.triples import MOST_STATEMENTS
from tests.people import ADMIN, Cast

TURTLE = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
PREFIX : <http://voc.example/>
# un commentaire
:drogues a skos:Concept ; skos:prefLabel "Drogues"@fr , "Drugs"@en ; skos:narrower :crack, :caarud ;
    skos:definition \"\"\"Ce que "drogue"
veut dire.\"\"\"@fr-FR ; .
:crack a skos:Concept ; skos:prefLabel 'Crack' ; skos:altLabel "free\\u002Dbase"@fr ;
    skos:related :caarud ; skos:note [ a :x ] .
<http://voc.example/caarud> skos:prefLabel "Caarud"@fr, "Kontakt"@de ; skos:notation 12.5 ; :liste ( :a "b" true ) .
"""
XML = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:s="http://www.w3.org/2004/02/skos/core#"
 xml:base="http://voc.example/" xml:lang="fr">
<s:Concept rdf:about="drogues"><s:prefLabel>Drogues</s:prefLabel><s:prefLabel xml:lang="en">Drugs</s:prefLabel>
 <s:definition>Ce que "drogue" veut dire.</s:definition>
 <s:narrower><rdf:Description rdf:ID="crack" s:prefLabel="Crack"><s:altLabel>free-base</s:altLabel>
  <s:related rdf:resource="caarud"/></rdf:Description></s:narrower></s:Concept>
<rdf:Description rdf:about="caarud"><s:prefLabel>Caarud</s:prefLabel>
 <s:broader rdf:resource="drogues"/></rdf:Description>
</rdf:RDF>"""
MEANT = [
    TermSaid.of(fr="Drogues", en="Drugs", note_fr='Ce que "drogue" veut dire.'),
    TermSaid.of(fr="Crack", alt_fr=["free-base"], broader=["Drogues"], related=["Caarud"]),
    TermSaid.of(fr="Caarud", broader=["Drogues"]),
]
BILLION = '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]><rdf:RDF xmlns:rdf="x">&b;</rdf:RDF>'
INSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.mark.parametrize(("name", "text"), [("a.ttl", TURTLE), ("a.rdf", XML)])
def test_skos_of_others_is_understood(context: Flask, name: str, text: str) -> None:
    found = sorted(terms_of_file(name, text.encode()), key=lambda one: one.fr)
    assert found == sorted(MEANT, key=lambda one: one.fr)


@pytest.mark.parametrize("form", ["ttl", "rdf", "csv"])
def test_what_goes_out_comes_back_the_same_on_an_empty_site(context: Flask, form: str) -> None:
    names = {"fr": "L'« été » & <co>", "en": 'a "b" \\ c', "alt_fr": ["=1+1", "é\\n"]}
    odd = TermSaid.of(**names, note_fr="Deux ; trois", id="abcdefghij")
    with transaction():
        start_thesaurus()
        bring_in(None, [odd], origin="test")
    before = all_terms()
    text = file_of(before, form)
    with transaction() as session:
        session.execute(delete(Tag))
    with transaction():
        bring_in(None, terms_of_file(f"x.{form}", text.encode()), origin="test")
    db.session.expire_all()
    assert all_terms() == before
    assert len(before) > 160


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.ttl", b"<x> <y> ."),
        ("a.ttl", b"@prefix a: <b> . a:b c:d a:e ."),
        ("a.ttl", b'<x> <y> "jamais ferme'),
        ("a.ttl", b"\xff\xfe\x00\xd8 \x00"),
        ("a.ttl", b"<x> <y> " + b"[ <z> " * 3000),
        ("a.ttl", b"<x> <y> " + b"( " * 3000),
        ("a.ttl", b"@prefix : <b> . " + b":a :b :c . " * (MOST_STATEMENTS // 3000)),
        ("a.rdf", BILLION.encode()),
        ("a.rdf", INSIDE.encode()),
        ("a.rdf", b"<a>" * 5000),
        ("a.rdf", b"pas du XML \x00"),
        ("a.rdf", b'<?xml version="1.0" encoding="inconnu"?><a/>'),
        ("a.rdf", b"<a b:c='d'/>"),
        ("a.csv", b"colonne,autre\n1,2\n"),
        ("a.csv", b""),
        ("a.csv", b"PK\x03\x04"),
        ("a.docx", b"x"),
        ("", b""),
    ],
)
def test_bad_files_are_answered_in_sentences(context: Flask, name: str, data: bytes) -> None:
    with pytest.raises(DomainError) as refusal:
        terms_of_file(name, data)
    assert len(str(refusal.value.message)) > 15


def test_a_large_file_is_read_within_a_moment(context: Flask) -> None:
    head = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    terms = [f'<t{n}> a skos:Concept ; skos:prefLabel "Terme {n}"@fr, "Term {n}"@en .' for n in range(3000)]
    start = time.process_time()
    assert len(terms_of_file("a.ttl", (head + "\n".join(terms)).encode())) == len(terms)
    assert time.process_time() - start < 3


def test_import_is_tried_then_done_with_a_report(app: Flask, cast: Cast, browser: Any) -> None:
    admin = browser(ADMIN)
    sent = {"file": (io.BytesIO(TURTLE.encode()), "voc.ttl")}
    trial = admin.post("/mots-cles/importer", sent, content_type="multipart/form-data")
    address = trial.headers["Location"]
    page = admin.get(address).get_data(as_text=True)
    assert ("Importer 3 termes" in page.replace("\u00a0", " "), "Crack" in page) == (True, True)
    with app.app_context():
        assert db.session.scalar(select(Tag.id)) is None
    admin.post(f"{address}/lancer")
    assert "Drogues,ajouté" in admin.get(f"{address}/rapport.csv").get_data(as_text=True).replace(";", ",")
    given = admin.post("/mots-cles/exporter", {"format": "ttl"})
    assert 'skos:prefLabel "Drogues"@fr' in given.get_data(as_text=True)
    long = "terme;note\n" + "x" * 300 + ";\nRue;" + "y" * 1001 + "\n"
    sent = {"file": (io.BytesIO(long.encode()), "long.csv")}
    address = admin.post("/mots-cles/importer", sent, content_type="multipart/form-data").headers["Location"]
    page = admin.get(address).get_data(as_text=True).replace("\u00a0", " ")
    assert ("x" * 89 + "…" in page, "x" * 90 in page) == (True, False)
    assert ("80 caractères au plus" in page, "1000 caractères au plus" in page, "Sera ajouté" in page) == (
        True,
        True,
        False,
    )
    refused = admin.post("/mots-cles/importer", {"file": (io.BytesIO(INSIDE.encode()), "x.rdf")})
    assert (refused.status_code, "DOCTYPE" in refused.get_data(as_text=True)) == (422, True)
    assert admin.post("/mots-cles/importer", {}).status_code == 422


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_commands_write_and_read_files(app: Flask, tmp_path: Path) -> None:
    run = app.test_cli_runner()
    assert "167 terms added" in run.invoke(args=["library", "thesaurus", "start"]).output
    for ending in ("ttl", "rdf", "csv"):
        file = tmp_path / f"t.{ending}"
        assert "167 terms written" in run.invoke(args=["library", "thesaurus", "export", str(file)]).output
        said = run.invoke(args=["library", "thesaurus", "import", "--dry-run", str(file)]).output
        assert "0 terms would be added or changed, 167 read" in said
    (tmp_path / "n.csv").write_text("terme;termes plus larges\nNeuf;Prison\n;x\n")
    said = run.invoke(args=["library", "thesaurus", "import", str(tmp_path / "n.csv")]).output
    assert "The French label is missing" in said
    assert "1 term added or changed, 2 read" in said
    assert run.invoke(args=["library", "thesaurus", "export", str(tmp_path / "a.doc")]).exit_code == 1
