"""Files that arrive in pieces: what is kept is what the disk holds, and two lines at once harm nothing."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest

from app.core.parts import LocalParts, OutOfPlaceError


def content_of(held: LocalParts) -> bytes:
    with held.open("a") as file:
        return file.read()


def test_two_lines_at_once_leave_the_bytes_of_one_file(tmp_path: Path) -> None:
    held = LocalParts(tmp_path)
    held.begin("a")
    content = os.urandom(400_000)
    ends: list[Any] = []

    def send() -> None:
        pieces = (content[at : at + 1000] for at in range(0, len(content), 1000))
        try:
            ends.append(held.add("a", 0, pieces))
        except OutOfPlaceError as error:
            ends.append(error)

    lines = [threading.Thread(target=send) for _ in range(2)]
    for line in lines:
        line.start()
    for line in lines:
        line.join()
    at = held.size("a")
    assert any(isinstance(end, OutOfPlaceError) for end in ends)
    if at < len(content):
        held.add("a", at, [content[at:]])
    assert content_of(held) == content


def test_line_thought_dead_that_wakes_up_writes_nothing_more(tmp_path: Path) -> None:
    held = LocalParts(tmp_path)
    held.begin("a")

    def slow() -> Any:
        yield b"12"
        held.add("a", 2, [b"345"])  # the client has come back on another line meanwhile
        yield b"34"

    with pytest.raises(OutOfPlaceError) as moved:
        held.add("a", 0, slow())
    assert moved.value.size == 5
    assert content_of(held) == b"12345"


@pytest.mark.parametrize("name", ["../secret", "a/b", "", "A", "é"])
def test_part_has_no_other_name_than_ours(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileNotFoundError):
        LocalParts(tmp_path).size(name)
