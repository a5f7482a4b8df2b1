"""References in and out of the library: RIS, BibTeX, CSL-JSON, CSV and JSON, over the registry of kinds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from app.core.errors import DomainError, TooLargeError
from app.core.i18n import format_number
from app.core.i18n import lazy_gettext as _l
from app.core.sheets import decoded
from app.library.exchange import bibtex, csl, ris, tables
from app.library.exchange.references import Raw, Reference
from app.library.exchange.understanding import Understanding

LARGEST_FILE = 5 * 1024 * 1024
MOST_REFERENCES = 2000


@dataclass(frozen=True)
class Format:
    """A form in which references leave: its key, its name, how its files end and what they are, what writes them."""

    key: str
    label: Any
    ending: str
    mimetype: str
    write: Callable[[Iterable[Reference]], Iterator[str]]


FORMATS = {
    one.key: one
    for one in (
        Format("ris", "RIS", "ris", "application/x-research-info-systems", ris.write),
        Format("bibtex", "BibTeX", "bib", "application/x-bibtex", bibtex.write),
        Format("csl", "CSL-JSON", "json", "application/vnd.citationstyles.csl+json", csl.write),
        Format("csv", _l("Tableau (CSV)"), "csv", "text/csv", tables.write_csv),
        Format("json", "JSON", "json", "application/json", tables.write_json),
    )
}


class FileOfReferencesError(DomainError):
    """The file cannot be read; the message says why and what to do."""

    status = 422


def read_file(name: str, data: bytes) -> list[Reference]:
    """Return the references of a file, those that cannot come in with their refusal.

    Raises TooLargeError, and FileOfReferencesError where nothing can be made of it.
    """
    if len(data) > LARGEST_FILE:
        raise TooLargeError(_l("Ce fichier dépasse 5 Mo. Partagez-le en plusieurs."))
    text = decoded(data).lstrip("\ufeff").strip("\x00")
    if not text.strip():
        raise FileOfReferencesError(_l("Ce fichier est vide."))
    form, entries = _entries(PurePosixPath(name).suffix.lower(), text)
    understanding = Understanding(form)
    found = [understanding.of(raw) for raw in islice(entries, MOST_REFERENCES + 1)]
    if len(found) > MOST_REFERENCES:
        raise FileOfReferencesError(
            _l(
                "Ce fichier compte plus de %(number)s références. Partagez-le en plusieurs.",
                number=format_number(MOST_REFERENCES),
            )
        )
    if not found:
        raise FileOfReferencesError(_l("Ce fichier ne contient aucune référence."))
    return found


def _entries(ending: str, text: str) -> tuple[str, Iterator[Raw]]:
    """Return the format of a file, as its name ends or as it begins, and its entries."""
    if ending == ".ris":
        return "ris", ris.read(text)
    if ending in {".bib", ".bibtex"}:
        return "bibtex", bibtex.read(text)
    if ending == ".json":
        return _of_json(text)
    if ending in {".csv", ".tsv"}:
        return "table", tables.read_csv(text)
    raise FileOfReferencesError(_l("Choisissez un fichier .ris, .bib, .json ou .csv."))


def _of_json(text: str) -> tuple[str, Iterator[Raw]]:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FileOfReferencesError(
            _l("Ce fichier JSON est abîmé : il s'arrête au milieu ou n'en est pas un.")
        ) from error
    if isinstance(read, dict) and isinstance(read.get(tables.RESOURCES), list):
        return "table", tables.read_json(read[tables.RESOURCES])
    items = read.get("items") if isinstance(read, dict) else read
    if not isinstance(items, list):
        raise FileOfReferencesError(_l("Ce fichier JSON n'est ni une liste CSL-JSON, ni un export de Beffroi."))
    return "csl", csl.read(items)
