"""Cutting a text without pages into passages of some 400 words, at the ends of paragraphs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WORDS = 400
_MOST = 600
_SENTENCE_END = re.compile(r"(?<=[.!?…;])\s+|\n")
SHEET_CHARACTERS = 16_000


def passages(text: str) -> Iterator[str]:
    """Yield passages of about 400 words (600 at most), each made of whole paragraphs where these are not longer."""
    yield from _gather(_pieces(text), "\n\n")


def _gather(pieces: Iterable[tuple[str, int]], between: str) -> Iterator[str]:
    """Put pieces together until they make a passage; `pieces` come with their number of words."""
    held: list[str] = []
    words = 0
    for piece, count in pieces:
        # Stop before a piece that would take us further from 400 than stopping does.
        if held and words + count > WORDS and words + count - WORDS > WORDS - words:
            yield between.join(held)
            held, words = [], 0
        held.append(piece)
        words += count
        if words >= WORDS:
            yield between.join(held)
            held, words = [], 0
    if held:
        yield between.join(held)


def _pieces(text: str) -> Iterator[tuple[str, int]]:
    """Yield paragraphs, and the sentences of those that are too long, with their number of words."""
    for paragraph in text.split("\n\n"):
        count = len(paragraph.split())
        if count > _MOST:
            yield from ((part, len(part.split())) for part in _gather(_sentences(paragraph), " "))
        elif count:
            yield paragraph, count


def _sentences(paragraph: str) -> Iterator[tuple[str, int]]:
    """Yield sentences or lines; what has neither end is cut every 400 words, and a word every 2,000 characters."""
    for sentence in _SENTENCE_END.split(paragraph):
        words = sentence.split()
        for at in range(0, len(words), WORDS):
            yield " ".join(words[at : at + WORDS]), len(words[at : at + WORDS])


def sheet_parts(lines: Iterable[str]) -> Iterator[tuple[int, int, str]]:
    """Yield (first line, last line, text) of a sheet cut after whole lines, some 16,000 characters each."""
    held: list[str] = []
    first, size = 1, 0
    for number, line in enumerate(lines, 1):
        if held and size + len(line) > SHEET_CHARACTERS:
            yield first, number - 1, "\n".join(held)
            held, first, size = [], number, 0
        held.append(line)
        size += len(line) + 1
    if held:
        yield first, first + len(held) - 1, "\n".join(held)
