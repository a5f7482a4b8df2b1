"""What is done with the thesaurus: terms brought in, changed. Plain functions, inside ``transaction()``."""

from __future__ import annotations

from collections.abc import Sequence

from app.accounts.models import User
from app.core.audit import record
from app.library.thesaurus.book import read_book
from app.library.thesaurus.judging import DOES, Outcome, Verdict, plan
from app.library.thesaurus.permissions import require_keeper
from app.library.thesaurus.saying import TermSaid
from app.library.thesaurus.writing import write


def bring_in(by: User | None, rows: Sequence[TermSaid], *, origin: str) -> list[Verdict]:
    """Bring a list of terms into the thesaurus; return what became of each. ``origin`` says where the list is from.

    ``by`` is None for a command on the host. Raises RefusedError unless the person keeps the thesaurus.
    """
    require_keeper(by)
    return brought_in(by, rows, origin=origin)


def brought_in(by: User | None, rows: Sequence[TermSaid], *, origin: str) -> list[Verdict]:
    """Do as ``bring_in``, the right being checked already."""
    book = read_book()
    made = plan(book, rows)
    if any(one.outcome in DOES for one in made.verdicts):
        write(by, book, made)
        numbers = [
            sum(one.outcome is outcome for one in made.verdicts) for outcome in (Outcome.CREATED, Outcome.UPDATED)
        ]
        record("keyword.brought_in", by, created=numbers[0], updated=numbers[1], origin=origin)
    return made.verdicts
