"""Rules of the file storage, the same for every implementation."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path

import pytest

from app.core.errors import TooLargeError
from app.core.storage import LocalStorage, Storage


@pytest.fixture
def store(tmp_path: Path) -> Storage:
    return LocalStorage(tmp_path)


def test_same_bytes_come_back(store: Storage) -> None:
    content = bytes(range(256)) * 9000
    stored = store.put(io.BytesIO(content))
    assert (stored.sha256, stored.size) == (hashlib.sha256(content).hexdigest(), len(content))
    with store.open(stored.sha256) as file:
        assert file.read() == content


def test_equal_bytes_are_stored_once(store: Storage) -> None:
    first, second = store.put(io.BytesIO(b"abc")), store.put(io.BytesIO(b"abc"))
    assert (first, list(store.all_hashes())) == (second, [first.sha256])


def test_too_large_stream_leaves_nothing(store: Storage, tmp_path: Path) -> None:
    with pytest.raises(TooLargeError):
        store.put(io.BytesIO(b"x" * 5000), limit=4999)
    assert (list(store.all_hashes()), list((tmp_path / "incoming").iterdir())) == ([], [])


def test_interrupted_stream_leaves_nothing(store: Storage, tmp_path: Path) -> None:
    class Cut(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise ConnectionResetError(size)

    with pytest.raises(ConnectionResetError):
        store.put(Cut())
    assert (list(store.all_hashes()), list((tmp_path / "incoming").iterdir())) == ([], [])


def test_removed_bytes_are_gone(store: Storage) -> None:
    stored = store.put(io.BytesIO(b"abc"))
    store.remove(stored.sha256)
    store.remove(stored.sha256)
    assert not store.exists(stored.sha256)
    with pytest.raises(FileNotFoundError):
        store.path(stored.sha256)


def test_derived_file_appears_whole(store: Storage) -> None:
    assert store.derived("ab/page-1.webp") is None
    store.put_derived("ab/page-1.webp", b"picture")
    found = store.derived("ab/page-1.webp")
    assert found is not None
    assert found.read_bytes() == b"picture"


def test_what_was_left_half_received_is_swept_when_it_is_old(store: Storage, tmp_path: Path) -> None:
    left = tmp_path / "incoming" / "cut"
    left.write_bytes(b"half")
    assert (store.forget_unfinished(3600), left.exists()) == (0, True)
    os.utime(left, (1, 1))
    assert (store.forget_unfinished(3600), left.exists()) == (1, False)


def test_bytes_received_again_are_young_again(store: Storage) -> None:
    stored = store.put(io.BytesIO(b"abc"))
    os.utime(store.path(stored.sha256), (1, 1))
    store.put(io.BytesIO(b"abc"))
    assert store.path(stored.sha256).stat().st_mtime > 1000


def test_removed_derived_file_is_gone(store: Storage) -> None:
    store.put_derived("ab/abcd-s96.webp", b"small")
    assert store.derived("ab/abcd-s96.webp") is not None
    for _again in range(2):
        store.remove_derived("ab/abcd-s96.webp")
        assert store.derived("ab/abcd-s96.webp") is None
