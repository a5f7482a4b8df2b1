"""Whoosh behind the seam: one writer at a time, a snapshot for each thread, one error for everything that breaks."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np
from whoosh.index import FileIndex, LockError
from whoosh.reading import IndexReader, SegmentReader
from whoosh.writing import SegmentWriter

from app.search.analysis import fold, tokens
from app.search.catalogue import Allowed
from app.search.engine import (
    OWN_TEXT,
    Health,
    IndexBusyError,
    IndexUnavailableError,
    Matches,
    ParentDocument,
    SearchWriter,
    arrange,
)
from app.search.query import Query, Sort
from app.search.terms import terms_of
from app.search.whoosh_engine.generations import Generations
from app.search.whoosh_engine.postings import Docs
from app.search.whoosh_engine.schema import documents_of, schema
from app.search.whoosh_engine.scoring import find, hit_of
from app.search.whoosh_engine.snapshot import Snapshot, Snapshots, open_index

BUFFER_MB = 32
MOST_SEGMENTS = 24
MERGED_DOWN_TO = 8
PARENTS_PER_COMMIT = 2000
LOCK_SECONDS = 2.0

P = ParamSpec("P")
R = TypeVar("R")


def _reading(
    method: Callable[Concatenate["WhooshEngine", P], R],
) -> Callable[Concatenate["WhooshEngine", P], R]:
    """Make a method of reading try twice and then raise nothing but IndexUnavailableError.

    Twice, because a commit or a swap may take a file away in the very moment it is opened.
    """

    @wraps(method)
    def guarded(self: "WhooshEngine", *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(self, *args, **kwargs)
        except IndexUnavailableError:
            raise
        except Exception:  # noqa: BLE001 - a broken index raises whatever its bytes make of Whoosh
            self.snapshots.forget()
        try:
            return method(self, *args, **kwargs)
        except Exception as error:
            self.snapshots.forget()
            raise IndexUnavailableError(f"the index cannot be read: {error!r}") from error

    return guarded


class WhooshEngine:
    """The search engine over a folder. One object serves all threads of a process."""

    def __init__(self, root: Path) -> None:
        self.generations = Generations(root)
        self.snapshots = Snapshots(self.generations)

    def index(self, documents: Iterable[ParentDocument]) -> None:
        """Add things or replace them whole, in one commit."""
        latest = {document.key: document for document in documents}
        with _writer(self.generations.current()) as writer:
            _take_out(writer, latest)
            for document in latest.values():
                _add(writer, document)

    def delete(self, keys: Iterable[str]) -> None:
        """Take things out of the index."""
        with _writer(self.generations.current()) as writer:
            _take_out(writer, keys)

    @_reading
    def search(self, query: Query, allowed: Allowed, limit: int = 10, offset: int = 0) -> Matches:
        """Find what is allowed and answers the query."""
        snapshot = self.snapshots.latest()
        found = find(snapshot, terms_of(query), allowed)
        total, page, facets = arrange(query, allowed, found.places, found.scores, limit, offset)
        return Matches(total, tuple(hit_of(snapshot, found, int(number), allowed) for number in page), facets)

    @_reading
    def suggest(self, prefix: str, allowed: Allowed, limit: int = 8) -> list[str]:
        """Give the keys of allowed things whose title has all these words, the last one perhaps unfinished; newest first."""
        snapshot = self.snapshots.latest()
        forms = [fold(prefix[token.start : token.end]) for token in tokens(prefix) if not token.joined]
        if not forms:
            return []
        places = snapshot.places(allowed.catalogue)
        docs = _titled(snapshot, forms)
        docs = docs[snapshot.live[docs]]
        found = np.unique(places[docs])
        found = found[found >= 0]
        found = found[allowed.mask[found]]
        by_date = Query(sort=Sort.DATE)
        _, page, _ = arrange(by_date, allowed, found, np.zeros(len(found), np.float32), limit, 0)
        return [allowed.catalogue.key(int(found[number])) for number in page]

    @contextmanager
    def fresh(self) -> Iterator[SearchWriter]:
        """Open a new index beside the live one; it takes its place when the block ends without error."""
        folder = self.generations.new()
        FileIndex.create(open_storage(folder), schema())
        yield _Beside(folder)
        self.generations.use(folder)

    def rebuild(self, documents: Iterable[ParentDocument]) -> None:
        """Replace the whole index; the old one answers until the end."""
        with self.fresh() as index:
            index.index(documents)

    def health(self) -> Health:
        """Look at the index."""
        try:
            return self._health()
        except IndexUnavailableError as error:
            return Health(usable=False, reason=str(error))

    @_reading
    def _health(self) -> Health:
        snapshot = self.snapshots.latest()
        passages = int(np.count_nonzero(snapshot.live & (snapshot.numbers != OWN_TEXT)))
        return Health(True, "", snapshot.parents(), passages, len(snapshot.segments))  # noqa: FBT003 - usable

    @_reading
    def count(self) -> int:
        """Give the number of things indexed."""
        return self.snapshots.latest().parents()


class _Beside:
    """Writes into one folder that nobody reads yet, a commit every 2,000 things."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def index(self, documents: Iterable[ParentDocument]) -> None:
        waiting = iter(documents)
        while batch := _some(waiting, PARENTS_PER_COMMIT):
            latest = {document.key: document for document in batch}
            with _writer(self._folder) as writer:
                _take_out(writer, latest)
                for document in latest.values():
                    _add(writer, document)

    def delete(self, keys: Iterable[str]) -> None:
        with _writer(self._folder) as writer:
            _take_out(writer, keys)


