"""What the page of a resource tells reference managers.

Three vocabularies, as Zotero's « Embedded Metadata » reads them: ``z:itemType`` names its own type of item, which no
other tag contradicts; Highwire tags (``citation_*``, also read by Google Scholar) fill its fields; Dublin Core says the
same to everybody else, and gives the word for the sort of document.
"""

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
    "number": "citation_technical_report_number",
    "language": "citation_language",
    "keyword": "citation_keywords",
    "abstract": "citation_abstract",
}
#: The types of Zotero by those of CSL, where they have another name.
TYPES = {
    "article-newspaper": "newspaperArticle",
    "article-journal": "journalArticle",
    "legislation": "statute",
    "pamphlet": "document",
}
#: Dublin Core says the title, who made it, when, in which language, about what: elements by the names of CSL.
CORE = {
    "title": "DC.title",
    "author": "DC.creator",
    "issued": "DC.date",
    "publisher": "DC.publisher",
    "container-title": "DC.source",
    "language": "DC.language",
    "keyword": "DC.subject",
    "abstract": "DC.description",
}


def tags_of(reference: Reference, pdf: str = "") -> list[tuple[str, str]]:
    """Return the tags of a reference: (name, content) pairs; ``pdf`` is the address of a file the reader opens."""
    said = list(statements(reference, "csl"))
    csl = reference.kind.types.csl
    found = [("z:itemType", TYPES.get(csl, csl)), ("DC.type", str(reference.kind.label))]
    found += [tag for one in said for tag in _highwire(one, is_report=csl == "report")]
    found += [(CORE[one.code], value) for one in said if one.code in CORE for value in one.values]
    address = next((one.text for one in said if one.code == "URL"), "")
    found += [("DC.identifier", address or reference.link), ("citation_public_url", address or reference.link)]
    found.append(("citation_abstract_html_url", reference.link))
    return [*found, ("citation_pdf_url", pdf)] if pdf else found


def _highwire(one: Statement, *, is_report: bool) -> Iterator[tuple[str, str]]:
    if one.meaning == "date":
        yield "citation_publication_date", slashed(one.text).strip("/")
    elif one.code == "page":
        first, _hyphen, last = one.text.partition("-")
        yield "citation_firstpage", first
        if last:
            yield "citation_lastpage", last
    elif one.code in TAGS:
        name = TAGS[one.code]
        if is_report and one.code == "publisher":
            name = "citation_technical_report_institution"
        yield from ((name, value) for value in one.values)
