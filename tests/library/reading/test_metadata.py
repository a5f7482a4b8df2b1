"""Titles, authors, dates and languages: proposed only where they can be true."""

from __future__ import annotations

import pytest

from app.library.reading.inside.language import guess_language
from app.library.reading.inside.metadata import plausible_author, plausible_date, plausible_language, plausible_title


@pytest.mark.parametrize(
    ("written", "proposed"),
    [
        ("Les enjeux du plan local", "Les enjeux du plan local"),
        ("Microsoft Word - Compte rendu du 5 mai", "Compte rendu du 5 mai"),
        ("Article GIS R.Badouard", "Article GIS R.Badouard"),
        ("Cannabis\n  : le  débat", "Cannabis : le débat"),
        ("Sous-préfecture", "Sous-préfecture"),
        ("Microsoft Word - SPECIAL BOARD AGENDA 040616.doc", None),
        ("rapport_final_v2", None),
        ("05 State and MSA charts.xls", None),
        ("C:\\Users\\a\\b", None),
        ("Présentation PowerPoint", None),
        ("Sans titre", None),
        ("Document1", None),
        ("COMPTE-RENDU", None),
        ("EXTRAIT", None),
        ("checklist-arrivee", None),
        ("REF", None),
        ("2014 - 15", None),
        ("Pr\ufffdsentation du plan", None),
        ("", None),
        (None, None),
    ],
)
def test_title_is_proposed_only_when_a_person_could_have_written_it(written: str | None, proposed: str | None) -> None:
    assert plausible_title(written) == proposed


@pytest.mark.parametrize(
    ("written", "proposed"),
    [
        ("Romain Badouard", "Romain Badouard"),
        ("AEMPS", "AEMPS"),
        ("Utilisateur", None),
        ("Microsoft Office User", None),
        ("kim@example.org", None),
        ("eppparekh", None),
        ("e516160", None),
        ("CN=mercedes/O=MDEF", None),
        ("python-docx", None),
        (None, None),
    ],
)
def test_author_is_a_person_or_a_body(written: str | None, proposed: str | None) -> None:
    assert plausible_author(written) == proposed


@pytest.mark.parametrize(
    ("written", "proposed"),
    [
        ("D:20150624093000+02'00'", "2015-06-24"),
        ("2015-06-24T09:30:00Z", "2015-06-24"),
        ("D:2015", "2015-01-01"),
        ("D:00000000", None),
        ("D:20151345", None),
        ("1601-01-01", None),
        ("hier", None),
        (None, None),
    ],
)
def test_date_is_a_day_of_our_times(written: str | None, proposed: str | None) -> None:
    assert plausible_date(written) == proposed


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Les élus de la commune ont voté le budget de la prévention pour les jeunes.", "fr"),
        ("Donnez votre avis sur l'avenir de l'eau", "fr"),
        ("The members of the council have voted on the budget for prevention.", "en"),
        ("Los miembros del consejo han votado el presupuesto para la prevención en la ciudad.", "es"),
        ("Die Mitglieder des Rates haben über den Haushalt für die Vorbeugung abgestimmt.", "de"),
        ("I membri del consiglio hanno votato il bilancio per la prevenzione della città.", "it"),
        ("Os membros do conselho votaram o orçamento para a prevenção na cidade.", "pt"),
        ("De leden van de raad hebben over de begroting voor preventie gestemd.", "nl"),
        ("Ročník 2021 Sbírka zákonů Česká republika Částka 162 Rozeslána dne", None),
        ("12 34 56 78", None),
        ("", None),
    ],
)
def test_language_is_guessed_from_little_words(text: str, language: str | None) -> None:
    assert guess_language(text) == language


def test_language_tags_are_reduced_to_two_letters() -> None:
    assert plausible_language("fr-FR") == "fr"
    assert plausible_language("EN") == "en"
    assert plausible_language("french") is None
