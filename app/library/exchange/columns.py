"""The columns of a table: their names in code, and all that people call them, in every language of the site.

A field is called in a table as it is in the form and on the page (the registry of kinds); only what all kinds have is
named here. Accents, letter case and punctuation do not count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from flask import current_app
from flask_babel import force_locale

from app.core.db import sort_key
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.library.kinds import KINDS
from app.library.kinds.registry import AUTHOR
from app.library.reading.filetypes import accepted_extensions

#: What all kinds have, in the order of a table, and how it is called. Labels are read in every language.
COMMON_LABELS = {
    "kind": _l("Type"),
    "title": _l("Titre"),
    "summary": _l("Résumé"),
    "body": _l("Texte"),
    "source": _l("Source"),
    "date": _l("Date"),
    "lang": _l("Langue"),
    "tags": _l("Mots-clés"),
}
#: What they are called besides.
_BESIDE = {
    "kind": ("genre", "type de ressource"),
    "title": ("intitulé",),
    "summary": ("abstract", "description"),
    "date": ("date du document",),
    "lang": ("langue du document",),
    "tags": ("mot-clé", "tag", "étiquettes"),
}
#: The column of the name of a file, which a manifest has.
PATH = "path"
_PATHS = (PATH, "file", "filename", "chemin", "fichier", "nom du fichier")
#: What says where a resource comes from, where its kind has no field for its authors.
SOURCES = ("source", *AUTHOR)


class Columns:
    """What the headings of one table mean. A heading may be the name of a field in one kind, of another in the next."""

    def __init__(self, headings: Sequence[str]) -> None:
        folded = [sort_key(heading) for heading in headings]
        known = _known()
        self.meanings = [self._of(heading, folded, known) for heading in folded]

    def __contains__(self, name: str) -> bool:
        """Tell whether a column is there."""
        return any(name in names for names in self.meanings)

    def cells(self, row: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield the cells of a row with the name each goes by; one of several names comes under each."""
        for names, cell in zip(self.meanings, row, strict=False):
            yield from ((name, cell) for name in names)

    @staticmethod
    def _of(heading: str, folded: Sequence[str], known: dict[str, dict[str, None]]) -> list[str]:
        """Return the names of one column: a heading that is no name in code gives way to a column that is."""
        names = known.get(heading, {})
        return [name for name in names if sort_key(name) == heading or sort_key(name) not in folded]


def _known() -> dict[str, dict[str, None]]:
    """Return the names in code by the headings they are known by: each name itself, and what people call it.

    « Place » is the name of a field of one kind, and what another calls its venue: the kind of a row takes its own.
    What all kinds have keeps its names to itself.
    """
    fields = [one for kind in KINDS.values() for one in kind.fields]
    known = defaultdict[str, dict[str, None]](dict)
    for name in (name for one in fields for name in (one.name, *one.columns)):
        known[sort_key(name)][name] = None
    for heading, name in _called():
        known[sort_key(heading)][name] = None
    return known | {sort_key(name): {name: None} for name in (*COMMON_LABELS, *SOURCES)}


def _called() -> Iterator[tuple[str, str]]:
    """Yield what people call each column, with its name."""
    yield from ((path, PATH) for path in _PATHS)
    yield from ((heading, name) for name, headings in _BESIDE.items() for heading in headings)
    for code in current_app.config["SETTINGS"].language_codes:
        with force_locale(code):
            yield from ((str(label), name) for name, label in COMMON_LABELS.items())
            for kind in KINDS.values():
                yield from ((str(label), "date") for name, label in kind.called.items() if name == "dated_on")
                yield from ((str(said), one.name) for one in kind.fields for said in (one.label, one.heading) if said)


def is_file_format(said: str) -> bool:
    """Tell whether the « type » of a row is that of its file (« pdf »): it names no kind, and means none."""
    return f".{said.strip('. ').casefold()}" in accepted_extensions()


def columns_told() -> list[tuple[str, list[str]]]:
    """Return what columns are called in the reader's language: those of every kind, then those of each."""
    common = [str(label) for label in COMMON_LABELS.values()]
    own = [(str(kind.label), [str(one.label) for one in kind.fields]) for kind in KINDS.values()]
    return [(_("Tous les types"), common), *own]
