"""Words marked on a page: which they are, whether a text holds them, their marks in safe HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import unescape

from markupsafe import Markup

from app.search.hits import Hit, find_hits
from app.search.query import parse
from app.search.rules import rules
from app.search.snippets import marked
from app.search.terms import Clause
from app.search.widening import terms_for

# A tag, whatever its attributes hold, or what stands for a card until the page is shown.
_NOT_TEXT = re.compile(r"""(<(?:[^>"']|"[^"]*"|'[^']*')*>|\[\[[a-z]+:[a-z0-9-]+\]\])""")
# Tags within a word or a sentence; any other parts what stands before it from what stands behind.
_WITHIN = re.compile(r"</?(?:a|abbr|b|code|del|em|i|ins|s|small|span|strong|sub|sup|u)\b", re.IGNORECASE)

SHORTEST_START = 3
# The letters that fold to a bare one, as they stand in French, English, Spanish, German and Italian texts.
_ACCENTED = {
    "a": "[aàâäáãåªÀÂÄÁÃÅ]",
    "c": "[cçÇ]",
    "e": "[eéèêëÉÈÊË]",
    "i": "[iîïíìÎÏÍÌ]",
    "n": "[nñÑ]",
    "o": "[oôöóòõøºÔÖÓÒÕØ]",
    "u": "[uùûüúÙÛÜÚ]",
    "y": "[yÿýŸÝ]",
}
_LIGATURES = {"oe": "[œŒ]", "ae": "[æÆ]", "ss": "[ßẞ]"}


def clauses_of(words: str) -> tuple[Clause, ...]:
    """Return what is to be marked for words typed in a search box."""
    return terms_for(parse(words).query, rules()).marked if words.strip() else ()


def mark_html(html: str, clauses: Sequence[Clause], lang: str | None = "fr") -> Markup:
    """Return safe HTML with the words that answer marked: only its texts change.

    A word is found across the tags of a sentence, a phrase from one paragraph into the next too, as the index finds it.
    """
    pieces = _NOT_TEXT.split(html)  # texts stand at the even places
    texts = [_gap(piece) if n % 2 else unescape(piece) for n, piece in enumerate(pieces)]
    hits = find_hits("".join(texts), clauses, lang) if clauses else []
    if not hits:
        return Markup(html)  # noqa: S704 - safe as it came
    return Markup("").join(_with_marks(pieces, texts, hits))


def _gap(tag: str) -> str:
    return "" if _WITHIN.match(tag) else "\n"


def _with_marks(pieces: Sequence[str], texts: Sequence[str], hits: Sequence[Hit]) -> Iterator[Markup]:
    start = 0
    for n, (piece, text) in enumerate(zip(pieces, texts, strict=True)):
        end = start + len(text)
        if n % 2:
            yield Markup(piece)  # noqa: S704 - a tag, safe as it came
        else:
            inside = (hit for hit in hits if hit.start < end and hit.end > start)
            cut = [Hit(max(hit.start, start) - start, min(hit.end, end) - start, hit.clause) for hit in inside]
            yield marked(text, cut)
        start = end


@lru_cache(maxsize=64)
def beginnings_of(clauses: tuple[Clause, ...]) -> re.Pattern[str]:
    """Return what a text must hold to be worth analysing: the first letters of a word looked for.

    Ten times quicker than the analysis, and never stricter: any accent, and one sign between letters (« C.H.U. »).
    """
    terms = [sequence[0] for clause in clauses for sequence in clause.sequences if sequence]
    terms += [clause.prefix for clause in clauses if clause.prefix]
    starts = sorted({_start_of(term) for term in terms})
    return re.compile("|".join(_any_spelling(start) for start in starts) or r"\Z.", re.IGNORECASE)


def _start_of(term: str) -> str:
    """Return the first letters of a term without the mark of its language (« com~en »); « bail » finds « baux »."""
    start = term.partition("~")[0][:SHORTEST_START]
    return "ba" if start == "bai" else start


def _any_spelling(letters: str) -> str:
    spelled = r"[\W_]?".join(_ACCENTED.get(letter, re.escape(letter)) for letter in letters)
    for double, ligature in _LIGATURES.items():
        plain = r"[\W_]?".join(_ACCENTED.get(letter, letter) for letter in double)
        spelled = spelled.replace(plain, f"(?:{ligature}|{plain})")
    return spelled


def holds(text: str, clauses: tuple[Clause, ...], lang: str | None = "fr") -> bool:
    """Tell whether a text holds a word that answers."""
    return bool(beginnings_of(clauses).search(text)) and bool(find_hits(text, clauses, lang))
