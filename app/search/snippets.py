"""The few words around the hits, and the marks over them; everything else of the text is escaped."""

import re
from collections import deque
from collections.abc import Sequence

from markupsafe import Markup, escape

from app.search.hits import Hit, find_hits
from app.search.terms import Clause

SHORTEST, LONGEST = 160, 220
_ELLIPSIS = "…"
_LEADERS = re.compile(r"(?:\s?[.·_]){5,}")
_MARK = Markup("<mark>{}</mark>")


def snippet(text: str, clauses: Sequence[Clause], lang: str | None = "fr") -> Markup:
    """Cut at most 220 characters around the densest hits, on words, hits marked; the beginning when there is none."""
    hits = find_hits(text, clauses, lang)
    start, end = _window(text, hits)
    start, end = _on_words(text, start, end)
    inside = [hit for hit in hits if start <= hit.start and hit.end <= end]
    shown = marked(text, inside, start, end)
    before = _ELLIPSIS if text[:start].strip() else ""
    after = _ELLIPSIS if text[end:].strip() else ""
    return Markup("").join([escape(before), _one_line(shown), escape(after)])


_CUT_SENTENCE = re.compile(r"(?<=[^\n]{40}[^\s-])\n(?=[a-zà-öø-ÿœ])")


def flowing(text: str) -> str:
    """Let a sentence run on that the lines of a page cut: after a long line, where the next begins in small letters.

    The text keeps its length.
    """
    return _CUT_SENTENCE.sub(" ", text)


def mark(text: str, clauses: Sequence[Clause], lang: str | None = "fr") -> Markup:
    """Give the whole text, escaped, with its hits marked; line breaks stay."""
    return marked(text, find_hits(text, clauses, lang))


def mark_pieces(pieces: Sequence[str], clauses: Sequence[Clause], lang: str | None = "fr") -> list[Markup]:
    """Give the pieces of one text, escaped, with its hits marked: one that runs over several is marked in each."""
    hits, shown, start = deque(find_hits("".join(pieces), clauses, lang)), list[Markup](), 0
    for piece in pieces:
        end, cut = start + len(piece), list[Hit]()
        while hits and hits[0].start < end:
            hit = hits[0]
            cut.append(Hit(max(hit.start, start) - start, min(hit.end, end) - start, hit.clause))
            if hit.end > end:
                break  # it goes on in the next piece
            hits.popleft()
        shown.append(marked(piece, cut))
        start = end
    return shown


def stretch(text: str, clauses: Sequence[Clause], lang: str | None = "fr", length: int = 1600) -> Markup:
    """Give the text from a little before its first hits on, escaped, hits marked; line breaks stay."""
    hits = find_hits(text, clauses, lang)
    start = max(0, _window(text, hits)[0] - length // 8) if hits else 0
    start, end = _on_words(text, start if start > length // 8 else 0, min(len(text), start + length))
    inside = [hit for hit in hits if start <= hit.start and hit.end <= end]
    before = _ELLIPSIS if text[:start].strip() else ""
    after = _ELLIPSIS if text[end:].strip() else ""
    return Markup("").join([escape(before), marked(text, inside, start, end), escape(after)])


def _window(text: str, hits: list[Hit]) -> tuple[int, int]:
    """Choose the stretch that holds most different clauses, then most hits, then the first."""
    if not hits:
        return 0, min(len(text), SHORTEST)
    best, chosen = (0, 0), (hits[0].start, hits[0].end)
    last = 0
    for first, hit in enumerate(hits):
        last = max(last, first)
        while last + 1 < len(hits) and hits[last + 1].end - hit.start <= SHORTEST:
            last += 1
        held = hits[first : last + 1]
        value = (len({one.clause for one in held}), len(held))
        if value > best:
            best, chosen = value, (hit.start, max(one.end for one in held))
    return _with_room(chosen, len(text))


def _with_room(hit: tuple[int, int], length: int) -> tuple[int, int]:
    """Widen a stretch on both sides to the longest snippet, a little more behind than before."""
    start, end = hit[0], min(hit[1], hit[0] + LONGEST)
    room = max(0, LONGEST - 20 - (end - start))
    start = max(0, start - room * 2 // 5)
    end = min(length, max(end, start + LONGEST - 20))
    return max(0, min(start, end - LONGEST + 20)), end


def _on_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Move both ends to the nearest space inside, at most 20 characters away."""
    if start > 0 and not text[start - 1].isspace():
        space = next((at for at in range(start, min(start + 20, end)) if text[at].isspace()), None)
        start = space + 1 if space is not None else start
    if end < len(text) and not text[end].isspace():
        space = next((at for at in range(end, min(end + 20, len(text))) if text[at].isspace()), None)
        end = space if space is not None else end
    return start, end


def marked(text: str, hits: Sequence[Hit], start: int = 0, end: int | None = None) -> Markup:
    """Give a text from one place to another, escaped, its hits marked."""
    end = len(text) if end is None else end
    parts: list[Markup] = []
    at = start
    for hit in hits:
        if hit.end <= at:
            continue
        begin = max(hit.start, at)
        parts += [escape(text[at:begin]), _MARK.format(text[begin : hit.end])]
        at = hit.end
    return Markup("").join([*parts, escape(text[at:end])])


def _one_line(text: Markup) -> Markup:
    """Put on one line, the leaders of a table of contents shortened."""
    return Markup(" ".join(_LEADERS.sub(" … ", text).split()))  # noqa: S704 - only spaces and dots change
