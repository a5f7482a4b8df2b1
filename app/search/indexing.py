"""How changes reach the index: a few things at a time, or everything beside the live index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from app.core.db import transaction
from app.core.jobs import enqueue
from app.extensions import db
from app.search.engine import ParentDocument, SearchEngine, SearchWriter
from app.search.models import audience_version, changes_after
from app.search.sources import in_batches, source_of, sources
from app.search.words import forget_all_but, noting, remember

ROUNDS = 5
MOST_REPLAYED = 50_000

Thing = tuple[str, int]


def reindex(writer: SearchWriter, things: Iterable[Thing]) -> None:
    """Bring things up to date in an index: added, replaced, or taken out when their feature no longer gives them."""
    wanted = list(dict.fromkeys(things))
    there: set[str] = set()
    words: set[str] = set()
    writer.index(noting(_noted(_documents(wanted), there), words))
    remember(words)
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


def rebuild(engine: SearchEngine) -> None:
    """Make the whole index anew from the database, beside the live one.

    What changes meanwhile is replayed before the swap; what changes in the very moment of the swap is queued again.
    """
    db.session.rollback()
    version = audience_version()
    words: set[str] = set()
    with engine.fresh() as beside:
        beside.index(noting(_everything(), words))
        db.session.rollback()
        remember(words)
        for _ in range(ROUNDS):
            before, version = version, _replay(beside, version)
            if before == version:
                break
    _queue_again(version)
    forget_all_but(words)


def _everything() -> Iterator[ParentDocument]:
    """Yield every thing of every source, a batch at a time, each in its own short reading."""
    for source in sources():
        for ids in in_batches(list(source.keys())):
            yield from source.documents(ids)
            db.session.rollback()
            db.session.expunge_all()


def _replay(writer: SearchWriter, version: int) -> int:
    """Index again what changed after a version; return the version reached."""
    db.session.rollback()
    reached = audience_version()
    things = _changed(version)
    if things:
        reindex(writer, things)
    return reached


def _changed(version: int) -> list[Thing]:
    """Give the things changed after a version; a change that names none concerns rights, not texts."""
    if audience_version() == version:
        return []
    changes = changes_after(version, MOST_REPLAYED)
    if changes is None:
        message = "too much changed during the rebuild; it will be made again"
        raise RuntimeError(message)
    return [(type_, number) for type_, number in changes if type_ is not None and number is not None]


def _queue_again(version: int) -> None:
    with transaction():
        for type_, number in _changed(version):
            enqueue("search.index", {"type": type_, "id": number}, key=f"search.index:{type_}:{number}")
