"""The one writer of a Whoosh index: everything of one call in one commit, cancelled on any error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from whoosh.index import LockError
from whoosh.reading import IndexReader, SegmentReader
from whoosh.writing import SegmentWriter

from app.search.engine import IndexBusyError, IndexUnavailableError, ParentDocument
from app.search.index.words import documents_of, once_each
from app.search.whoosh_engine.schema import fields_of
from app.search.whoosh_engine.snapshot import open_index

BUFFER_MB = 32
LOCK_SECONDS = 2.0
MOST_SEGMENTS = 16
MERGED_DOWN_TO = 6


@contextmanager
def writer_of(folder: Path) -> Iterator[SegmentWriter]:
    """Hold the writer of an index; it commits at the end.

    Raises IndexBusyError when another process or thread holds it, IndexUnavailableError when the index is broken.
    """
    try:
        # Separate files, not one compound: Whoosh copies a compound segment whole into memory at every opening
        # (measured at 10,000 passages: 135 MB and 40 ms for each reader, against 6 MB and 5 ms).
        writer = open_index(folder).writer(timeout=LOCK_SECONDS, limitmb=BUFFER_MB, compound=False)
    except LockError as error:
        raise IndexBusyError("another process writes into the index") from error
    except Exception as error:
        raise IndexUnavailableError(f"the index cannot be written: {error!r}") from error
    done = False
    try:
        yield writer
        _commit(writer)
        done = True
    finally:
        if not done:
            _let_go(writer, folder)


def _let_go(writer: SegmentWriter, folder: Path) -> None:
    """Cancel what was written, remove it, and give the lock back.

    Whoosh gives it back only when it can close its files, and leaves them to the next commit: on a full disk it cannot,
    nobody in this process would write again, and what is left would keep the disk full.
    """
    if not writer.is_closed:
        with suppress(Exception):
            writer.cancel()
    if not writer.is_closed:
        with suppress(Exception):
            writer.temp_storage().destroy()
    for path in folder.glob(f"{writer.newsegment.segment_id()}*"):
        path.unlink(missing_ok=True)
    with suppress(Exception):
        writer.writelock.release()


def _commit(writer: SegmentWriter) -> None:
    try:
        writer.commit(mergetype=_merge_many)
    except Exception as error:
        raise IndexUnavailableError(f"the index cannot be written: {error!r}") from error


def _merge_many(writer: SegmentWriter, segments: list[Any]) -> list[Any]:
    """Drop what holds nothing any more; leave the segments alone while few, then melt the smallest into the new one."""
    segments = [segment for segment in segments if segment.doc_count()]
    if len(segments) < MOST_SEGMENTS:
        return segments
    ordered = sorted(segments, key=lambda segment: -segment.doc_count_all())
    for segment in ordered[MERGED_DOWN_TO:]:
        reader = SegmentReader(writer.storage, writer.schema, segment)
        writer.add_reader(reader)
        reader.close()
    return ordered[:MERGED_DOWN_TO]


def put(folder: Path, documents: Iterable[ParentDocument]) -> None:
    """Add things or replace them whole; of two with one key in the same call the first counts."""
    with writer_of(folder) as writer, _reader_of(writer) as before:
        for document in once_each(documents):
            _take_out(writer, before, document.key)
            for one in documents_of(document):
                writer.add_document(**fields_of(one))


def take_out(folder: Path, keys: Iterable[str]) -> None:
    """Take things out; unknown keys are passed over."""
    with writer_of(folder) as writer, _reader_of(writer) as before:
        for key in keys:
            _take_out(writer, before, key)


@contextmanager
def _reader_of(writer: SegmentWriter) -> Iterator[IndexReader]:
    reader = writer.reader()
    try:
        yield reader
    finally:
        reader.close()


def _take_out(writer: SegmentWriter, before: IndexReader, key: str) -> None:
    if ("parent", key) in before:
        for number in list(before.postings("parent", key).all_ids()):
            writer.delete_document(number)
