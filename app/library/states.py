"""What the site says of a file once it has been received: being read, searchable, or why not and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.i18n import format_number, ngettext
from app.core.i18n import gettext as _
from app.library.models import Blob, Reading, Safety, Unit
from app.library.receiving import filetype_of
from app.library.scans import is_being_recognised, pages_of_scan


@dataclass(frozen=True)
class FileState:
    """One sentence for the person who brought a file; ``tone`` colours it, ``is_final`` ends the asking.

    ``fact`` is the sentence without what it advises to do about it; empty where it advises nothing.
    """

    sentence: str
    tone: str
    is_final: bool = True
    fact: str = ""


def state_of(blob: Blob) -> FileState:
    """Return what to say of a file: whether it may be opened, then whether it could be read."""
    if blob.safety == Safety.INFECTED:
        return FileState(
            _("En quarantaine : l'antivirus y a trouvé un programme malveillant. À retirer par qui l'a apporté."),
            "danger",
        )
    if blob.safety == Safety.WAITING:
        return FileState(_("Pas encore vérifié par l'antivirus"), "", is_final=False)
    return _state_of_reading(blob)


def _state_of_reading(blob: Blob) -> FileState:
    if blob.reading == Reading.WAITING:
        return FileState(_("Lecture en cours"), "", is_final=False)
    if is_being_recognised(blob):
        return FileState(_being_recognised(blob), "", is_final=False)
    if blob.reading == Reading.SEARCHABLE and blob.scanned:
        return _of_mixed(blob)
    if blob.reading in {Reading.SEARCHABLE, Reading.RECOGNISED}:
        return FileState(_read(blob) if blob.reading == Reading.SEARCHABLE else _recognised(blob), "ok")
    fact, advice = _trouble(blob)
    return FileState(f"{fact} {advice}", "warn", fact=fact) if advice else FileState(fact, "warn")


def _being_recognised(blob: Blob) -> str:
    done, total = format_number(blob.recognised or 0), format_number(len(pages_of_scan(blob)))
    if blob.scanned:
        return _("Texte lu ; lecture optique des pages en image : %(done)s sur %(total)s", done=done, total=total)
    return _("Lecture optique en cours : %(done)s sur %(total)s", done=done, total=total)


def _of_mixed(blob: Blob) -> FileState:
    """Say how far pages that are pictures among others are in the search."""
    number, total = len(blob.scanned), format_number(blob.page_count)
    if blob.recognised is None:
        words = ngettext(
            "Texte lu, sauf sur %(num)s page qui est une image : on ne peut pas encore y chercher.",
            "Texte lu, sauf sur %(num)s pages qui sont des images : on ne peut pas encore y chercher.",
            number,
        )
        return FileState(words, "warn")
    if number == blob.page_count:
        return FileState(_recognised(blob), "ok")
    words = ngettext(
        "Texte lu : %(total)s pages consultables par la recherche, dont %(num)s par lecture optique",
        "Texte lu : %(total)s pages consultables par la recherche, dont %(num)s par lecture optique",
        number,
        total=total,
    )
    return FileState(words, "ok")


def _unit_of(blob: Blob) -> str:
    """Return what the parts of a file are: the pages it was laid out on, or those of its type."""
    unit = filetype_of(blob.type).unit
    return Unit.PAGE if blob.laid_out and unit == Unit.PASSAGE else unit


def _number_of(blob: Blob) -> int:
    """Return how many parts a file has to its reader: a long sheet is cut for the search, and is still one."""
    sheets = (blob.proposed or {}).get("sheets") if _unit_of(blob) == Unit.SHEET else None
    return int(sheets or blob.page_count)


def _read(blob: Blob) -> str:
    unit, number = _unit_of(blob), _number_of(blob)
    if unit == Unit.PAGE:
        return ngettext(
            "Texte lu : %(number)s page consultable par la recherche",
            "Texte lu : %(number)s pages consultables par la recherche",
            number,
            number=format_number(number),
        )
    if unit == Unit.SLIDE:
        return ngettext(
            "Texte lu : %(number)s diapositive consultable par la recherche",
            "Texte lu : %(number)s diapositives consultables par la recherche",
            number,
            number=format_number(number),
        )
    if unit == Unit.SHEET:
        return ngettext(
            "Texte lu : %(number)s feuille consultable par la recherche",
            "Texte lu : %(number)s feuilles consultables par la recherche",
            number,
            number=format_number(number),
        )
    return _("Texte lu : il est consultable par la recherche")


def _recognised(blob: Blob) -> str:
    return ngettext(
        "Reconnu par lecture optique : %(number)s page consultable par la recherche",
        "Reconnu par lecture optique : %(number)s pages consultables par la recherche",
        blob.page_count,
        number=format_number(blob.page_count),
    )


def _trouble(blob: Blob) -> tuple[str, str]:
    """Return why the search finds little or nothing of a file, and what can be done about it."""
    return {
        Reading.PARTIAL: (_("Texte lu en partie : la recherche n'en trouvera qu'un morceau."), ""),
        Reading.IMAGE_ONLY: (
            _("Ce document est une image : on ne peut pas encore y chercher."),
            _("Ajoutez un résumé."),
        ),
        Reading.PROTECTED: (
            _("Ce document est protégé par un mot de passe : on ne peut pas y chercher."),
            _("Remplacez-le par une version sans mot de passe, ou ajoutez un résumé."),
        ),
        Reading.TOO_BIG: (
            _("Ce document est trop lourd à lire : on ne peut pas y chercher."),
            _("Découpez-le, ou ajoutez un résumé."),
        ),
        Reading.EMPTY: (_("Ce document ne contient pas de texte."), _("Ajoutez un résumé.")),
    }.get(
        Reading(blob.reading),
        (
            _("Ce document n'a pas pu être lu : il est peut-être abîmé."),
            _("Enregistrez-le de nouveau, ou ajoutez un résumé."),
        ),
    )


def file_facts(name: str, blob: Blob) -> str:
    """Return « PDF, 12 pages » for a file."""
    kind = name.rpartition(".")[2].upper()
    pages = unit_count(blob)
    return f"{kind}, {pages}" if pages else kind


def unit_count(blob: Blob) -> str:
    """Return « 12 pages », « 8 diapositives »; nothing for a file without pages of its own."""
    number, unit = _number_of(blob), _unit_of(blob)
    if not number or unit in {Unit.PASSAGE, ""}:
        return ""
    if unit == Unit.SLIDE:
        return ngettext("%(number)s diapositive", "%(number)s diapositives", number, number=format_number(number))
    if unit == Unit.SHEET:
        return ngettext("%(number)s feuille", "%(number)s feuilles", number, number=format_number(number))
    return ngettext("%(number)s page", "%(number)s pages", number, number=format_number(number))


def unit_word(unit: str, n: int, label: str = "") -> str:
    """Return the name of one part of a file: « Page 4 », « Diapositive 2 », the sheet's own name."""
    if unit == Unit.SHEET:
        return label or _("Feuille %(number)s", number=n)
    if unit == Unit.SLIDE:
        return _("Diapositive %(number)s", number=n)
    if unit == Unit.PASSAGE:
        return label or _("Passage %(number)s", number=n)
    return _("Page %(number)s", number=n)
