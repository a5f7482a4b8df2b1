"""What a document says of itself - title, author, date - kept only where it can be true."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from .cleaning import clean_text
from .language import GUESSED, guess_language

_LONGEST = 300
_SHORTEST = 4
_SHORT_TEXT = 60  # words
_EARLIEST, _LATEST = 1900, 2100

_SOFTWARE_BEFORE = re.compile(
    r"^(microsoft (office )?(word|powerpoint|excel)|powerpoint|openoffice|libreoffice|adobe \w+|"
    r"impression de|print(ing)? of)\s*[-–:]+\s*",
    re.IGNORECASE,
)
_FILE_NAME = re.compile(
    r"\.(docx?|pdf|odt|rtf|xlsx?|pptx?|indd|qxp|qxd|tex|html?|ai|psd|pub|pmd|wpd|dvi|ps|txt|eps|cdr)$", re.IGNORECASE
)
_PATH = re.compile(r"^([a-z]:\\|\\\\|/|file:)|[\\/][^ ]+[\\/]", re.IGNORECASE)
# A name made by a machine: no space, and digits or underscores (2015_06_CR_v2, IMG0021, scan-001).
_MACHINE = re.compile(r"^[^\s]*[\d_][^\s]*$|^[a-z]+([-.][a-z]+)+$")
_MEANINGLESS = re.compile(
    r"^(untitled|sans[ -]?titre|sans nom|title|titre|template|mod[eè]le|test|index|none|null|letterhead"
    r"|pr[ée]sentation ?\d*|(pr[ée]sentation|presentaci[oó]n de) ?powerpoint|powerpoint[- ]pr[äae]sentation"
    r"|titre (du document|de la fiche|de l['’]article|de la pr[ée]sentation)|nouveau document|diaporama"
    r"|(document|classeur|feuil|feuille|workbook|book|sheet|slide|diapositive|page|image|scan|doc|dossier|livre) ?\d*"
    r"|adobe photoshop (pdf|image)|enscript output|full page photo( print)?|\(?anonymous\)?|\(?unspecified\)?"
    # True, and of no use: the kind of the document alone, on every one of a town's files.
    r"|extrait( du registre.*)?|compte[- ]rendu|proc[èe]s[- ]verbal|rapport|note|courrier|annexe|convocation"
    r"|arr[êe]t[ée]|d[ée]lib[ée]ration|ordre du jour|informe|oficio|documento|bericht|dokumentvorlage.*)$",
    re.IGNORECASE,
)
_NOT_A_PERSON = re.compile(
    r"^(user|utilisateur|usuario|administrator|administrateur|admin|owner|propri[ée]taire|unknown|inconnu|default"
    r"|pc|poste ?\d*|office|client|microsoft( office)?( user)?|utilisateur (de )?(microsoft )?(office|windows)"
    r"|windows( user)?|hp|dell|acer|asus|lenovo|compaq|apache poi|openpyxl|python-docx|libreoffice|openoffice(\.org)?"
    r"|(xerox|canon|ricoh|konica|kyocera|acrobat|adobe|pdf|latex).*|scan(ner)?|pandoc|none|null"
    r"|\(?anonymous\)?|\(?unspecified\)?)$",
    re.IGNORECASE,
)
_PDF_DATE = re.compile(r"^(?:D:)?(\d{4})(\d{2})?(\d{2})?")
_ISO_DATE = re.compile(r"^(\d{4})-(\d{2})-(\d{2})")


def about(raw: dict[str, Any], sample: str, declared: str | None = None) -> dict[str, str | None]:
    """Return title, author, date (ISO) and lang as they may be proposed; each None where nothing is worth it.

    `raw` holds Title, Author, CreationDate (or title, author, date) as found in the file. The language comes from
    the text; the declared one counts only when the text is too short to tell.
    """
    found = {key.lower(): value for key, value in raw.items() if isinstance(value, str)}
    return {
        "title": plausible_title(found.get("title")),
        "author": plausible_author(found.get("author")),
        "date": plausible_date(found.get("creationdate") or found.get("date")),
        "lang": guess_language(sample) or _declared_language(declared, sample),
    }


def plausible_title(value: str | None) -> str | None:
    """Return a title a person could have written, without the software's name before it, or None."""
    title = _one_line(value)
    title = _SOFTWARE_BEFORE.sub("", title)
    letters = sum(character.isalpha() for character in title)
    refused = (
        letters < _SHORTEST
        or letters * 2 < len(title.replace(" ", ""))
        or "\ufffd" in title
        or any(pattern.search(title) for pattern in (_FILE_NAME, _PATH, _MACHINE, _MEANINGLESS))
    )
    return None if refused else title[:_LONGEST]


def plausible_author(value: str | None) -> str | None:
    """Return a name of a person or body, or None for a machine, a mail address or an initial."""
    author = _one_line(value)
    letters = sum(character.isalpha() for character in author)
    # One word in small letters is the name of an account, not of a person.
    account = _MACHINE.match(author) or (author.islower() and " " not in author)
    refused = letters < _SHORTEST - 1 or re.search("[@=]", author) or "\ufffd" in author or _NOT_A_PERSON.match(author)
    return None if refused or account else author[:_LONGEST]


def plausible_date(value: str | None) -> str | None:
    """Return an ISO day from "D:20150624…" or "2015-06-24T…", or None when it is no day between 1900 and 2100."""
    match = _ISO_DATE.match(value or "") or _PDF_DATE.match(value or "")
    if match is None:
        return None
    try:
        day = date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return None
    return day.isoformat() if _EARLIEST <= day.year <= _LATEST else None


def plausible_language(value: str | None) -> str | None:
    """Return the two letters of a language tag such as "fr-FR", or None."""
    match = re.match(r"^([A-Za-z]{2})(?:[-_]|$)", value or "")
    return match[1].lower() if match else None


def _declared_language(declared: str | None, sample: str) -> str | None:
    """Believe a declared language where the text is short, or in a language we cannot guess."""
    language = plausible_language(declared)
    return language if language not in GUESSED or len(sample.split()) < _SHORT_TEXT else None


def _one_line(value: str | None) -> str:
    return " ".join(clean_text((value or "")[:2000]).split())
