"""Counting attempts, in a table shared by all workers that survives a restart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from flask_babel.speaklater import LazyString
from sqlalchemy import String, case, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import now
from app.core.db import UtcDateTime, insert_into, separate_write, transaction
from app.core.errors import TooManyError
from app.core.i18n import lazy_gettext as _l
from app.core.jobs import job
from app.core.sessions import hashed
from app.extensions import db

LONGEST_WAIT = timedelta(minutes=30)
_AS_MINUTES = 120  # seconds from which a wait is said in minutes


class Attempts(db.Model):
    """How often something was tried for one subject since it last rested."""

    __tablename__ = "attempts"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True)
class Limit:
    """So many free attempts, then a wait of ``first`` that doubles at each further one; forgotten after ``rest``."""

    name: str
    free: int
    first: timedelta = timedelta(seconds=5)
    rest: timedelta = timedelta(hours=1)

    def key(self, subject: str) -> str:
        """Return the stored form of a subject, so that the table names nobody."""
        return hashed(f"{self.name}:{subject}")

    def wait(self, subject: str) -> timedelta:
        """Return how long this subject must still wait; zero when it may try."""
        row = db.session.get(Attempts, self.key(subject))
        return timedelta(0) if row is None else self._wait_after(row.count, row.last_at)

    def _wait_after(self, count: int, last_at: datetime) -> timedelta:
        if count < self.free or now() - last_at > self.rest:
            return timedelta(0)
        delay = min(self.first * 2 ** min(count - self.free, 20), LONGEST_WAIT)
        remaining: timedelta = last_at + delay - now()
        return max(timedelta(0), remaining)

    def check(self, *subjects: str) -> None:
        """Raise TooManyError when one of the subjects must wait."""
        _refuse_for(max(self.wait(subject) for subject in subjects))

    def take(self, *subjects: str) -> None:
        """Check and count as one: of attempts sent together, only as many go on as may. Raises TooManyError.

        Checked and counted apart, all those under way at the same moment would be checked before the first is counted.
        """
        self.check(*subjects)  # who waits already holds no row
        db.session.rollback()
        with separate_write() as connection:
            for key in sorted(self.key(subject) for subject in subjects):  # one order for all, as in ``count``
                row = insert_into(Attempts).values(key=key, count=0, last_at=now())
                connection.execute(row.on_conflict_do_nothing(index_elements=["key"]))
                mine = select(Attempts.count, Attempts.last_at).where(Attempts.key == key)
                count, last_at = connection.execute(mine.with_for_update()).one()
                _refuse_for(self._wait_after(count, last_at))
                counted = 1 if now() - last_at > self.rest else count + 1
                connection.execute(update(Attempts).where(Attempts.key == key).values(count=counted, last_at=now()))

    def count(self, *subjects: str) -> None:
        """Count one attempt for each subject, in a transaction of its own."""
        db.session.rollback()
        moment = now()
        fresh = Attempts.last_at >= moment - self.rest
        with separate_write() as connection:
            for key in sorted(self.key(subject) for subject in subjects):  # one order for all: nobody waits in a circle
                row = insert_into(Attempts).values(key=key, count=1, last_at=moment)
                # In one statement, because several files sent at once are counted at once.
                counted = {"count": case((fresh, Attempts.count + 1), else_=1), "last_at": moment}
                connection.execute(row.on_conflict_do_update(index_elements=["key"], set_=counted))

    def take_back(self, subject: str) -> None:
        """Count one attempt less: it was a good one. Call inside ``transaction()``."""
        less = update(Attempts).where(Attempts.key == self.key(subject), Attempts.count > 0)
        db.session.execute(less.values(count=Attempts.count - 1).execution_options(synchronize_session=False))

    def forgive(self, *subjects: str) -> None:
        """Forget the attempts of the subjects. Call inside ``transaction()``."""
        keys = [self.key(subject) for subject in subjects]
        db.session.execute(delete(Attempts).where(Attempts.key.in_(keys)))


def _refuse_for(wait: timedelta) -> None:
    if wait > timedelta(0):
        seconds = int(wait.total_seconds()) + 1
        raise TooManyError(_wait_words(seconds), seconds)


def _wait_words(seconds: int) -> LazyString:
    if seconds == 1:
        return _l("Trop d'essais. Attendez une seconde, puis recommencez.")
    if seconds < _AS_MINUTES:
        return _l("Trop d'essais. Attendez %(seconds)s secondes, puis recommencez.", seconds=seconds)
    return _l("Trop d'essais. Attendez %(minutes)s minutes, puis recommencez.", minutes=ceil(seconds / 60))


@job("throttle.purge", every=timedelta(hours=6))
def purge_attempts(_payload: dict[str, Any]) -> None:
    """Forget attempts of more than a day ago."""
    with transaction() as session:
        session.execute(delete(Attempts).where(Attempts.last_at < now() - timedelta(days=1)))
