"""File names: every script kept, nothing that can harm or mislead."""

from __future__ import annotations

import unicodedata

import pytest

from app.library.reading.names import MAX_NAME, safe_name, split_extension


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("rapport.pdf", "rapport.pdf"),
        ("Procès-verbal d’assemblée générale «été 2025».pdf", "Procès-verbal d’assemblée générale «été 2025».pdf"),
        ("תקציר.pdf", "תקציר.pdf"),
        ("報告書.pdf", "報告書.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\Mairie\\note.doc", "note.doc"),
        ("facture\u202efdp.exe", "facturefdp.exe"),
        ("note\u2066\u2069\u200f.txt", "note.txt"),
        ("a\0b.pdf", "ab.pdf"),
        ("rapport\ttab\nligne.pdf", "rapport tab ligne.pdf"),
        ("demi\ud800caractère.pdf", "demicaractère.pdf"),
        ("rapport.pdf. . .", "rapport.pdf"),
        ("<img src=x onerror=alert(1)>.pdf", "‹img src=x onerror=alert(1)›.pdf"),
        ('O\'Brien "rapport" <v2>.pdf', "O'Brien ”rapport” ‹v2›.pdf"),
        ("=cmd|' calc'!A0.pdf", "=cmd¦' calc'!A0.pdf"),
        (" .pdf", "fichier.pdf"),
        ("..pdf", "fichier.pdf"),
        ("...", "fichier"),
        ("", "fichier"),
        ("\u202e\u200b", "fichier"),
        ("ﹻ\u200d\u200crapport\ufeff.pdf", "ﹻ\u200d\u200crapport.pdf"),
        ("rapport", "rapport"),
        ("n° 3.5 du 12.06", "n° 3.5 du 12.06"),
    ],
)
def test_name_becomes_harmless(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_accents_are_composed() -> None:
    assert safe_name(unicodedata.normalize("NFD", "Élus.odt")) == "Élus.odt"


def test_long_name_is_cut_before_its_extension() -> None:
    name = safe_name("é" * 300 + ".odt")
    assert len(name) == MAX_NAME
    assert name.endswith("é.odt")


def test_long_name_is_not_cut_inside_a_letter() -> None:
    stem = "a" * 195 + "x\u0323\u0307\u0301" * 30
    kept = split_extension(safe_name(stem + ".pdf"))[0]
    assert not unicodedata.combining(safe_name(stem)[len(kept)])


def test_making_a_name_safe_twice_changes_nothing() -> None:
    for name in ("../a\u202eb.pdf. ", "x" * 400 + ".tar.gz", " .pdf", "été\u0301.doc"):
        assert safe_name(safe_name(name)) == safe_name(name)
