"""What one document of the Whoosh index holds: a passage, or a thing's own title, tags and text."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from whoosh import fields, formats
from whoosh.columns import FixedBytesColumn

from app.search.analysis import fold, positions, tokens
from app.search.catalogue import KEY_BYTES
from app.search.engine import OWN_TEXT, ParentDocument

SCHEMA_VERSION = 1
"""Raise it when the fields or their encoding change: indexes are then rebuilt."""

RECORD = np.dtype([("key", f"S{KEY_BYTES}"), ("n", "<u4"), ("title", "<u4"), ("tags", "<u4"), ("body", "<u4")])
"""What is kept beside the postings for every document: its thing, its number, the lengths of its fields in words."""

SCORED = ("title", "tags", "body")
"""The fields looked into."""

POSITION = np.dtype("u4")
"""How positions are kept, in the order of bytes of the machine (Whoosh refuses an index from another kind)."""

_TAG_GAP = 10  # so that a phrase never reaches from one tag into the next


@dataclass(frozen=True)
class Words:
    """The analysed words of a field: for every term the positions where it stands, and how many words there are."""

    positions: dict[str, list[int]]
    length: int


class PositionList(formats.Format):
    """Keeps positions as plain 32-bit numbers, which numpy reads without a loop."""

    def decode_positions(self, value: bytes) -> list[int]:
        """Give the positions back, as Whoosh asks for them."""
        return [int(place) for place in np.frombuffer(value, POSITION)]


class AnalysedField(fields.FieldType):
    """A field that takes words analysed by us (`Words`)."""

    def __init__(self) -> None:
        """Make a field with positions.

        Whoosh keeps lengths too, rounded: without them it looks for their file at every posting.
        """
        self.format = PositionList()
        self.scorable = True
        self.stored = False
        self.unique = False

    def index(self, value: Words, **_options: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Give (term, frequency, weight, encoded positions) for every term."""
        for term, places in value.positions.items():
            yield term.encode(), len(places), float(len(places)), array("I", places).tobytes()


def schema() -> fields.Schema:
    """Make the schema of the index."""
    return fields.Schema(
        parent=fields.ID(),
        record=fields.COLUMN(FixedBytesColumn(RECORD.itemsize)),
        title=AnalysedField(),
        tags=AnalysedField(),
        body=AnalysedField(),
        forms=AnalysedField(),
    )


def documents_of(parent: ParentDocument) -> Iterator[dict[str, object]]:
    """Give the Whoosh documents of one thing: itself first, then its passages. Raises ValueError for a key too long."""
    key = parent.key.encode()
    if len(key) > KEY_BYTES:
        raise ValueError(f"key longer than {KEY_BYTES} bytes: {parent.key}")
    own = [passage.text for passage in parent.passages if passage.n == OWN_TEXT]
    title, tags = _words([parent.title], parent.lang), _words(parent.tags, parent.lang)
    body = _words(own, parent.lang)
    forms = _forms(parent.title)
    record = (key, OWN_TEXT, title.length, tags.length, body.length)
    yield {"parent": parent.key, "title": title, "tags": tags, "body": body, "forms": forms, "record": _record(record)}
    for passage in parent.passages:
        if passage.n != OWN_TEXT:
            words = _words([passage.text], parent.lang)
            yield {"parent": parent.key, "body": words, "record": _record((key, passage.n, 0, 0, words.length))}


def _record(values: tuple[bytes, int, int, int, int]) -> bytes:
    return np.array([values], dtype=RECORD).tobytes()


def _words(texts: Iterable[str], lang: str | None) -> Words:
    """Analyse several texts as one field; no phrase reaches from one into the next."""
    every = [positions(text, lang) for text in texts]
    if len(every) == 1:
        return Words(*every[0])
    together: dict[str, list[int]] = {}
    base = 0
    for places, length in every:
        for term, found in places.items():
            together.setdefault(term, []).extend(base + place for place in found)
        base += length + _TAG_GAP
    return Words(together, sum(length for _, length in every))


def _forms(title: str) -> Words:
    """Give the folded words of a title as they are written, for suggestions while typing."""
    written = [fold(title[token.start : token.end]) for token in tokens(title) if not token.joined]
    places: dict[str, list[int]] = {}
    for place, form in enumerate(written):
        places.setdefault(form[:64], []).append(place)
    return Words(places, len(written))
