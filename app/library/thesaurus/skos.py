"""The thesaurus as SKOS, both ways, in Turtle and in RDF/XML.

Written: a concept scheme, and for each term its labels (``prefLabel``, ``altLabel``, ``hiddenLabel``), notes
(``scopeNote``) and neighbours. Its address holds its public id, by which it is known again, on any site. Read: the
same, with ``narrower``, ``definition``, labels without a language (French) and regional languages (fr-FR).
Other languages are left aside. Source: SKOS Reference (W3C, 18 August 2009).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from flask import current_app

from app.core.db import PUBLIC_ID_ALPHABET, PUBLIC_ID_LENGTH
from app.library.thesaurus.saying import TermSaid
from app.library.thesaurus.triples import RDF, Node, Statement, statements_of_turtle, statements_of_xml

SKOS = "http://www.w3.org/2004/02/skos/core#"
DCT = "http://purl.org/dc/terms/"
PATH = "/mots-cles/"
TURTLE, XML = "text/turtle", "application/rdf+xml"
_OWN = re.compile(f"{PATH}([{PUBLIC_ID_ALPHABET}]{{{PUBLIC_ID_LENGTH}}})$")
_LABELS = {"prefLabel": "label", "altLabel": "alt", "hiddenLabel": "hidden", "scopeNote": "note", "definition": "note"}

Said = dict[tuple[str, str], list[str]]


def terms_in_turtle(text: str) -> list[TermSaid]:
    """Return the terms of a Turtle file. Raises UnreadableTermsError."""
    return _terms(statements_of_turtle(text))


def terms_in_xml(data: bytes) -> list[TermSaid]:
    """Return the terms of an RDF/XML file. Raises UnreadableTermsError."""
    return _terms(statements_of_xml(data))


def _terms(statements: Iterable[Statement]) -> list[TermSaid]:
    said: dict[str, Said] = defaultdict(lambda: defaultdict(list))
    links: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    concepts: dict[str, None] = {}
    for subject, predicate, node in statements:
        _take(subject, predicate, node, said, links, concepts)
    labels = {one: _label(said[one]) for one in concepts}
    return [_term(one, said[one], links[one], labels) for one in concepts]


def _take(
    subject: str,
    predicate: str,
    node: Node,
    said: dict[str, Said],
    links: dict[str, dict[str, list[str]]],
    concepts: dict[str, None],
) -> None:
    name = predicate.removeprefix(SKOS)
    if predicate == RDF + "type":
        if node.text == SKOS + "Concept":
            concepts.setdefault(subject)
    elif name == predicate:
        return
    elif name in _LABELS and node.lang is not None:
        lang = node.lang.partition("-")[0] or "fr"
        said[subject][_LABELS[name], lang].append(node.text)
        if name == "prefLabel":
            concepts.setdefault(subject)
    elif name in {"broader", "related"}:
        links[subject][name].append(node.text)
    elif name == "narrower":
        links[node.text]["broader"].append(subject)


def _label(said: Said) -> str:
    return next(iter(said.get(("label", "fr"), [])), "")


def _term(address: str, said: Said, links: dict[str, list[str]], labels: dict[str, str]) -> TermSaid:
    more = {
        f"{kind}_{lang}": [*(said.get(("label", lang), [])[1:] if kind == "alt" else []), *said.get((kind, lang), [])]
        for kind in ("alt", "hidden")
        for lang in ("fr", "en")
    }
    return TermSaid.of(
        fr=_label(said),
        en=next(iter(said.get(("label", "en"), [])), ""),
        note_fr=" ".join(said.get(("note", "fr"), [])),
        note_en=" ".join(said.get(("note", "en"), [])),
        broader=[_name(one, labels) for one in links.get("broader", [])],
        related=[_name(one, labels) for one in links.get("related", [])],
        id=_id_of(address),
        **more,
    )


def _id_of(address: str) -> str:
    found = _OWN.search(address)
    return found[1] if found else ""


def _name(address: str, labels: dict[str, str]) -> str:
    """Return how a neighbour is named: by its id, else by its label in the file, else by the end of its address."""
    return _id_of(address) or labels.get(address, "") or re.split(r"[/#:]", address)[-1]


def _addresses(terms: Sequence[TermSaid]) -> tuple[str, dict[str, str]]:
    scheme = f"{current_app.config['SETTINGS'].public_url}{PATH}"
    return scheme, {said.fr: f"{scheme}{said.id}" for said in terms}


def _properties(said: TermSaid, addresses: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield (property, value, language); a neighbour has its address for value and no language."""
    for lang in ("fr", "en"):
        names = [("prefLabel", [said.fr if lang == "fr" else said.en]), ("scopeNote", [getattr(said, f"note_{lang}")])]
        names += [("altLabel", getattr(said, f"alt_{lang}")), ("hiddenLabel", getattr(said, f"hidden_{lang}"))]
        yield from ((name, value, lang) for name, values in names for value in values if value)
    for name in ("broader", "related"):
        yield from ((name, addresses[other], "") for other in getattr(said, name) if other in addresses)


def turtle_of(terms: Sequence[TermSaid], title: str) -> str:
    """Return terms as Turtle."""
    scheme, addresses = _addresses(terms)
    lines = [f"@prefix skos: <{SKOS}> .", f"@prefix dct: <{DCT}> .", ""]
    lines.append(f"<{scheme}> a skos:ConceptScheme ; dct:title {_quoted(title)} .")
    for said in terms:
        lines += ["", f"<{addresses[said.fr]}> a skos:Concept ;"]
        for name, value, lang in _properties(said, addresses):
            lines.append(f"    skos:{name} {f'{_quoted(value)}@{lang}' if lang else f'<{value}>'} ;")
        lines.append(f"    skos:inScheme <{scheme}> .")
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'


def xml_of(terms: Sequence[TermSaid], title: str) -> str:
    """Return terms as RDF/XML."""
    scheme, addresses = _addresses(terms)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f'<rdf:RDF xmlns:rdf="{RDF}" xmlns:skos="{SKOS}" xmlns:dct="{DCT}">')
    lines.append(
        f"<skos:ConceptScheme rdf:about={quoteattr(scheme)}><dct:title>{escape(title)}</dct:title></skos:ConceptScheme>"
    )
    for said in terms:
        lines.append(f"<skos:Concept rdf:about={quoteattr(addresses[said.fr])}>")
        for name, value, lang in _properties(said, addresses):
            if lang:
                lines.append(f'  <skos:{name} xml:lang="{lang}">{escape(value)}</skos:{name}>')
            else:
                lines.append(f"  <skos:{name} rdf:resource={quoteattr(value)}/>")
        lines += [f"  <skos:inScheme rdf:resource={quoteattr(scheme)}/>", "</skos:Concept>"]
    return "\n".join([*lines, "</rdf:RDF>", ""])
