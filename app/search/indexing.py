"""How changes reach the index, a few things at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from app.search.engine import ParentDocument, SearchWriter
from app.search.models import audience_version, changes_after
from app.search.sources import source_of
from app.search.words import noting, remember

MOST_REPLAYED = 50_000

Thing = tuple[str, int]


class TooMuchChangedError(RuntimeError):
    """More changed since a version than is known or can be replayed."""


def reindex(writer: SearchWriter, things: Iterable[Thing], met_by: int | None = None) -> None:
    """Bring things up to date in an index: added, replaced, or taken out when their feature no longer gives them.

    ``met_by``: the number of the rebuild this is part of.
    """
    wanted = list(dict.fromkeys(things))
    there: set[str] = set()
    words: set[str] = set()
    writer.index(noting(_noted(_documents(wanted), there), words))
    remember(words, met_by)
    gone = [key for type_, number in wanted if (key := f"{type_}:{number}") not in there]
    if gone:
        writer.delete(gone)


def _noted(documents: Iterable[ParentDocument], keys: set[str]) -> Iterator[ParentDocument]:
    """Pass documents on one by one, noting their keys: a batch of long files never stands in memory as a whole."""
    for document in documents:
        keys.add(document.key)
        yield document


def _documents(things: Iterable[Thing]) -> Iterator[ParentDocument]:
    by_type: dict[str, list[int]] = defaultdict(list)
    for type_, number in things:
        by_type[type_].append(number)
    for type_, numbers in by_type.items():
        source = source_of(type_)
        if source is not None:
            yield from source.documents(numbers)


def changed_since(version: int) -> list[Thing]:
    """Give the things changed after a version; a change that names none concerns rights, not texts.

    Raises TooMuchChangedError when it is not all known any more.
    """
    if audience_version() == version:
        return []
    changes = changes_after(version, MOST_REPLAYED)
    if changes is None:
        raise TooMuchChangedError("too much changed during the rebuild; it must be made again")
    return [(type_, number) for type_, number in changes if type_ is not None and number is not None]
