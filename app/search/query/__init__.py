"""What a person asks: our own `Query`, read from what was typed, written back, kept as plain values."""

from app.search.query.asked import (
    LAST_PAGE,
    MAX_EXPANSIONS,
    MAX_LENGTH,
    MAX_PREFIXES,
    MAX_TERMS,
    SHORTEST_PREFIX,
    Field,
    Filter,
    Form,
    Item,
    Query,
    Sort,
)
from app.search.query.keeping import from_dict, to_dict
from app.search.query.parsing import Hint, Parsed, parse
from app.search.query.writing import typed

__all__ = [
    "LAST_PAGE",
    "MAX_EXPANSIONS",
    "MAX_LENGTH",
    "MAX_PREFIXES",
    "MAX_TERMS",
    "SHORTEST_PREFIX",
    "Field",
    "Filter",
    "Form",
    "Hint",
    "Item",
    "Parsed",
    "Query",
    "Sort",
    "from_dict",
    "parse",
    "to_dict",
    "typed",
]
