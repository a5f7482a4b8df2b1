"""The thesaurus as a file, in any of the three forms, both ways."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app

from app.core.errors import TooLargeError
from app.core.i18n import lazy_gettext as _l
from app.core.sheets import LARGEST_SHEET, decoded
from app.library.thesaurus.book import read_book
from app.library.thesaurus.columns import terms_in, written
from app.library.thesaurus.saying import TermSaid, said_of
from app.library.thesaurus.skos import TURTLE, XML, terms_in_turtle, terms_in_xml, turtle_of, xml_of
from app.library.thesaurus.triples import UnreadableTermsError

#: What a request reads (some eight thousand terms, a second); a command reads as much as a table may weigh.
LARGEST_SENT = 1024 * 1024
MOST_TERMS = 10_000
#: By the ending of a file: its media type.
FORMS = {"csv": "text/csv", "ttl": TURTLE, "rdf": XML}
_ENDINGS = {"csv": "csv", "txt": "csv", "tsv": "csv", "ttl": "ttl", "turtle": "ttl", "rdf": "rdf", "xml": "rdf"}


def form_of(name: str) -> str:
    """Return the form of a file by its name. Raises UnreadableTermsError for another ending."""
    form = _ENDINGS.get(name.rpartition(".")[2].casefold())
    if form is None:
        raise UnreadableTermsError(_l("Choisissez un fichier .csv, .ttl (Turtle) ou .rdf (RDF/XML)."))
    return form


def terms_of_file(name: str, data: bytes, *, largest: int = LARGEST_SHEET) -> list[TermSaid]:
    """Return the terms of a file. Raises TooLargeError, UnreadableTermsError, SheetRefusedError."""
    form = form_of(name)
    if len(data) > largest:
        raise TooLargeError(_l("Ce fichier est trop lourd : %(size)s Mo au plus.", size=largest // 1024 // 1024))
    try:
        terms = _READ[form](data)
    except RecursionError as error:
        raise UnreadableTermsError(_l("Ce fichier est imbriqué trop profondément.")) from error
    if not terms:
        raise UnreadableTermsError(_l("Ce fichier ne contient aucun terme."))
    if len(terms) > MOST_TERMS:
        raise UnreadableTermsError(_l("Ce fichier contient trop de termes : %(number)s au plus.", number=MOST_TERMS))
    return terms


_READ = {"csv": terms_in, "ttl": lambda data: terms_in_turtle(decoded(data)), "rdf": terms_in_xml}


def all_terms() -> list[TermSaid]:
    """Return the terms of the thesaurus as they are said, in the order of their labels."""
    book = read_book()
    return [said_of(tag, book) for tag in sorted(book.terms.values(), key=lambda tag: (tag.sort_key, tag.id))]


def file_of(terms: Sequence[TermSaid], form: str) -> str:
    """Return terms as the text of a file."""
    title = str(current_app.config["SETTINGS"].site_name)
    return {"csv": lambda: written(terms), "ttl": lambda: turtle_of(terms, title), "rdf": lambda: xml_of(terms, title)}[
        form
    ]()
