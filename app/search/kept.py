"""The page of results as plain values, so that a saved search opens it again as it was: words, boxes, tab, order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.accounts.organisations.sizes import BANDS
from app.search.filters import Beside
from app.search.query import Parsed, Query, from_dict, to_dict, typed
from app.search.sources import groups
from app.search.state import State

Plain = dict[str, Any]


def kept(state: State) -> Plain:
    """Give a state as plain values for JSON: the question typed, the boxes ticked, and what narrows beside them.

    Equal questions give equal values. The page number is left out, and what is at its default.
    """
    values: Plain = {
        "query": to_dict(state.parsed.query),
        "ticked": to_dict(Query(filters=state.ticked)),
        "tab": state.beside.tab,
        "sizes": list(state.beside.sizes),
    }
    return {name: value for name, value in values.items() if value}


def reopened(values: Mapping[str, Any], lang: str = "fr") -> State:
    """Give the state back, its words written in a language; what is unknown by now is left out, nothing raises."""
    query, ticked = _query(values.get("query")), _query(values.get("ticked")).filters
    tab, sizes = values.get("tab"), values.get("sizes")
    tabs = [one.key for one in groups()]
    bands = [one for one in BANDS if isinstance(sizes, list) and one in sizes]
    beside = Beside(str(tab) if tab in tabs else "", tuple(bands))
    return State(typed(query, lang), Parsed(query), ticked, beside, query.sort)


def _query(plain: Any) -> Query:
    return from_dict(plain) if isinstance(plain, Mapping) else Query()
