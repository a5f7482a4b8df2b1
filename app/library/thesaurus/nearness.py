"""Terms whose names look like a word: another spelling, another number, a letter missing."""

from __future__ import annotations

from collections import Counter, defaultdict

from app.core.i18n import gettext as _
from app.library.models import Tag
from app.library.tags import Judged, tag_slug
from app.library.thesaurus.book import Book, read_book
from app.search.analysis import stem

#: How much of their letters, three by three, two words must share.
ALIKE = 0.42
MOST = 3


class Nearness:
    """The names of a thesaurus, cut in threes once, to be compared with many words."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._cut = {slug: _threes(slug) for slug in book.words}
        self._holding: dict[str, list[str]] = defaultdict(list)
        for slug, pieces in self._cut.items():
            for piece in pieces:
                self._holding[piece].append(slug)
        self._stems = {_stems(slug): slug for slug in book.words}

    def near(self, word: str, most: int = MOST) -> list[Tag]:
        """Return the terms nearest to a word, the nearest first."""
        slug = tag_slug(word)
        pieces = _threes(slug)
        shared = Counter(other for piece in pieces for other in self._holding.get(piece, ()))
        scores: dict[int, float] = {}
        for other, common in shared.items():
            score = common / (len(pieces) + len(self._cut[other]) - common)
            if score >= ALIKE:
                term = self._book.words[other]
                scores[term] = max(score, scores.get(term, 0))
        same = self._stems.get(_stems(slug))
        if same:
            scores[self._book.words[same]] = 1
        ranked = sorted(scores, key=lambda one: (-scores[one], self._book.terms[one].sort_key))
        return [self._book.terms[one] for one in ranked[:most]]


def _threes(slug: str) -> frozenset[str]:
    framed = f"--{slug}-"
    return frozenset(framed[start : start + 3] for start in range(len(framed) - 2))


def _stems(slug: str) -> str:
    return "-".join(stem(piece, "fr") for piece in slug.split("-"))


def sentences_on(judged: Judged) -> list[str]:
    """Return, for each word a space does not take, a sentence that says why and proposes the nearest terms."""
    near = Nearness(read_book()).near
    sentences = []
    for word in judged.unknown:
        why = _("« %(word)s » n'est pas dans la liste commune, la seule que cet espace prend.", word=word)
        sentences.append(why + _nearest(near(word)))
    for word, reason in judged.refused.items():
        why = _("« %(word)s » est écarté par l'animation de cet espace.", word=word)
        sentences.append(f"{why} {reason}".rstrip() + _nearest(near(word)))
    return sentences


def _nearest(terms: list[Tag]) -> str:
    names = ", ".join(_("« %(name)s »", name=term.name) for term in terms)
    return " " + _("Proches : %(names)s.", names=names) if names else ""
