"""Reading presentations slide by slide, in the order in which they are shown, notes after each slide's own text.

kreuzberg was tried: it puts the notes of PPTX on another slide and does not read ODP.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from .package import Attributes, Package, walk
from .trouble import CannotRead

if TYPE_CHECKING:
    from .writing import Writer

_PRESENTATION = "ppt/presentation.xml"
_MOST_SLIDES = 5000
# Footers, dates and numbers repeat on every slide.
_REPEATED = frozenset({"ftr", "sldNum", "dt", "hdr"})


def read_pptx(package: Package, writer: Writer) -> None:
    """Write the slides of a PPTX in the order of its presentation part."""
    targets = relations(package, _PRESENTATION)
    for identifier in slide_order(package)[:_MOST_SLIDES]:
        part = targets.get(identifier, ("", ""))[1]
        notes = [target for kind, target in relations(package, part).values() if kind == "notesSlide"]
        texts = [_paragraphs(package.part(name)) for name in [part, *notes]]
        writer.slide("\n\n".join(filter(None, texts)))


def slide_order(package: Package) -> list[str]:
    """Return the relation ids of the slides as `sldIdLst` ranges them."""
    order: list[str] = []

    def start(name: str, attributes: Attributes) -> None:
        if name.endswith("sldId"):
            order.append(attributes.get("r:id", ""))

    content = package.part(_PRESENTATION)
    if not content:
        raise CannotRead("unreadable", "damaged")
    walk(content, start, _ignore, _ignore)
    return order


def relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Return {relation id: (kind, part)} of a part; outside targets are left out."""
    folder, name = posixpath.split(part)
    found: dict[str, tuple[str, str]] = {}

    def start(element: str, attributes: Attributes) -> None:
        if element == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/" + folder, attributes.get("Target", "")))
            kind = attributes.get("Type", "").rsplit("/", 1)[-1]
            found[attributes.get("Id", "")] = (kind, target.lstrip("/"))

    if content := package.part(f"{folder}/_rels/{name}.rels"):
        walk(content, start, _ignore, _ignore)
    return found


def _paragraphs(content: bytes) -> str:
    """Return the text of a slide or its notes (DrawingML), a line for each paragraph or row of a table."""
    reader = _DrawingReader()
    if content:
        walk(content, reader.start, reader.end, reader.text)
    return "".join(reader.parts).strip()


class _DrawingReader:
    """Collects `a:t`, shape by shape; the shapes that repeat a footer or a number are passed over."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._within = False
        self._shape = 0

    def start(self, name: str, attributes: Attributes) -> None:
        """Note where words begin, and the shapes that repeat what the master slide says."""
        if name == "a:t":
            self._within = True
        elif name in {"a:br", "a:tab"}:
            self.parts.append("\n" if name == "a:br" else " ")
        elif name == "p:sp":
            self._shape = len(self.parts)
        elif name == "p:ph" and attributes.get("type") in _REPEATED:
            self._shape = -len(self.parts) - 1

    def end(self, name: str) -> None:
        """End a line or a shape; a shape that only repeats leaves nothing."""
        if name == "a:t":
            self._within = False
        elif name == "a:p":
            self.parts.append("\n")
        elif name == "p:sp":
            if self._shape < 0:
                del self.parts[-self._shape - 1 :]
            self.parts.append("\n")

    def text(self, content: str) -> None:
        if self._within:
            self.parts.append(content)


def read_odp(package: Package, writer: Writer) -> None:
    """Write the slides of an OpenDocument presentation."""
    content = package.part("content.xml")
    if not content:
        raise CannotRead("unreadable", "damaged")
    reader = _OpenDocumentReader()
    walk(content, reader.start, reader.end, reader.text)
    for slide in reader.slides[:_MOST_SLIDES]:
        writer.slide("".join(slide))


class _OpenDocumentReader:
    """Collects the paragraphs of each `draw:page`, notes included."""

    def __init__(self) -> None:
        self.slides: list[list[str]] = []
        self._within = 0

    def start(self, name: str, _attributes: Attributes) -> None:
        if name == "draw:page":
            self.slides.append([])
        elif name in {"text:p", "text:h"}:
            self._within += 1
        elif name in {"text:line-break", "text:tab", "text:s"}:
            self.text("\n" if name == "text:line-break" else " ")

    def end(self, name: str) -> None:
        if name in {"text:p", "text:h"}:
            self.text("\n")
            self._within -= 1

    def text(self, content: str) -> None:
        if self.slides and self._within:
            self.slides[-1].append(content)


def described(package: Package) -> dict[str, Any]:
    """Return title, author and date as the package's own properties give them (OOXML or OpenDocument)."""
    found: dict[str, Any] = {}
    stack: list[str] = []

    def start(name: str, _attributes: Attributes) -> None:
        stack.append(name)

    def end(_name: str) -> None:
        stack.pop()

    def text(piece: str) -> None:
        key = _PROPERTIES.get(stack[-1] if stack else "")
        if key:
            found[key] = found.get(key, "") + piece

    for part in ("docProps/core.xml", "meta.xml"):
        if content := package.part(part):
            walk(content, start, end, text)
    return found


_PROPERTIES = {
    "dc:title": "title",
    "dc:creator": "author",
    "meta:initial-creator": "author",
    "dcterms:created": "date",
    "meta:creation-date": "date",
}


def _ignore(*_: object) -> None:
    """Take no notice."""
