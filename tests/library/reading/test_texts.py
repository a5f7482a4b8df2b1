"""Text, CSV, HTML and Markdown: decoded whatever they declare, cut into passages."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from app.library.reading.inside.decoding import decode
from app.library.reading.inside.passages import passages, sheet_parts
from app.library.reading.inside.texts import delimiter
from tests.library.reading.samples import read, real, written

FRENCH = "L’été, les élus où qu’ils soient : « cœur » à 5 €, naïveté, çà et là."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_french_is_read_in_every_usual_encoding(encoding: str) -> None:
    assert decode(FRENCH.encode(encoding)) == FRENCH


def test_latin_9_is_told_from_windows() -> None:
    text = "Le cœur des élus bat pour la sécurité"
    assert decode(text.encode("iso-8859-15")) == text


@pytest.mark.parametrize("charset", ["mac-roman", "cp850"])
def test_french_of_an_old_macintosh_or_of_dos_is_read(charset: str) -> None:
    for text in (
        "Le procès-verbal a été signé à l'unanimité",
        "SÉCURITÉ ET TRANQUILLITÉ",
        "Ça, « où », naïf, l'été dernier",
    ):
        assert decode(text.encode(charset)) == text


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        *[(name, "Програма превенції: Совет города принял решение") for name in ("cp1251", "koi8-u", "iso8859-5")],
        *[(name, "Однажды, в студеную зимнюю пору, я из лесу вышел") for name in ("cp866", "koi8-r", "cp1251")],
        *[(name, "Το δημοτικό συμβούλιο για την ασφάλεια") for name in ("cp1253", "iso8859-7", "cp737")],
        ("cp1255", "לא ניתן לקרוא את הקובץ, אנא נסו שוב מאוחר יותר"),
        ("cp1256", "المجلس البلدي من أجل السلامة"),
    ],
)
def test_other_alphabets_are_read_in_their_own_letters(charset: str, text: str) -> None:
    assert decode(text.encode(charset)) == text


def test_no_french_text_of_windows_is_taken_for_another() -> None:
    texts = [path.read_text("utf-8") for path in sorted(real("A_documents").glob("fr_*/*.md"))[:40]]
    pieces = [text[at : at + 300] for text in texts for at in range(0, len(text), 3000)]
    written = [piece.encode("cp1252", "ignore") for piece in pieces]
    assert [decode(piece) for piece in written] == [piece.decode("cp1252") for piece in written]


def test_text_encoded_twice_is_mended() -> None:
    text = "Les élus décident déjà à l’unanimité"
    assert decode(text.encode().decode("cp1252").encode()) == text


def test_text_cut_inside_a_letter_loses_only_that_letter() -> None:
    assert decode("Les élus décidé".encode()[:-1]) == "Les élus décid"


def test_one_wrong_byte_does_not_spoil_a_text() -> None:
    text = "Élus décidés à prévenir, déjà réunis à l’été, où çà ? " * 3
    assert decode(text.encode() + b"\xff") == text + "\ufffd"


@pytest.mark.parametrize(
    ("declared", "written_in"),
    [
        ("utf-8", "cp1252"),
        ("iso-8859-1", "cp1252"),
        ("iso-8859-1", "utf-8"),
        ("x-unknown", "utf-8"),
        ("base64", "cp1252"),
    ],
)
def test_page_is_read_though_it_declares_another_charset(declared: str, written_in: str) -> None:
    page = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}"><p>{FRENCH}'
    assert FRENCH in decode(page.encode(written_in), markup=True)


def test_true_declaration_is_followed() -> None:
    page = '<?xml version="1.0" encoding="windows-1251"?><p>Привет'
    assert "Привет" in decode(page.encode("cp1251"), markup=True)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("derived_encodings/fr_csv-cp1252-semicolon.csv", "systèmes"),
        ("derived_encodings/fr_html-declares-utf8-is-cp1252.html", "« Comment"),
        ("derived_encodings/fr_iso-8859-15.txt", "systèmes"),
        ("derived_encodings/fr_mojibake-double-utf8.txt", "systèmes"),
        ("derived_encodings/fr_nfd.txt", "systèmes"),
        ("derived_encodings/fr_truncated-multibyte.txt", "systèmes"),
        ("derived_encodings/fr_utf-16-bom.txt", "systèmes"),
        ("encodings_rtl/french.txt", "comme ça"),
        ("encodings_rtl/russian.cp866.txt", "студеную зимнюю"),
        ("encodings_rtl/habibi.html", "حَبيبي"),
        ("encodings_rtl/testHTMLNoisyMetaEncoding_1~f28d.html", "الجزائري"),
        ("large_many_pages/big-preamble.html", "недвижимость"),
    ],
)
def test_real_texts_of_odd_encodings_are_read(name: str, words: str) -> None:
    text = "\n".join(page.text for page in read(real("B_edge_cases/" + name)).pages)
    assert words in text
    assert unicodedata.is_normalized("NFC", text)
    assert "\ufffd" not in text


def test_passages_are_about_four_hundred_words_of_whole_paragraphs() -> None:
    paragraphs = [f"Paragraphe {n}. " + "mot " * 97 for n in range(40)]
    cut = list(passages("\n\n".join(paragraphs)))
    assert all(300 <= len(passage.split()) <= 600 for passage in cut[:-1])
    assert all(passage.startswith("Paragraphe") for passage in cut)
    assert " ".join("\n\n".join(cut).split()) == " ".join("\n\n".join(paragraphs).split())


def test_paragraph_without_end_is_cut_all_the_same() -> None:
    assert [len(passage.split()) for passage in passages("mot " * 1000)] == [400, 400, 200]


def test_long_sentences_are_cut_where_they_end() -> None:
    cut = list(passages("Une phrase de sept mots finit ici. " * 200))
    assert all(passage.endswith("ici.") for passage in cut)
    assert len(cut) == 4


def test_empty_text_is_empty(tmp_path: Path) -> None:
    assert read(written(tmp_path, "a.txt", "  \n\n ")).status == "empty"
    assert read(written(tmp_path, "a.html", "<p> <!-- rien --></p>")).status == "empty"


def test_controls_and_half_characters_are_left_out(tmp_path: Path) -> None:
    reading = read(written(tmp_path, "a.html", "<p>pré\u00advention &#xD800; &#0; a\u200bb \u202edroite"))
    assert reading.pages[0].text == "prévention \ufffd \ufffd ab droite"


def test_scripts_and_styles_are_not_text(tmp_path: Path) -> None:
    page = """<!doctype html><html lang="fr"><head><title>Le  plan
    local</title><meta name="author" content="Ville de Lens"><meta name="dcterms.date" content="2023-04-05">
    <style>p { color: red }</style><script>if (a < b) alert("<p>non</p>")</script></head>
    <body><p>Pre<b>mier</b> para<br>graphe<p>Deuxième &eacute;t&eacute;<table><tr><td>a<td>b</table>"""
    reading = read(written(tmp_path, "a.html", page))
    assert reading.pages[0].text == "Premier para\ngraphe\n\nDeuxième été\n\na b"
    assert (reading.title, reading.author, str(reading.date), reading.lang) == (
        "Le plan local", "Ville de Lens", "2023-04-05", "fr",
    )  # fmt: skip


def test_markdown_is_read_without_its_marks(tmp_path: Path) -> None:
    front = '---\ntitle: "Mieux vivre ensemble"\ndate: 2021-02-03\nlayout: fiche\n---\n\n'
    source = front + "## Pour **qui** ?\n\nLes [élus](http://a.fr) _locaux_.\n"
    reading = read(written(tmp_path, "a.md", source))
    text = reading.pages[0].text
    assert "Pour qui ?" in text
    assert "Les élus locaux." in text
    assert "layout" not in text
    assert "Mieux vivre ensemble" in text
    assert (reading.title, str(reading.date)) == ("Mieux vivre ensemble", "2021-02-03")


def test_first_heading_is_the_title_of_markdown(tmp_path: Path) -> None:
    assert read(written(tmp_path, "a.md", "# La *réduction* des risques\n\nTexte.")).title == "La réduction des risques"


def test_table_is_one_sheet_whose_long_part_goes_on(tmp_path: Path) -> None:
    rows = "ville;habitants\n" + "".join(f"Ville-{n};{n}\n" for n in range(3000))
    reading = read(written(tmp_path, "a.csv", rows.encode("cp1252")))
    assert reading.pages[0].text.startswith("ville\thabitants\nVille-0\t0\n")
    assert ({page.unit for page in reading.pages}, reading.sheets) == ({"sheet"}, 1)
    assert reading.pages[1].label.endswith("–" + reading.pages[1].label.rsplit("–", 1)[1])
    assert sum(len(page.text.splitlines()) for page in reading.pages) == 3001


def test_separator_is_the_most_regular_one() -> None:
    assert delimiter(["a;b,c", "d;e"]) == ";"
    assert delimiter(["a,b", "c,d;"]) == ","
    assert delimiter(["a\tb", "c\td"]) == "\t"
    assert delimiter([]) == ";"


def test_quote_that_never_closes_loses_nothing(tmp_path: Path) -> None:
    reading = read(written(tmp_path, "a.csv", 'a;"b\nc;d\n'))
    assert "d" in reading.pages[0].text


def test_parts_of_a_sheet_name_their_lines() -> None:
    parts = list(sheet_parts(["x" * 9000] * 4))
    assert [(first, last) for first, last, _ in parts] == [(1, 1), (2, 2), (3, 3), (4, 4)]
