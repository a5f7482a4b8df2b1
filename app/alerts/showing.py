"""What came into the results of a search, as its reader may read it at this minute: results with their passages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.alerts.models import Finding, Watch
from app.core.i18n import current_language
from app.search.engine import IndexUnavailableError, ParentHit
from app.search.filters import filtered
from app.search.kept import reopened
from app.search.lines import Line, Links, Showing, line_of
from app.search.matching import Reader
from app.search.operations import engine, results_of
from app.search.rules import rules
from app.search.terms import Terms
from app.search.widening import terms_for


@dataclass(frozen=True)
class StillFound:
    """What of some things still answers a search for one person, the best first."""

    words: str
    terms: Terms
    hits: Sequence[ParentHit]


def still_found(reader: Reader, watch: Watch, keys: Collection[str]) -> StillFound:
    """Put the question of a search again, to these things only. While the index is away, without passages."""
    state = reopened(watch.search.asked, current_language())
    asked = filtered(reader.person, reader.scope, reader.catalogue, state.query, state.beside).allowed
    asked = replace(asked, mask=asked.mask & reader.catalogue.among(keys))
    terms = terms_for(state.query, rules())
    try:
        hits = engine().search(terms, asked, len(keys)).hits
    except IndexUnavailableError:
        places = np.flatnonzero(asked.mask & asked.passing())
        hits = tuple(ParentHit(reader.catalogue.key(int(place)), 0.0) for place in places)
    return StillFound(state.without(state.query.filters).typed, terms, hits)


def lines_of(reader: Reader, found: StillFound, hits: Sequence[ParentHit]) -> list[tuple[str, Line]]:
    """Return hits as lines of results by their keys; each feature leaves out what this person may not see."""
    showing, nowhere = Showing(found.words, found.terms.marked), Links("", "")
    results = results_of(reader.person, found.terms, hits)
    return [(one.key, line_of(one, showing, nowhere)) for one in results]


def lines_of_findings(reader: Reader, watch: Watch, findings: Sequence[Finding]) -> list[tuple[Line, Finding]]:
    """Return findings as lines, in their order; one that answers no longer stands without its passages."""
    by_key = {one.key: one for one in findings}
    found = still_found(reader, watch, by_key)
    hits = {one.key: one for one in found.hits}
    ordered = [hits.get(key, ParentHit(key, 0.0)) for key in by_key]
    return [(line, by_key[key]) for key, line in lines_of(reader, found, ordered)]
