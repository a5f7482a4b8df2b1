"""The frame of every engine: how a question is answered from a reading, and one error for everything that breaks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from app.search.catalogue import Allowed
from app.search.engine import FreshIndex, Health, IndexUnavailableError, Matches, ParentDocument, arrange
from app.search.index.likeness import alike
from app.search.index.reading import Reading
from app.search.index.scoring import find, hit_of
from app.search.index.words import SCORED
from app.search.query import Sort
from app.search.terms import Clause, Terms

R = TypeVar("R")


class IndexEngine(ABC):
    """A search engine over readings of an index. One object serves all threads of a process."""

    @abstractmethod
    def latest(self) -> Reading:
        """Give a reading of the last commit; whatever it raises, the index cannot be read."""

    @abstractmethod
    def forget(self) -> None:
        """Open the index anew at the next question."""

    @abstractmethod
    def index(self, documents: Iterable[ParentDocument]) -> None:
        """Add things or replace them whole, in one commit."""

    @abstractmethod
    def delete(self, keys: Iterable[str]) -> None:
        """Take things out of the index."""

    @abstractmethod
    def begin(self) -> str:
        """Make an empty index beside the live one, and give its name."""

    @abstractmethod
    def beside(self, name: str) -> FreshIndex:
        """Give what writes into an index that was begun."""

    @abstractmethod
    def use(self, name: str) -> None:
        """Put an index in the place of the live one."""

    @abstractmethod
    def drop(self, name: str) -> None:
        """Remove an index that is not in use."""

    @contextmanager
    def fresh(self) -> Iterator[FreshIndex]:
        """Begin a new index; it takes the place of the live one when the block ends without error, or is dropped."""
        name = self.begin()
        try:
            yield self.beside(name)
            self.use(name)
        except BaseException:
            self.drop(name)
            raise

    def rebuild(self, documents: Iterable[ParentDocument]) -> None:
        """Replace the whole index; the old one answers until the end."""
        with self.fresh() as index:
            index.add(documents)

    def search(
        self, terms: Terms, allowed: Allowed, limit: int = 10, offset: int = 0, sort: Sort = Sort.RELEVANCE
    ) -> Matches:
        """Find what is allowed and answers the terms."""

        def ask(reading: Reading) -> Matches:
            found = find(reading, terms, allowed)
            total, page, facets = arrange(sort, allowed, found.places, found.scores, limit, offset, found.first)
            hits = tuple(hit_of(reading.records, found, int(number), allowed) for number in page)
            return Matches(total, hits, facets)

        return self._read(ask)

    def alike(
        self,
        words: Sequence[Clause],
        allowed: Allowed,
        limit: int = 5,
        aside: Collection[str] = (),
        *,
        named: bool = False,
    ) -> list[str]:
        """Give the keys of the allowed things that hold most of some words, the likest first; none of those `aside`."""
        if not len(allowed.mask):
            return []
        return self._read(lambda reading: alike(reading, words, allowed, limit, aside, named=named))

    def standing(self, clauses: Sequence[Clause]) -> list[bool]:
        """Tell of each clause whether anything at all in the index answers it."""

        def ask(reading: Reading) -> list[bool]:
            reading.prepare(Terms(required=(tuple(clauses),)))
            return [_stands(reading, clause) for clause in clauses]

        return self._read(ask)

    def health(self) -> Health:
        """Look at the index."""
        try:
            return self._read(_health)
        except IndexUnavailableError as error:
            return Health(usable=False, reason=str(error))

    def count(self) -> int:
        """Give the number of things indexed."""
        return self._read(lambda reading: reading.records.parents())

    def _read(self, ask: Callable[[Reading], R]) -> R:
        """Ask the latest reading; raises nothing but IndexUnavailableError.

        Asks three times, because a commit or a swap may take a file or a row away in the very moment it is read, and
        where things are written all the time the next one does too.
        """
        for _ in range(2):
            try:
                reading = self.latest()
                answer = ask(reading)
                if not reading.overtaken:
                    return answer
            except IndexUnavailableError:
                raise
            except Exception:  # noqa: BLE001 - a broken index raises whatever its bytes make of the library
                self.forget()
        try:
            return ask(self.latest())
        except Exception as error:
            self.forget()
            raise IndexUnavailableError(f"the index cannot be read: {error!r}") from error


def _stands(reading: Reading, clause: Clause) -> bool:
    return any(len(reading.holding(name, clause, reading.records.live)) for name in SCORED)


def _health(reading: Reading) -> Health:
    records = reading.records
    return Health(usable=True, parents=records.parents(), passages=records.passages(), segments=reading.segments)
