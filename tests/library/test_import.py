"""``flask library …``: a folder comes in whole or says why not, once, however often it is asked."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.db import transaction
from app.core.storage import storage
from app.extensions import db
from app.library.importing import entries_of, import_all, title_of
from app.library.models import Blob, Reading, Resource
from app.library.operations import remove_resource
from app.spaces.queries import space_by_slug
from tests.library.shelves import pdf
from tests.people import FACILITATOR, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import loaded


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "envoi"
    (place / "sous-dossier").mkdir(parents=True)
    (place / "Bilan_2020.pdf").write_bytes(pdf("Le bilan"))
    (place / "sous-dossier" / "note.txt").write_text("Une note de la ville", encoding="utf-8")
    (place / "vide.pdf").write_bytes(b"")
    (place / "programme.exe").write_bytes(b"MZ")
    (place / ".cache").write_text("x")
    return place


def run(app: Flask, *arguments: str) -> Any:
    return app.test_cli_runner().invoke(args=["library", *arguments], catch_exceptions=False)


def told(app: Flask, *arguments: str) -> dict[str, Any]:
    result = run(app, "import", *arguments, "--json")
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.output)
    return answer


def resources(app: Flask) -> list[Resource]:
    with app.app_context():
        return list(db.session.scalars(select(Resource).order_by(Resource.sort_key)))


def test_every_file_is_in_or_named_with_its_reason(app: Flask, folder: Path) -> None:
    answer = told(app, str(folder), "--space", OPEN)
    assert answer["counts"] == {"imported": 2, "refused": 2}
    reasons = {one["path"]: one["reason"] for one in answer["files"] if one["outcome"] == "refused"}
    assert set(reasons) == {"vide.pdf", "programme.exe"}
    assert all(reasons.values())
    assert [one.title for one in resources(app)] == ["Bilan 2020", "note"]
    assert {one.kind for one in resources(app)} == {"other"}


def test_import_run_again_makes_no_doubles(app: Flask, folder: Path) -> None:
    told(app, str(folder), "--space", OPEN)
    (folder / "encore.txt").write_text("Arrivé plus tard", encoding="utf-8")
    answer = told(app, str(folder), "--space", OPEN)
    assert answer["counts"] == {"imported": 1, "already_there": 2, "refused": 2}
    assert len(resources(app)) == 3
    assert told(app, str(folder), "--space", PRIVATE)["counts"]["imported"] == 3


def test_import_interrupted_goes_on_where_it_was(app: Flask, folder: Path) -> None:
    def interrupt(_fate: Any) -> None:
        raise KeyboardInterrupt

    with app.app_context(), pytest.raises(KeyboardInterrupt):
        space = space_by_slug(OPEN)
        assert space is not None
        import_all(loaded(FACILITATOR), space, entries_of(folder, None), tell=interrupt)
    assert len(resources(app)) == 1
    told(app, str(folder), "--space", OPEN)
    assert [one.title for one in resources(app)] == ["Bilan 2020", "note"]


def test_removed_resource_may_be_brought_again(app: Flask, folder: Path) -> None:
    told(app, str(folder), "--space", OPEN)
    with app.app_context(), transaction():
        for one in db.session.scalars(select(Resource)):
            remove_resource(loaded(FACILITATOR), one)
    assert told(app, str(folder), "--space", OPEN)["counts"]["imported"] == 2


def test_manifest_names_dates_and_tags(app: Flask, folder: Path) -> None:
    manifest = folder / "manifest.csv"
    manifest.write_text(
        "path,title,author,date,lang,kind,tags,bytes\n"
        'Bilan_2020.pdf,Bilan de l\'année,CLSPD,2021-07-05,fr,report,"Médiation, Nuit",123\n'
        "absent.pdf,Absent,,,,,,\n"
        "../ailleurs.pdf,Ailleurs,,,,,,\n",
        encoding="utf-8-sig",
    )
    answer = told(app, str(folder), "--space", OPEN, "--manifest", str(manifest), "--as", MEMBER)
    assert answer["counts"] == {"imported": 1, "refused": 5}
    reasons = {one["path"]: one["reason"] for one in answer["files"]}
    assert reasons["absent.pdf"] == "not in the folder"
    assert reasons["../ailleurs.pdf"] == "outside the folder"
    assert reasons["sous-dossier/note.txt"] == "not listed in the manifest"
    with app.app_context():
        made = db.session.scalars(select(Resource)).one()
        assert (made.title, made.source, made.dated_on, made.lang) == (
            "Bilan de l'année",
            "CLSPD",
            "2021-07-05",
            "fr",
        )
        assert (made.kind, [tag.label for tag in made.tags]) == ("report", ["Médiation", "Nuit"])
        assert made.author_id == loaded(MEMBER).id


def test_manifest_of_any_spreadsheet_and_any_system_finds_its_files(app: Flask, folder: Path, tmp_path: Path) -> None:
    (folder / "sous-dossier" / unicodedata.normalize("NFD", "Été.txt")).write_text("Un été apaisé", encoding="utf-8")
    manifest = tmp_path / "liste.csv"
    rows = "Bilan_2020.pdf;Été à Évry;Rapport\nsous-dossier\\Été.txt;Deuxième;vidéo\n"
    manifest.write_bytes(f"sep=;\nPath;Title;Kind\n{rows}".encode("cp1252"))
    answer = told(app, str(folder), "--space", OPEN, "--manifest", str(manifest))
    assert answer["counts"]["imported"] == 2
    assert [(one.title, one.kind) for one in resources(app)] == [("Deuxième", "other"), ("Été à Évry", "report")]
    assert [one["reason"] for one in answer["files"] if "vidéo" in one["reason"]] == [
        "kind: « vidéo » is not known here."
    ]


def test_manifest_may_name_its_columns_in_french(app: Flask, folder: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "liste.csv"
    manifest.write_text(
        "Fichier;TITRE;Auteur;Date du document;Langue;Type;Mots-clés;Résumé;Période couverte\n"
        "Bilan_2020.pdf;Bilan;CLSPD;05/07/2021;fr;Rapport;Nuit, Bruit;En bref;2020\n"
        "sous-dossier/note.txt;Note;;;;txt;;;\n",
        encoding="utf-8",
    )
    answer = told(app, str(folder), "--space", OPEN, "--manifest", str(manifest))
    assert [one["reason"] for one in answer["files"] if one["outcome"] == "imported"] == ["", ""]
    with app.app_context():
        made, note = db.session.scalars(select(Resource).order_by(Resource.sort_key)).all()
        assert (made.title, made.source, made.dated_on, made.lang) == ("Bilan", "CLSPD", "2021-07-05", "fr")
        assert (made.kind, made.summary, made.fields) == ("report", "En bref", {"period": "2020"})
        assert ([tag.label for tag in made.tags], note.kind) == (["Bruit", "Nuit"], "other")


def test_link_that_leads_out_of_the_folder_brings_nothing_in(app: Flask, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("Rien pour la bibliothèque")
    (folder / "lien.txt").symlink_to(tmp_path / "secret.txt")
    answer = told(app, str(folder), "--space", OPEN)
    assert {one["path"]: one["reason"] for one in answer["files"]}["lien.txt"] == "outside the folder"
    assert "lien" not in [one.title for one in resources(app)]


def test_files_may_be_read_at_once(app: Flask, folder: Path) -> None:
    told(app, str(folder), "--space", OPEN, "--wait")
    with app.app_context():
        assert set(db.session.scalars(select(Blob.reading))) == {Reading.SEARCHABLE}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["/nulle/part", "--space", OPEN], "not a folder"),
        (["{folder}", "--space", "inconnu"], "no space"),
        (["{folder}", "--space", OPEN, "--as", "personne@nulle.example"], "no account"),
        (["{folder}", "--space", OPEN, "--as", OUTSIDER], "does not write"),
        (["{folder}", "--space", OPEN, "--manifest", "{folder}/absent.csv"], "cannot be read"),
        (["{folder}", "--space", OPEN, "--manifest", "{folder}/sous-dossier/note.txt"], "column names"),
        (["{folder}", "--space", OPEN, "--manifest", "{folder}/sans-fin.csv"], "never closed"),
    ],
)
def test_import_that_cannot_begin_says_why(app: Flask, folder: Path, arguments: list[str], words: str) -> None:
    (folder / "sans-fin.csv").write_text('path;title\nBilan_2020.pdf;"Un\nsous-dossier/note.txt;Deux\n')
    result = run(app, "import", *(one.replace("{folder}", str(folder)) for one in arguments))
    assert result.exit_code != 0
    assert words in result.output
    assert resources(app) == []


def test_title_comes_from_the_name() -> None:
    assert title_of("Compte_rendu  du_conseil.pdf") == "Compte rendu du conseil"
    assert title_of(b"\xe9t\xe9.pdf".decode("utf-8", "surrogateescape")) == "�t�"


def test_lost_and_damaged_files_are_found(app: Flask, folder: Path) -> None:
    told(app, str(folder), "--space", OPEN)
    assert run(app, "verify").exit_code == 0
    with app.app_context():
        first, second = db.session.scalars(select(Blob.sha256).order_by(Blob.id))
        storage().remove(first)
        storage().path(second).write_bytes(b"autre chose")
    result = run(app, "verify")
    assert result.exit_code == 1
    assert f"lost       {first}" in result.output
    assert f"damaged    {second}" in result.output
    with app.app_context():
        storage().remove(second)


def test_state_counts_resources_and_files(app: Flask, folder: Path) -> None:
    told(app, str(folder), "--space", OPEN)
    shown = run(app, "state").output
    assert "resources      2" in shown
    assert "waiting        2" in shown
    assert "1 file will be read again" in run(app, "reread", "--type", "txt", "--type", "xlsx").output
    assert "2 files will be read again" in run(app, "reread").output
