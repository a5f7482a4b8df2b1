"""What differs between two texts, word by word: for people who read, not for programs.

Whole lines are compared first, then the words inside those that differ (``difflib``), within bounds: two long texts
that have nothing in common are shown one after the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, GONE, CAME = "same", "gone", "came"
#: Beyond so many words in one passage, comparing them would take longer than anybody waits.
MOST_WORDS = 1500
MOST_LINES = 3000
#: How much of a long passage that stayed the same is shown at each end.
SHOWN_AROUND = 120

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class Piece:
    """A stretch of text: the same in both, gone, or come."""

    what: str
    text: str


def pieces_of(before: str, after: str) -> list[Piece]:
    """Return two texts as one: what stayed, what went, what came, in the order of reading; long stays are cut short."""
    return _shortened(_joined(_by_line(before, after)))


def _by_line(before: str, after: str) -> Iterator[Piece]:
    return _compared(before.splitlines(keepends=True), after.splitlines(keepends=True), MOST_LINES, _by_word)


def _by_word(before: str, after: str) -> Iterator[Piece]:
    return _compared(_TOKEN.findall(before), _TOKEN.findall(after), MOST_WORDS, _replaced)


def _compared(
    old: list[str], new: list[str], most: int, differing: Callable[[str, str], Iterator[Piece]]
) -> Iterator[Piece]:
    """Yield what stayed and what ``differing`` says of the rest; beyond ``most`` parts, one text after the other."""
    if max(len(old), len(new)) > most:
        yield from _replaced("".join(old), "".join(new))
        return
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, came = "".join(old[i1:i2]), "".join(new[j1:j2])
        if tag == "equal":
            yield Piece(SAME, gone)
        else:
            yield from differing(gone, came)


def _replaced(gone: str, came: str) -> Iterator[Piece]:
    if gone:
        yield Piece(GONE, gone)
    if came:
        yield Piece(CAME, came)


def _joined(pieces: Iterator[Piece]) -> list[Piece]:
    """Bring together what two words and the space between them have become: one change, not three."""
    joined: list[Piece] = []
    for piece in pieces:
        if len(joined) >= 3 and piece.what != SAME and joined[-1].what == SAME and joined[-1].text.isspace():  # noqa: PLR2004
            space = joined.pop().text
            joined.append(Piece(GONE, space))
            joined.append(Piece(CAME, space))
        joined.append(piece)
    return _sorted_runs(joined)


def _sorted_runs(pieces: list[Piece]) -> list[Piece]:
    """Put, between two stays, all that went before all that came."""
    result: list[Piece] = []
    gone, came = "", ""
    for piece in [*pieces, Piece(SAME, "")]:
        if piece.what == GONE:
            gone += piece.text
        elif piece.what == CAME:
            came += piece.text
        else:
            result += [*_replaced(gone, came)]
            gone, came = "", ""
            if piece.text:
                result.append(piece)
    return result


def _shortened(pieces: list[Piece]) -> list[Piece]:
    last = len(pieces) - 1
    return [
        Piece(SAME, _around(piece.text, head=n > 0, tail=n < last)) if piece.what == SAME else piece
        for n, piece in enumerate(pieces)
    ]


def _around(text: str, *, head: bool, tail: bool) -> str:
    """Return the ends of a long stay that touch a change."""
    if len(text) <= 2 * SHOWN_AROUND + 40:
        return text
    first = text[:SHOWN_AROUND].rsplit(" ", 1)[0] if head else ""
    last = text[-SHOWN_AROUND:].split(" ", 1)[-1] if tail else ""
    return f"{first} […] {last}".strip(" ") if head or tail else text[: 2 * SHOWN_AROUND].rsplit(" ", 1)[0] + " […]"