def _some(items: Iterator[ParentDocument], most: int) -> list[ParentDocument]:
    return [item for item, _ in zip(items, range(most), strict=False)]


def open_storage(folder: Path) -> Any:  # noqa: ANN401 - a storage of Whoosh, which is untyped
    """Give Whoosh's view of a folder."""
    from whoosh.filedb.filestore import FileStorage

    return FileStorage(str(folder))


@contextmanager
def _writer(folder: Path) -> Iterator[SegmentWriter]:
    """Hold the one writer of an index: committed at the end, cancelled on any error.

    Raises IndexBusyError when another holds it, IndexUnavailableError when the index is broken.
    """
    try:
        writer = open_index(folder).writer(timeout=LOCK_SECONDS, limitmb=BUFFER_MB)
    except LockError as error:
        raise IndexBusyError("another process writes into the index") from error
    except Exception as error:
        raise IndexUnavailableError(f"the index cannot be written: {error!r}") from error
    done = False
    try:
        yield writer
        writer.commit(mergetype=_merge_many)
        done = True
    finally:
        if not done and not writer.is_closed:
            writer.cancel()


def _merge_many(writer: SegmentWriter, segments: list[Any]) -> list[Any]:
    """Leave the segments alone while they are few, then melt the smallest into the new one (never on a reader's time)."""
    if len(segments) < MOST_SEGMENTS:
        return segments
    ordered = sorted(segments, key=lambda segment: -segment.doc_count_all())
    for segment in ordered[MERGED_DOWN_TO:]:
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return ordered[:MERGED_DOWN_TO]


def _take_out(writer: SegmentWriter, keys: Iterable[str]) -> None:
    reader: IndexReader = writer.reader()
    try:
        for key in keys:
            if ("parent", key) in reader:
                for number in list(reader.postings("parent", key).all_ids()):
                    writer.delete_document(number)
    finally:
        reader.close()


def _add(writer: SegmentWriter, document: ParentDocument) -> None:
    for fields in documents_of(document):
        writer.add_document(**fields)


def _titled(snapshot: Snapshot, forms: list[str]) -> Docs:
    """Give the documents whose title has all the words, the last one as a beginning."""
    *whole, last = forms
    endings = [snapshot.postings("forms", form)[0] for form in snapshot.expand("forms", last)]
    docs = np.unique(np.concatenate(endings)) if endings else np.empty(0, np.int64)
    for form in whole:
        docs = np.intersect1d(docs, snapshot.postings("forms", form)[0])
    return docs
