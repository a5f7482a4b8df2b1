"""Kinds of resource and their fields: the registry, the types a field may have, and what was typed made into values.

Adding a kind is adding one entry to ``registry.py`` (docs/kinds.md).
"""

from __future__ import annotations

from app.library.kinds.fields import ESSENTIALS, Field, Kind, Section
from app.library.kinds.registry import KINDS, OTHER, kind_of, kind_words
from app.library.kinds.values import FieldType, UnreadableError

__all__ = [
    "ESSENTIALS",
    "KINDS",
    "OTHER",
    "Field",
    "FieldType",
    "Kind",
    "Section",
    "UnreadableError",
    "kind_of",
    "kind_words",
]
