"""Everything there is to index, in an order that can be taken up again: type by type, by ascending ids."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from app.extensions import db
from app.search.engine import ParentDocument
from app.search.rebuilding.plan import Plan
from app.search.sources import in_batches, source_of, sources

MOST_AT_ONCE, LONGEST_SECONDS = 1000, 15.0
"""A step ends after so many things, or after so long: that much is done again after a kill."""


class Reader:
    """Reads what a plan has not read yet; ``plan`` moves with every batch that was read to its end."""

    def __init__(self, plan: Plan) -> None:
        self._left: deque[tuple[str, list[int]]] = deque()
        for source in sorted(sources(), key=lambda one: one.type):
            if source.type >= plan.type:
                after = plan.last_id if source.type == plan.type else 0
                ids = sorted(one for one in source.keys() if one > after)  # noqa: SIM118 - a source is no mapping
                self._left.extend((source.type, batch) for batch in in_batches(ids))
        self.plan = replace(plan, total=plan.done + sum(len(batch) for _, batch in self._left))

    @property
    def is_done(self) -> bool:
        """Whether everything was read."""
        return not self._left

    def step(self) -> Iterator[ParentDocument]:
        """Yield the things of the next step, each batch in its own short reading."""
        began, before = time.monotonic(), self.plan.done
        while self._left:
            type_, ids = self._left.popleft()
            source = source_of(type_)
            if source is not None:
                yield from source.documents(ids)
            db.session.rollback()
            db.session.expunge_all()
            self.plan = replace(self.plan, type=type_, last_id=ids[-1], done=self.plan.done + len(ids))
            if self.plan.done - before >= MOST_AT_ONCE or time.monotonic() - began >= LONGEST_SECONDS:
                return
