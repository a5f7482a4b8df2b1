"""What is searched: files of ten pages made of the demo's sentences, and questions drawn from their words."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from app.search.analysis import fold, is_stopword
from app.search.catalogue import Allowed, Audience, Catalogue, CatalogueRow, Scope
from app.search.engine import ParentDocument, Passage
from benchmarks.words import sentences

PAGES, SENTENCES_A_PAGE = 10, 14
SPACES, READ, KINDS, TAGS = 60, 20, 8, 40
NAMES, NAMES_A_PAGE = 50_000, 3
QUESTIONS, SHORTEST = 25, 5
COMMON_AT_LEAST, RARE_AT_MOST = 0.15, 12


@dataclass(frozen=True)
class Question:
    """What is asked: of what kind, in our language, and its bare words for the libraries."""

    kind: str
    typed: str
    words: tuple[str, ...]


class Corpus:
    """So many passages; the same number gives the same texts and the same questions."""

    def __init__(self, passages: int) -> None:
        self.passages = passages
        self.things = max(1, passages // PAGES)

    def documents(self) -> Iterator[ParentDocument]:
        """Yield every thing, made anew each time."""
        for number in range(self.things):
            yield self.document(number)

    def document(self, number: int) -> ParentDocument:
        """Give one thing: a title, tags, ten pages of some 250 words."""
        chance = random.Random(number)  # noqa: S311 - texts, not secrets
        pages = tuple(Passage(n, "page", f"p. {n}", _page(chance)) for n in range(1, PAGES + 1))
        title = chance.choice(sentences())[:80]
        return ParentDocument(f"resource:{number + 1}", title, tuple(self.row(number).tags), "fr", pages)

    def row(self, number: int) -> CatalogueRow:
        """Give the row of one thing in the catalogue."""
        chance = random.Random(-number - 1)  # noqa: S311 - same
        return CatalogueRow(
            key=f"resource:{number + 1}",
            kind=f"kind{int(chance.paretovariate(1)) % KINDS}",
            space_id=chance.randrange(SPACES),
            audience=Audience.SPACE,
            published=True,
            date=dt.date(chance.randrange(2005, 2027), 1, 1),
            lang="fr",
            tags=tuple({f"mot{int(chance.paretovariate(1)) % TAGS}" for _ in range(3)}),
        )

    @cached_property
    def allowed(self) -> Allowed:
        """What a person of a third of the spaces may find."""
        scope = Scope(1, is_member=True, space_ids=frozenset(range(READ)))
        return Allowed.to(Catalogue(map(self.row, range(self.things))), scope)

    @cached_property
    def everything(self) -> Allowed:
        """What a person of all spaces may find."""
        return Allowed.to(self.allowed.catalogue, Scope(1, is_member=True, space_ids=frozenset(range(SPACES))))

    @cached_property
    def questions(self) -> list[Question]:
        """Twenty-five questions of each kind."""
        chance = random.Random(3)  # noqa: S311 - same
        known = Counter(word for sentence in sentences() for word in set(_words(sentence)))
        page = SENTENCES_A_PAGE / len(sentences())
        common = [word for word, times in known.items() if times * page >= COMMON_AT_LEAST]
        usual = [word for word, times in known.items() if times > RARE_AT_MOST]
        names = [_name(chance.randrange(NAMES)) for _ in range(QUESTIONS)]
        asked = []
        for rare in names:
            word, three, two = chance.choice(common), chance.sample(usual, 3), chance.sample(usual, 2)
            phrase = _phrase(chance)
            asked += [
                Question("common word", word, (word,)),
                Question("rare word", rare, (rare,)),
                Question("3 words, any", " ".join(three), tuple(three)),
                Question("3 words, all", " ET ".join(three), tuple(three)),
                Question("phrase of 3", f'"{" ".join(phrase)}"', phrase),
                Question("beginning", f"{word[:5]}*", (word[:5],)),
                Question("full page", " ".join(two), tuple(two)),
            ]
        return asked


def _page(chance: random.Random) -> str:
    names = [_name(int(chance.paretovariate(0.3)) % NAMES) for _ in range(NAMES_A_PAGE)]
    return " ".join([*chance.sample(sentences(), SENTENCES_A_PAGE), *names])


def _name(number: int) -> str:
    syllables = "ba", "co", "dri", "fe", "gul", "ma", "no", "pel", "ru", "sa", "ti", "vou"
    name = ""
    for _ in range(5):
        number, which = divmod(number * 7 + 3, len(syllables))
        name += syllables[which]
    return name


def _words(sentence: str) -> list[str]:
    words = fold(sentence).split()
    return [word for word in words if word.isalpha() and len(word) >= SHORTEST and not is_stopword(word)]


def _phrase(chance: random.Random) -> tuple[str, ...]:
    while True:
        words = chance.choice(sentences()).rstrip(".!?").split()
        at = chance.randrange(max(1, len(words) - 3))
        three = tuple(words[at : at + 3])
        if len(three) == 3 and all(word.isalpha() for word in three) and not is_stopword(fold(three[0])):  # noqa: PLR2004
            return three
