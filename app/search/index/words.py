"""What one document of an index holds: a passage, or a thing's own title, tags and text."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from app.search.analysis import positions
from app.search.catalogue import KEY_BYTES
from app.search.engine import OWN_TEXT, ParentDocument

RECORD = np.dtype([("key", f"S{KEY_BYTES}"), ("n", "<u4"), ("title", "<u4"), ("tags", "<u4"), ("body", "<u4")])
"""What is kept beside the postings for every document: its thing, its number, the lengths of its fields in words."""

SCORED = ("title", "tags", "body")
"""The fields looked into."""

_TAG_GAP = 10  # so that a phrase never reaches from one tag into the next


@dataclass(frozen=True)
class Words:
    """The analysed words of a field: for every term the positions where it stands, and how many words there are."""

    positions: dict[str, list[int]] = field(default_factory=dict)
    length: int = 0


@dataclass(frozen=True)
class Indexed:
    """One document of the index: a passage of a thing, or the thing itself (n = OWN_TEXT), with its fields' words."""

    key: str
    n: int
    fields: dict[str, Words]

    @property
    def record(self) -> tuple[bytes, int, int, int, int]:
        """What is kept beside the postings, in the order of RECORD."""
        lengths = [self.fields[name].length if name in self.fields else 0 for name in SCORED]
        return (self.key.encode(), self.n, lengths[0], lengths[1], lengths[2])


def documents_of(parent: ParentDocument) -> Iterator[Indexed]:
    """Give the documents of one thing: itself first, then its passages. Raises ValueError for a key too long."""
    if len(parent.key.encode()) > KEY_BYTES:
        raise ValueError(f"key longer than {KEY_BYTES} bytes: {parent.key}")
    own = [passage.text for passage in parent.passages if passage.n == OWN_TEXT]
    fields = {
        "title": _words([parent.title], parent.lang),
        "tags": _words(parent.tags, parent.lang),
        "body": _words(own, parent.lang),
    }
    yield Indexed(parent.key, OWN_TEXT, fields)
    for passage in parent.passages:
        if passage.n != OWN_TEXT:
            yield Indexed(parent.key, passage.n, {"body": _words([passage.text], parent.lang)})


def once_each(documents: Iterable[ParentDocument]) -> Iterator[ParentDocument]:
    """Give things one by one; of two with one key the first counts."""
    done: set[str] = set()
    for document in documents:
        if document.key not in done:
            done.add(document.key)
            yield document


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
