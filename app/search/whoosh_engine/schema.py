"""How our words become fields of a Whoosh index."""

from array import array
from collections.abc import Iterator

import numpy as np
from whoosh import fields, formats
from whoosh.columns import FixedBytesColumn

from app.search.index.words import RECORD, SCORED, Indexed, Words

SCHEMA_VERSION = 2
"""Raise it when the fields or their encoding change: indexes are then rebuilt."""

POSITION = np.dtype("u4")
"""How positions are kept, in the order of bytes of the machine (Whoosh refuses an index from another kind)."""


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
    analysed = {name: AnalysedField() for name in SCORED}
    return fields.Schema(parent=fields.ID(), record=fields.COLUMN(FixedBytesColumn(RECORD.itemsize)), **analysed)


def fields_of(document: Indexed) -> dict[str, object]:
    """Give what Whoosh's writer takes for one document."""
    record = np.array([document.record], dtype=RECORD).tobytes()
    return {"parent": document.key, "record": record, **document.fields}
