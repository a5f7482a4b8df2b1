"""A search is noted once its page has left, and never when it may name or reach a person."""

from __future__ import annotations

import logging
import re
from datetime import date, timedelta
from typing import Any, cast

from flask import Response, after_this_request, current_app

from app.core.clock import now
from app.core.days import day_here
from app.core.db import insert_into, transaction
from app.search.log.models import LONGEST, SearchAsked
from app.search.log.people import PeopleKnown
from app.search.query import Query

FIGURES = 6
"""From so many figures on, words may be a number by which somebody is reached or known."""
_REACHES = re.compile(r"@|://|\bwww\.", re.IGNORECASE)
log = logging.getLogger("beffroi.search")


class Listener:
    """What a process remembers so that nobody counts twice: who asked what today, in its memory and nowhere else."""

    def __init__(self) -> None:
        self.people = PeopleKnown()
        self._day: date | None = None
        self._asked: set[int] = set()

    def is_first_today(self, person_id: int, words: str) -> bool:
        """Tell whether this process hears these words of this person for the first time today, and remember it."""
        today = day_here(now())
        if self._day != today:
            self._day, self._asked = today, set()
        asked = hash((person_id, words))
        is_new = asked not in self._asked
        self._asked.add(asked)
        return is_new


def days_kept() -> int:
    """Return for how many days searches are kept; 0: not at all."""
    return cast("int", current_app.config["SETTINGS"].search_log_days)


def note(person: Any, typed: str, query: Query) -> None:
    """Have the words of a question noted once the answer has left: the person waits for nothing."""
    words = words_of(typed, query)
    if not words or query.page > 1 or not days_kept():
        return
    app = cast("Any", current_app)._get_current_object()  # noqa: SLF001 - the answer outlives the request
    listener = cast("Listener", app.extensions["search_listener"])
    if not listener.is_first_today(person.id, words):
        return

    @after_this_request
    def _when_it_has_left(answer: Response) -> Response:
        answer.call_on_close(lambda: _keep(app, listener, words))
        return answer


def words_of(typed: str, query: Query) -> str:
    """Return the words of a question as they are kept, without filters; nothing for what may reach somebody."""
    words = " ".join(str(item) for item in query.items).lower()
    if len(words) > LONGEST or _REACHES.search(typed) or sum(one.isdigit() for one in words) >= FIGURES:
        return ""
    return words


def _keep(app: Any, listener: Listener, words: str) -> None:
    try:
        with app.app_context():
            if not listener.people.named_in(words):
                keep(words, day_here(now()))
    except Exception:  # a search is answered whether it can be noted or not
        log.warning("a search could not be noted", exc_info=True)


def keep(words: str, day: date) -> None:
    """Count words looked for on a day."""
    with transaction() as session:
        row = insert_into(SearchAsked).values(words=words, day=day, times=1)
        again = {"times": SearchAsked.times + 1}
        session.execute(row.on_conflict_do_update(index_elements=["words", "day"], set_=again))


def oldest_kept() -> date:
    """Return the first of the days whose searches are kept."""
    return day_here(now()) - timedelta(days=days_kept() - 1)
