"""Formats of bibliographies: real files with their oddities come in or are named; what goes out comes back the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from app.core.errors import DomainError
from app.core.tables import disarmed, rearmed
from app.library.exchange import FORMATS, read_file
from app.library.exchange.columns import COMMON_LABELS, columns_told
from app.library.exchange.dates import is_partial, iso_of
from app.library.exchange.latex import decoded
from app.library.exchange.references import Reference
from app.library.kinds import KINDS, Field, Kind
from app.library.kinds.values import Address, Choice, Choices, Doi, LongText, Names, YesNo

STANDARD = Path(__file__).parents[3].parent / "shared" / "data" / "G_standard"
REAL = pytest.mark.skipif(not STANDARD.exists(), reason="the collection of standard files is not on this machine")


@pytest.fixture(autouse=True)
def _in_french(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


def one(name: str, text: str) -> Reference:
    found = read_file(name, text.encode())
    assert len(found) == 1
    return found[0]


def ris(*lines: str) -> Reference:
    return one("x.ris", "\n".join(("TY  - JOUR", *lines, "ER  - ")))


def real_files() -> Iterator[tuple[str, bytes]]:
    for path in [*STANDARD.glob("ris_rispy/*.ris"), *STANDARD.glob("bibtex*/*.bib")]:
        yield path.name, path.read_bytes()
    for name, ending in (("RIS", "ris"), ("BibTeX", "bib"), ("CSL_JSON", "json")):
        for n, case in enumerate(json.loads((STANDARD / "zotero_import_tests" / f"{name}.json").read_text())):
            said = case["input"] if isinstance(case["input"], str) else json.dumps(case["input"])
            yield f"{n}.{ending}", said.encode()


@pytest.mark.slow
@REAL
def test_every_entry_of_real_files_comes_in_or_is_named_and_comes_back_the_same_by_every_format() -> None:
    came, named = 0, 0
    for name, data in real_files():
        for reference in read_file(name, data):
            if reference.refusal:
                named += 1
                continue
            came += 1
            for form in FORMATS.values():
                back = read_file(f"x.{form.ending}", "".join(form.write([reference])).encode())
                assert [other.plain for other in back] == [reference.plain], (name, reference.n, form.key)
    assert (came > 120, named) == (True, 7), (came, named)


@REAL
@pytest.mark.parametrize("path", sorted(STANDARD.glob("csv_spectrum/csvs/*.csv")), ids=lambda path: path.name)
def test_table_that_is_no_list_of_references_says_so(path: Path) -> None:
    assert "title" in read_file(path.name, path.read_bytes())[0].refusal


def sample(field: Field) -> Any:
    known = {
        Names: ["Roy, Jean", "Diaz & Fils"],
        Address: "https://ville.example/a_b%20c?d=1",
        Doi: "10.5555/a_b(1)",
        YesNo: False,
        LongText: "Deux lignes\n- dont une liste",
    }
    if isinstance(field.type, Choices):
        return list(field.type.order)[:2]
    if isinstance(field.type, Choice):
        return field.type.order[0]
    return known.get(type(field.type)) or field.type.read("2021-03-05") if type(field.type) is not YesNo else False


@pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.key)
@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.key)
def test_every_kind_comes_back_whole_by_every_format(kind: Kind, form: Any) -> None:
    kept = Reference(
        kind=kind,
        title="=HYPERLINK(1) : 50 % & {plus} \\ #3 <i_1>",
        summary="@somme, de « tout »; et ~ rien\nTY  - JOUR\nER  -",
        body="-1er paragraphe\n\n'=second @article{x,",
        source="Ville de Castelmaure and friends, Inc." if kind.asks("source") else "",
        date="2021-03-05" if kind.asks("dated_on") else "",
        lang="fr",
        tags=["Nuit", "Médiation"],
        fields={field.name: sample(field) for field in kind.fields},
    )
    text = "".join(form.write([kept, kept]))
    assert [back.plain for back in read_file(f"x.{form.ending}", text.encode())] == [kept.plain] * 2


def whole(kind: Kind) -> Reference:
    return Reference(
        kind=kind,
        title="Un titre",
        summary="Un résumé",
        body="Un texte",
        source="Ville de Castelmaure" if kind.asks("source") else "",
        date="2021-03-05" if kind.asks("dated_on") else "",
        lang="fr",
        tags=["Nuit", "Médiation"],
        fields={field.name: sample(field) for field in kind.fields},
    )


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.key)
def test_table_whose_columns_are_named_as_on_the_pages_comes_back_whole(kind: Kind, language: str) -> None:
    heads, cells = "".join(FORMATS["csv"].write([whole(kind)])).lstrip("\ufeff").split("\r\n", 1)
    with force_locale(language):
        own = {one.name: str(one.label) for one in kind.fields}
        date = str(kind.called.get("dated_on", COMMON_LABELS["date"]))
        called = {**{name: str(label) for name, label in COMMON_LABELS.items()}, "date": date, **own}
        assert [*own.values()] == dict(columns_told())[str(kind.label)]
    said = ";".join(called.get(name, name) for name in heads.split(";")).upper()
    assert [back.plain for back in read_file("x.csv", f"{said}\r\n{cells}".encode())] == [whole(kind).plain]


def test_table_put_together_by_hand_is_read_in_french_or_english() -> None:
    heads = "Intitulé;AUTEUR;Mots cles;Type de ressource;Lien;Éditeur"
    found = one("a.csv", f"{heads}\nBilan;CLSPD;nuit, bruit;guide;https://v.example/;La ville\n")
    assert (found.title, found.source, found.tags, found.kind.key) == ("Bilan", "CLSPD", ["nuit", "bruit"], "guide")
    assert found.fields == {"address": "https://v.example/", "publisher": "La ville"}
    press = one("a.csv", "Titre;Auteurs;Journal;Type;Date de parution\nUn;A. Roy;Le Jour;article;5 juillet 2021\n")
    assert (press.fields, press.date) == ({"authors": ["A. Roy"], "outlet": "Le Jour"}, "2021-07-05")


def test_column_under_its_own_name_counts_before_one_that_may_mean_it() -> None:
    found = one("a.csv", "kind,title,type\nreport,Bilan,pdf\n")
    assert (found.kind.key, found.remarks) == ("report", [])


def test_type_that_is_the_format_of_a_file_is_no_kind_and_no_trouble() -> None:
    assert one("a.csv", "title,type\nBilan,PDF\n").remarks == []
    assert "thèse" in one("a.csv", "titre,type\nBilan,thèse\n").remarks[0]


def test_a_new_kind_travels_with_its_entry_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    charter = Kind("charter", "Charte", "Chartes", str, "", "other", "t-other", (), (Field("signers", "S", Names()),))
    monkeypatch.setitem(KINDS, "charter", charter)
    kept = Reference(kind=charter, title="Charte de nuit", fields={"signers": ["Roy, Jean"]})
    for form in FORMATS.values():
        assert read_file(f"x.{form.ending}", "".join(form.write([kept])).encode())[0].plain == kept.plain


def test_records_without_end_are_told_apart_and_what_stands_between_is_passed_over() -> None:
    text = "﻿Fournisseur: X\r\n1.\r\nTY  - NEWS\r\nTI  - Un\r\nTY  - RPRT\r\nTI  - Deux\r\nER  -\r\n2.\r\n"
    assert [(r.kind.key, r.title) for r in read_file("a.ris", text.encode())] == [("press", "Un"), ("report", "Deux")]


def test_encodings_of_old_programs_are_read() -> None:
    text = "TY  - JOUR\nTI  - Prévention à Évry\nER  - \n"
    for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16"):
        assert read_file("a.ris", text.encode(encoding))[0].title == "Prévention à Évry"


def test_letters_of_another_encoding_do_not_spoil_a_list_put_together_from_several() -> None:
    text = "TY  - JOUR\nTI  - Prévention à Évry\nER  - \n".encode() + "TY  - JOUR\nTI  - Café\nER  - \n".encode(
        "cp1252"
    )
    assert [one.title for one in read_file("a.ris", text)] == ["Prévention à Évry", "Café"]
    capitals = "TY  - JOUR\nTI  - LA QUALITÉ\u00a0: un été\nER  - \n"  # two letters that together would be UTF-8
    assert read_file("a.ris", capitals.encode("cp1252"))[0].title == "LA QUALITÉ : un été"


@pytest.mark.parametrize("day", ["JUL", "JUL 12", "05/07"])
def test_year_is_kept_where_another_tag_says_but_the_day(day: str) -> None:
    assert ris("TI  - Un", f"DA  - {day}", "PY  - 2019").fields["year"] == 2019
    report = one("a.ris", f"TY  - RPRT\nTI  - Un\nDA  - {day}\nPY  - 2019\nER  - ")
    assert (report.date, report.remarks) == ("2019", [])


def test_unknown_type_comes_in_among_the_others_and_is_named() -> None:
    found = one("a.ris", "TY  - HOLO\nTI  - Un hologramme\nER  - ")
    assert (found.kind.key, "HOLO" in found.remarks[0]) == ("other", True)


def test_marks_of_databases_go_and_mathematics_stay() -> None:
    found = ris("TI  - <i>Vibrio</i> &amp; <b>risque</b> p < 0,05", "AB  - <jats:p>Un</jats:p>")
    assert (found.title, found.summary) == ("Vibrio & risque p < 0,05", "Un")


def test_what_is_too_long_is_cut_and_said() -> None:
    found = ris(f"TI  - {'long ' * 5000}", f"AB  - {'x' * 10**6}", *(f"AU  - N{n}, A." for n in range(60)))
    assert (len(found.title), len(found.summary), len(found.fields["authors"])) == (300, 2000, 40)
    assert len(found.remarks) == 3


def test_what_a_kind_asks_and_is_missing_is_said_and_no_title_is_refused() -> None:
    assert "Auteurs" in ris("TI  - Sans auteur").remarks[0]
    assert ris("AU  - Roy, J.").refusal == "Cette référence n’a pas de titre."


def test_field_that_cannot_be_read_is_named_and_the_rest_comes_in() -> None:
    found = ris("TI  - Un", "DO  - pas un doi", "PY  - 2020")
    assert (found.fields["year"], "DOI" in " ".join(found.remarks)) == (2020, True)


def test_letters_of_latex_are_read() -> None:
    said = r"{\'E}cole {d'\^{\i}}le, S{\o}ren, \v{c}a, \c ca va, na\"{\i}f, \oe uvre, 5\,\% \& \textit{rien}~--~\LaTeX"
    assert decoded(said) == "École d'île, Søren, ča, ça va, naïf, œuvre, 5% & rien\u00a0–\u00a0LaTeX"


def test_broken_entry_is_named_and_reading_goes_on_at_the_next() -> None:
    text = (
        "@article{un, title={Un, sans fin\n\n"
        "@book{deux,\n title = {Deux} year = 2001, author={A and B}}\n@article{un,title=x#{y}}"
    )
    found = read_file("a.bib", text.encode())
    assert [(r.title, bool(r.refusal)) for r in found] == [("", True), ("Deux", False), ("xy", False)]
    assert "un" in found[0].refusal
    assert (found[1].fields["year"], found[1].fields["authors"]) == (2001, ["A", "B"])


def test_abbreviations_parents_and_comments_of_bibtex_are_followed() -> None:
    text = (
        '@string{j = "Revue"} @comment{rien, du tout} @preamble{"x"}\n'
        "@article(un, journal = j # { de nuit}, title = {Un}, month = mar, year = 2020, crossref = {p})\n"
        "@proceedings{p, title = {Actes}, publisher = {Presses}}"
    )
    first = read_file("a.bib", text.encode())[0]
    assert (first.fields["journal"], first.fields["year"]) == ("Revue de nuit", 2020)


@pytest.mark.parametrize("finer", ["newspaper", "Magazine"])
def test_article_of_biblatex_that_says_it_is_of_the_press_is_press(finer: str) -> None:
    entry = "@article{x, title={Un}, author={Roy, J.}, journaltitle={Le Jour}, entrysubtype={%s}}"
    found = one("a.bib", entry % finer)
    assert (found.kind.key, found.fields["outlet"]) == ("press", "Le Jour")
    assert one("a.bib", entry % "nothing known").kind.key == "research"


@pytest.mark.parametrize("spaces", ["  ", " ", ""])
def test_line_of_an_abstract_that_looks_like_a_tag_is_not_lost(spaces: str) -> None:
    lines = ("TY- RPRT", "TI- Un", "AB- Programmes suivis :", "UE - Un programme", "EN - B", "KW- Nuit", "ER- ")
    found = one("a.ris", "\n".join(line.replace("-", f"{spaces}-", 1) if line[2] == "-" else line for line in lines))
    kept = "Programmes suivis :\nUE - Un programme\nEN - B"
    assert (found.summary, found.tags) == (kept, ["Nuit"])


def test_table_of_a_spreadsheet_may_name_columns_as_a_manifest_does() -> None:
    found = one("a.csv", "Title,kind,authors,url,date\nUn,Article de presse,A. Roy,https://j.example/1,2021\n")
    assert (found.kind.key, found.date, found.fields) == (
        "press",
        "2021",
        {"authors": ["A. Roy"], "address": "https://j.example/1"},
    )


def test_table_names_its_separator_as_excel_does() -> None:
    found = read_file("a.csv", b'sep=,\r\ntitle,kind\r\n"Un; deux",Rapport\r\n')
    assert [(one.title, one.kind.key) for one in found] == [("Un; deux", "report")]


def test_quotation_mark_that_is_never_closed_is_told_and_swallows_nothing_in_silence() -> None:
    said = read_file("a.csv", 'title;kind\nZéro;report\n"Un;report\nDeux;report\n'.encode())
    assert [one.title for one in said] == ["Zéro", ""]
    assert (said[1].n, "guillemet" in said[1].refusal) == (2, True)
    whole = read_file("a.csv", b'title;kind\n"Un\nsur deux lignes";"report"')
    assert [one.title for one in whole] == ["Un sur deux lignes"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.ris", b""),
        ("a.exe", b"x"),
        ("a.json", b"{"),
        ("a.json", b"[" * 100_000),
        ("a.json", b'{"a": 1}'),
        ("a.json", b"[]"),
        ("a.ris", b"x" * (6 * 1024 * 1024)),
        ("a.ris", b"TY  - JOUR\n" * 2002),
    ],
)
def test_file_of_which_nothing_can_be_made_is_refused_in_words(name: str, data: bytes) -> None:
    with pytest.raises(DomainError) as refusal:
        read_file(name, data)
    assert str(refusal.value.message).endswith(".")


@pytest.mark.parametrize("name", ["a.ris", "a.bib", "a.csv", "a.json"])
@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe\x00",
        b"\x00\x01\x02" * 400,
        b"@article{",
        b'@{{{{"',
        b'"\n;;;"',
        b"[1, null, {}]",
        b"@string{a=",
        b"ER  - \nTI  - x",
        b'title\n"x',
    ],
)
def test_no_file_breaks_the_reading(name: str, data: bytes) -> None:
    with suppress(DomainError):
        assert all(reference.refusal or reference.title for reference in read_file(name, data))


@pytest.mark.parametrize(
    "text", ["=1", "+33", "-x", "@a", "'=1", "''=1", " =1", "\n=1", "' '=1", "l'eau", "'eau", "＝1"]
)
def test_cell_that_a_spreadsheet_would_run_is_disarmed_and_comes_back(text: str) -> None:
    cell = disarmed(text)
    assert not cell.lstrip(" \n").startswith(("=", "+", "-", "@", "＝"))
    assert rearmed(cell) == text


@pytest.mark.parametrize(
    ("said", "iso"),
    [
        ("1948/07//", "1948-07"),
        ("2014//", "2014"),
        ("2009/02/30/", "2009-02"),
        ("2021/3/5/été", "2021-03-05"),
        ("Mar 1996", "1996-03"),
        ("2017 Jun", "2017-06"),
        ("2010-05/2011-06", "2010-05"),
        ("1982~", "1982"),
        ("vers 1890", "1890"),
        ("sans date", ""),
    ],
)
def test_dates_are_read_as_far_as_they_are_known(said: str, iso: str) -> None:
    assert iso_of(said) == iso


@pytest.mark.parametrize(
    ("said", "partial"),
    [
        ("32/13/2020", True),
        ("2009/02/30/", True),
        ("5 juillet 2021", False),
        ("2021-03-05T10:20:30Z", False),
        ("vers 1890", False),
    ],
)
def test_date_read_in_part_is_said(said: str, *, partial: bool) -> None:
    assert is_partial(said, iso_of(said)) is partial
