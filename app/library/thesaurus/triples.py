"""Statements of RDF read from Turtle and RDF/XML: as much of both as files of terms hold, and nothing from elsewhere.

Nothing is fetched and no entity is resolved: a document type is refused. What is read is bounded in size and in number
of statements. Sources: RDF 1.1 Turtle (W3C, 25 February 2014), RDF 1.1 XML Syntax (W3C, 25 February 2014).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urljoin
from xml.etree import ElementTree as ET
from xml.parsers import expat

from app.core.errors import DomainError
from app.core.i18n import lazy_gettext as _l

MOST_STATEMENTS = 300_000
DEEPEST = 60
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XML = "http://www.w3.org/XML/1998/namespace"


class UnreadableTermsError(DomainError):
    """The file of terms cannot be read; the message says where and why."""

    status = 422


class Node(NamedTuple):
    """What a statement says of its subject: an address (``lang`` is None) or a text in a language, perhaps unsaid."""

    text: str
    lang: str | None = None


Statement = tuple[str, str, Node]


def statements_of_turtle(text: str) -> Iterator[Statement]:
    """Yield the statements of a Turtle file. Raises UnreadableTermsError with the number of the line."""
    yield from _Turtle(text).statements()


_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ESCAPED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_TOKEN = re.compile(
    r"""(?P<space>(?:\s+|\#[^\n]*)+)
    |(?P<iri><[^<>"{}|^`\x00-\x20]*>)
    |(?P<long>\"\"\"(?:\"{0,2}(?:[^"\\]|\\.))*\"\"\"|'''(?:'{0,2}(?:[^'\\]|\\.))*''')
    |(?P<text>"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
    |(?P<at>@(?:prefix|base)\b)
    |(?P<lang>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    |(?P<type>\^\^)
    |(?P<number>[+-]?(?:\d+\.\d*(?:[eE][+-]?\d+)|\.?\d+[eE][+-]?\d+|\d*\.\d+|\d+))
    |(?P<blank>_:[\w·-][\w·.-]*(?<!\.))
    |(?P<name>(?:[^\W\d_][\w·.-]*(?<!\.))?:(?:[\w:·%~-]|\\.|\.(?=[\w:·%.~\\-]))*)
    |(?P<word>[A-Za-z]+)
    |(?P<sign>[.;,\[\]()])""",
    re.VERBOSE | re.DOTALL,
)


@dataclass
class _Token:
    kind: str
    text: str
    at: int


class _Turtle:
    """A reader of Turtle by recursive descent; ``_prefixes`` and ``_base`` are those met so far."""

    def __init__(self, text: str) -> None:
        self._text = text.lstrip("\ufeff")
        self._tokens = self._cut()
        self._now = next(self._tokens)
        self._prefixes: dict[str, str] = {}
        self._base = ""
        self._blanks = 0
        self._found: list[Statement] = []

    def _cut(self) -> Iterator[_Token]:
        at = 0
        while at < len(self._text):
            match = _TOKEN.match(self._text, at)
            if match is None:
                raise self._trouble(at)
            if match.lastgroup != "space":
                yield _Token(match.lastgroup or "", match[0], at)
            at = match.end()
        yield _Token("end", "", at)

    def _trouble(self, at: int | None = None) -> UnreadableTermsError:
        line = self._text.count("\n", 0, self._now.at if at is None else at) + 1
        return UnreadableTermsError(_l("Ce fichier Turtle ne se lit pas au-delà de la ligne %(number)s.", number=line))

    def _take(self, text: str = "") -> _Token:
        taken = self._now
        if text and taken.text != text:
            raise self._trouble()
        self._now = next(self._tokens)
        return taken

    def statements(self) -> Iterator[Statement]:
        """Yield what the file states, sentence by sentence. Raises UnreadableTermsError, for too many too."""
        number = 0
        while self._now.kind != "end":
            if self._now.kind == "at" or self._now.text.casefold() in {"prefix", "base"}:
                self._declaration()
            else:
                self._sentence()
            number += len(self._found)
            if number > MOST_STATEMENTS:
                raise UnreadableTermsError(_l("Ce fichier tient trop d'énoncés. Partagez-le en plusieurs."))
            yield from self._found
            self._found = []

    def _declaration(self) -> None:
        word = self._take().text
        if word.lstrip("@").casefold() == "prefix":
            name = self._take().text
            if not name.endswith(":"):
                raise self._trouble()
            self._prefixes[name[:-1]] = self._iri(self._take())
        else:
            self._base = self._iri(self._take())
        if word.startswith("@"):
            self._take(".")

    def _sentence(self) -> None:
        alone = self._now.text == "["
        subject = self._node(0).text
        if not (alone and self._now.text == "."):
            self._said_of(subject, 0)
        self._take(".")

    def _said_of(self, subject: str, depth: int) -> None:
        while True:
            predicate = RDF + "type" if self._now.text == "a" else ""
            token = self._take()
            predicate = predicate or self._iri(token)
            while True:
                self._found.append((subject, predicate, self._node(depth)))
                if self._now.text != ",":
                    break
                self._take()
            while self._now.text == ";":
                self._take()
                if self._now.text in {".", "]", ";"}:
                    continue
                break
            else:
                return
            if self._now.text in {".", "]"}:
                return

    def _node(self, depth: int) -> Node:
        token = self._take()
        if depth > DEEPEST:
            raise self._trouble()
        if token.kind in {"iri", "name"}:
            return Node(self._iri(token))
        if token.kind == "blank":
            return Node(token.text)
        if token.kind in {"text", "long"}:
            return self._literal(token)
        if token.kind == "number" or token.text in {"true", "false"}:
            return Node(token.text, "")
        return self._nested(token, depth)

    def _nested(self, token: _Token, depth: int) -> Node:
        """Read what stands in brackets: a thing without an address, or a list, of which nothing is kept."""
        self._blanks += 1
        made = Node(f"_:of-{self._blanks}")
        if token.text == "[":
            if self._now.text != "]":
                self._said_of(made.text, depth + 1)
            self._take("]")
        elif token.text == "(":
            while self._now.text != ")":
                self._node(depth + 1)
            self._take(")")
        else:
            raise self._trouble(token.at)
        return made

    def _literal(self, token: _Token) -> Node:
        width = 3 if token.kind == "long" else 1
        text = _unescaped(token.text[width:-width])
        if self._now.kind == "lang":
            return Node(text, self._take().text[1:].lower())
        if self._now.kind == "type":
            self._take()
            self._iri(self._take())
        return Node(text, "")

    def _iri(self, token: _Token) -> str:
        if token.kind == "iri":
            return _joined(self._base, _unescaped(token.text[1:-1]))
        prefix, colon, local = token.text.partition(":")
        if token.kind != "name" or not colon or prefix not in self._prefixes:
            raise self._trouble(token.at)
        return self._prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)


def _unescaped(text: str) -> str:
    def sign(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        if not code:
            return _ESCAPED.get(match[3], match[3])
        number = int(code, 16)
        return chr(number) if number < 0xD800 or 0xDFFF < number < 0x110000 else "\ufffd"  # noqa: PLR2004 - Unicode

    return _ESCAPE.sub(sign, text) if "\\" in text else text


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address) if base else address
    except ValueError:
        return address


def statements_of_xml(data: bytes) -> Iterator[Statement]:
    """Yield the statements of an RDF/XML file. Raises UnreadableTermsError; a document type is refused."""
    root = _parsed(data)
    found: list[Statement] = []
    reader = _Xml(found)
    for element in root if root.tag == f"{{{RDF}}}RDF" else [root]:
        reader.subject(element, root.get(f"{{{XML}}}base", ""), root.get(f"{{{XML}}}lang", ""), 0)
        if len(found) > MOST_STATEMENTS:
            raise UnreadableTermsError(_l("Ce fichier tient trop d'énoncés. Partagez-le en plusieurs."))
    yield from found


class _DocumentTypeError(Exception):
    """The file declares a document type, by which entities come."""


def _parsed(data: bytes) -> ET.Element:
    """Return the tree of a file, built by hand so that no declaration of entities is ever read."""
    builder = ET.TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    depth = 0

    def refuse(*_declared: object) -> None:
        raise _DocumentTypeError

    def name(text: str) -> str:
        return f"{{{text}" if "}" in text else text

    def begin(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise UnreadableTermsError(_l("Ce fichier RDF/XML est trop profond."))
        builder.start(name(tag), {name(key): value for key, value in attributes.items()})

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(name(tag))

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, builder.data
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat's own form
        return builder.close()
    except _DocumentTypeError as error:
        message = _l("Ce fichier déclare un type de document (DOCTYPE), que nous ne lisons pas. Exportez-le en Turtle.")
        raise UnreadableTermsError(message) from error
    except (expat.ExpatError, AssertionError, LookupError, ValueError) as error:
        line = getattr(error, "lineno", 1)
        message = _l("Ce fichier RDF/XML ne se lit pas au-delà de la ligne %(number)s.", number=line)
        raise UnreadableTermsError(message) from error


class _Xml:
    """A reader of RDF/XML: elements are in turn things and what is said of them."""

    def __init__(self, found: list[Statement]) -> None:
        self._found = found
        self._blanks = 0

    def subject(self, element: ET.Element, base: str, lang: str, depth: int) -> str:
        """Read an element that is a thing; return its address."""
        base, lang = element.get(f"{{{XML}}}base", base), element.get(f"{{{XML}}}lang", lang)
        subject = self._address(element, base)
        if element.tag != f"{{{RDF}}}Description":
            self._found.append((subject, RDF + "type", Node(_iri_of(element.tag))))
        for key, value in element.attrib.items():
            if not key.startswith((f"{{{RDF}}}", f"{{{XML}}}")):
                self._found.append((subject, _iri_of(key), Node(value, lang.lower())))
        for child in element:
            self._property(subject, child, base, lang, depth + 1)
        return subject

    def _address(self, element: ET.Element, base: str) -> str:
        about, own, blank = (element.get(f"{{{RDF}}}{one}") for one in ("about", "ID", "nodeID"))
        if about is not None:
            return _joined(base, about)
        if own is not None:
            return _joined(base, f"#{own}")
        if blank is not None:
            return f"_:{blank}"
        self._blanks += 1
        return f"_:of-{self._blanks}"

    def _property(self, subject: str, element: ET.Element, base: str, lang: str, depth: int) -> None:
        lang = element.get(f"{{{XML}}}lang", lang)
        predicate, resource = _iri_of(element.tag), element.get(f"{{{RDF}}}resource")
        blank = element.get(f"{{{RDF}}}nodeID")
        if resource is not None:
            self._found.append((subject, predicate, Node(_joined(base, resource))))
        elif blank is not None:
            self._found.append((subject, predicate, Node(f"_:{blank}")))
        elif len(element):
            for child in element:
                self._found.append((subject, predicate, Node(self.subject(child, base, lang, depth))))
        else:
            self._found.append((subject, predicate, Node(element.text or "", lang.lower())))


def _iri_of(tag: str) -> str:
    return tag.replace("{", "").replace("}", "")
