"""What a kind and its fields are called in the formats of bibliographies: RIS, CSL-JSON, BibTeX."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Codes:
    """The names of a field: RIS tags, CSL variables, BibTeX fields, between spaces.

    The first is written, all are read. A field without codes travels as a line of the note (« period: 2018 à 2020 »).
    """

    ris: str = ""
    csl: str = ""
    bibtex: str = ""

    def named(self, form: str) -> tuple[str, ...]:
        """Return the names in a format: ``ris``, ``csl`` or ``bibtex``."""
        return tuple(str(getattr(self, form)).split())


@dataclass(frozen=True)
class Types:
    """The types of a kind: the one written in each format, and all those it is recognised by, in lower case.

    A kind whose type is another's as well is written with its own name beside (RIS ``M3``, CSL ``genre``, BibTeX
    ``type``), by which it is recognised when it comes back.
    """

    ris: str = "GEN"
    csl: str = "document"
    bibtex: str = "misc"
    reads: str = ""

    def written(self, form: str) -> str:
        """Return the type written in a format."""
        return str(getattr(self, form))


NO_CODES, NO_TYPES = Codes(), Types()
