"""The one writer of a tantivy index: everything of one call in one commit, or nothing of it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from tantivy import Index, IndexWriter

from app.search.engine import IndexBusyError, IndexUnavailableError, ParentDocument
from app.search.index.words import documents_of, once_each
from app.search.tantivy_engine.panics import without_panic
from app.search.tantivy_engine.records import RecordFile
from app.search.tantivy_engine.schema import PARENT, document_of, open_index

BUFFER = 64 * 2**20
LOCK_SECONDS = 2.0
_TRY_AGAIN = 0.05


def create(folder: Path) -> None:
    """Make an empty index in a folder. Raises IndexUnavailableError when the place takes none."""
    with _broken_is_unavailable():
        open_index(str(folder))


def put(folder: Path, documents: Iterable[ParentDocument]) -> None:
    """Add things or replace them whole; of two with one key in the same call the first counts."""
    with _writer_of(folder) as (writer, records):
        for document in once_each(documents):
            writer.delete_documents_by_term(PARENT, document.key)
            for one in documents_of(document):
                writer.add_document(document_of(one, records.add(one)))


def take_out(folder: Path, keys: Iterable[str]) -> None:
    """Take things out; unknown keys are passed over."""
    with _writer_of(folder) as (writer, _):
        for key in keys:
            writer.delete_documents_by_term(PARENT, key)


@contextmanager
def _writer_of(folder: Path) -> Iterator[tuple[IndexWriter, RecordFile]]:
    """Hold the writer of an index; it commits at the end, after the records.

    Raises IndexBusyError when another process or thread holds it, IndexUnavailableError when the index is broken.
    """
    with _broken_is_unavailable():
        writer = _locked(open_index(str(folder)))
    done = False
    try:
        with _broken_is_unavailable():
            records = RecordFile(folder)
        with closing(records):
            yield writer, records
            with _broken_is_unavailable():
                records.sync()
                writer.commit()
        done = True
    finally:
        try:
            with _broken_is_unavailable():
                writer.wait_merging_threads()  # lets go of the lock; what was not committed is forgotten
        finally:
            if not done:
                _remove_leavings(folder)


def _remove_leavings(folder: Path) -> None:
    """Remove the files of what was not committed: on a full disk they are what keeps it full."""
    with suppress(Exception), without_panic():
        writer = open_index(str(folder)).writer(BUFFER, 1)
        writer.garbage_collect_files()
        writer.wait_merging_threads()


@contextmanager
def _broken_is_unavailable() -> Iterator[None]:
    try:
        with without_panic():
            yield
    except IndexBusyError:
        raise
    except Exception as error:
        raise IndexUnavailableError(f"the index cannot be written: {error!r}") from error


def _locked(index: Index) -> IndexWriter:
    until = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            return index.writer(BUFFER, 1)
        except ValueError as error:
            if "LockBusy" not in str(error):
                raise
            if time.monotonic() > until:
                raise IndexBusyError("another process writes into the index") from error
        time.sleep(_TRY_AGAIN)
