"""What the page of a resource tells reference managers: Highwire tags (``citation_*``), which Zotero reads."""

from __future__ import annotations

from collections.abc import Iterator

from app.library.exchange.dates import slashed
from app.library.exchange.references import Reference, Statement, statements

#: The names of CSL by those of Highwire; each value is a tag of its own.
TAGS = {
    "title": "citation_title",
    "author": "citation_author",
    "container-title": "citation_journal_title",
    "publisher": "citation_publisher",
    "DOI": "citation_doi",
    "volume": "citation_volume",
    "issue": "citation_issue",
    "language": "citation_language",
    "keyword": "citation_keywords",
    "abstract": "citation_abstract",
}


def tags_of(reference: Reference) -> list[tuple[str, str]]:
    """Return the tags of a reference: (name, content) pairs."""
    found = [tag for one in statements(reference, "csl") for tag in _tags(one)]
    if reference.kind.types.csl == "report":
        names = {"citation_publisher": "citation_technical_report_institution"}
        found = [(names.get(name, name), content) for name, content in found]
    return [*found, ("citation_public_url", reference.link)]


def _tags(one: Statement) -> Iterator[tuple[str, str]]:
    if one.meaning == "date":
        yield "citation_publication_date", slashed(one.text).strip("/")
    elif one.code == "page":
        first, _hyphen, last = one.text.partition("-")
        yield "citation_firstpage", first
        if last:
            yield "citation_lastpage", last
    elif one.code in TAGS:
        yield from ((TAGS[one.code], value) for value in one.values)
