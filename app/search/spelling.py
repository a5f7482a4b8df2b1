"""« Vouliez-vous dire … ? »: the nearest words among those a person may read.

Words near in spelling come from all that was ever indexed, but one is only offered when it is met again in a text or a
title this person may read; how often it is met there decides. A word that only a closed space holds is never offered,
and makes no difference to what is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.search.analysis import fold
from app.search.catalogue import Allowed
from app.search.distance import distances
from app.search.engine import ParentHit, SearchEngine
from app.search.query import Form, Item, Query
from app.search.terms import Terms, terms_of
from app.search.words import forms_in, is_kept, of_similar_size

MOST_MENDED = 4
MOST_NEAR = 300
THINGS_READ = 30
LONG = 8
"""From this length on, two keystrokes may be wrong instead of one."""

Texts = Callable[[Sequence[ParentHit]], Iterable[str]]


@dataclass(frozen=True)
class Speller:
    """Mends questions for one person: `allowed` without filters, `texts` gives what this person reads of some hits."""

    engine: SearchEngine
    allowed: Allowed
    texts: Texts

    def mended(self, query: Query) -> Query | None:
        """Return the query with the words that nothing holds replaced by the nearest that something does, or None."""
        missing = [item for item in query.items if self._is_missing(item)][:MOST_MENDED]
        found = {item: Item(near) for item in missing if (near := self._nearest(fold(item.text)))}
        return _with(query, found) if found else None

    def _is_missing(self, item: Item) -> bool:
        plain = item.form is Form.WORD and is_kept(fold(item.text))
        return plain and not self.engine.search(terms_of(Query((item,))), self.allowed, limit=0).total

    def _nearest(self, form: str) -> str | None:
        """Return the nearest word as it is written where this person reads it; of several, the one met most often.

        The word itself stands among those compared and looked for, though it is found nowhere: where nothing else is
        near, or only words kept from this person, the same is done in the same time.
        """
        furthest = 2 if len(form) >= LONG else 1
        near = [*of_similar_size(form, furthest), form]
        far = distances(form, near).tolist()
        for distance in range(1, furthest + 1):
            candidates = [other for other, one in zip(near, far, strict=True) if one == distance]
            written = self._written(candidates[:MOST_NEAR] or [form])
            if written:
                return max(written.items(), key=lambda one: (sum(one[1].values()), one[0]))[1].most_common(1)[0][0]
        return None

    def _written(self, candidates: Sequence[str]) -> Mapping[str, Counter[str]]:
        """Return those of some words that stand in what this person may read, with the ways they are written there."""
        clauses = (clause for one in candidates for clause in terms_of(Query((Item(one),))).wanted)
        hits = self.engine.search(Terms(tuple(dict.fromkeys(clauses))), self.allowed, limit=THINGS_READ).hits
        wanted = set(candidates)
        found: dict[str, Counter[str]] = {}
        for text in self.texts(hits) if hits else ():
            for form, written in forms_in(text):
                if form in wanted:
                    found.setdefault(form, Counter())[written.lower()] += 1
        return found


def _with(query: Query, mended: Mapping[Item, Item]) -> Query:
    def of(items: Iterable[Item]) -> tuple[Item, ...]:
        return tuple(dict.fromkeys(mended.get(item, item) for item in items))

    return replace(query, items=of(query.items), required=tuple(of(group) for group in query.required), page=1)
