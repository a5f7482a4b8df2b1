"""Terms of the thesaurus found in a text, by their labels and synonyms, whatever the number, accents or case.

Words are compared by their stems (the analyser of the search), the longest name first; small words between two of a
name do not matter (« conseil local de la sécurité »). An acronym counts only in capitals. Names that are merely
understood when typed (``hidden``) are not looked for.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import func, select

from app.extensions import db
from app.library.models import Tag, TagState
from app.search.analysis import Token, fold, is_stopword, tokens

#: How far apart two words of a name may stand, and how much a one-word synonym counts beside a label.
REACH, LOOSE = 3, 0.5
LONGEST_ACRONYM = 7
#: How much of a text is read, in characters: some 600 pages.
LONGEST_TEXT = 2_000_000


@dataclass(frozen=True)
class Phrase:
    """A name as stems: those after the first, its term, what one occurrence counts, whether only capitals count."""

    rest: tuple[str, ...]
    term: str
    weight: float
    is_acronym: bool


class Finder:
    """The names of a thesaurus in one language, ready to be looked for in texts."""

    def __init__(self, lang: str, terms: Iterable[tuple[str, str, Iterable[str]]]) -> None:
        """Take (public id, label, synonyms) of each term."""
        self.lang = lang
        self._by_first: dict[str, list[Phrase]] = defaultdict(list)
        for public_id, label, synonyms in terms:
            for name in (label, *synonyms):
                self._add(public_id, name, is_label=name == label)
        for phrases in self._by_first.values():
            phrases.sort(key=lambda one: -len(one.rest))
        self._among = frozenset(
            stem for first, phrases in self._by_first.items() for one in phrases for stem in (first, *one.rest)
        )

    def _add(self, public_id: str, name: str, *, is_label: bool) -> None:
        found = [(one.term, name[one.start : one.end]) for one in tokens(name, self.lang) if not one.joined]
        stems = [term for term, word in found if not is_stopword(fold(word))]
        if stems:
            is_acronym = name.isupper() and len(name) <= LONGEST_ACRONYM
            weight = 1.0 if is_label or is_acronym or len(stems) > 1 else LOOSE
            self._by_first[stems[0]].append(Phrase(tuple(stems[1:]), public_id, weight, is_acronym))

    def found_in(self, text: str) -> Counter[str]:
        """Return how much each term occurs in a text, by its public id."""
        counted: Counter[str] = Counter()
        seen = list(tokens(text[:LONGEST_TEXT], self.lang, self._among))
        at = 0
        while at < len(seen):
            at = self._match(text, seen, at, counted)
        return counted

    def _match(self, text: str, seen: list[Token], at: int, counted: Counter[str]) -> int:
        first = seen[at]
        for phrase in self._by_first.get(first.term, ()):
            last = _followed(seen, at, phrase.rest)
            if last is None or (phrase.is_acronym and not text[first.start : first.end].isupper()):
                continue
            counted[phrase.term] += phrase.weight  # type: ignore[assignment]
            return last + 1
        return at + 1


def _followed(seen: list[Token], at: int, rest: tuple[str, ...]) -> int | None:
    """Return where a name ends whose other stems follow one another within reach; None when they do not."""
    position = seen[at].position
    for stem in rest:
        at += 1
        while at < len(seen) and seen[at].position <= position + REACH and seen[at].term != stem:
            at += 1
        if at >= len(seen) or seen[at].position > position + REACH or seen[at].position <= position:
            return None
        position = seen[at].position
    return at


def finder(lang: str) -> Finder:
    """Return the finder of a language (French unless it is English), made anew when the thesaurus has changed."""
    moment = select(func.count(Tag.id), func.max(Tag.updated_at), func.max(Tag.id))
    version = tuple(db.session.execute(moment.where(Tag.state == TagState.ADOPTED)).one())
    kept: dict[str, tuple[object, Finder]] = current_app.extensions.setdefault("keyword_finders", {})
    lang = "en" if lang == "en" else "fr"
    if lang not in kept or kept[lang][0] != version:
        kept[lang] = (version, Finder(lang, _names(lang)))
    return kept[lang][1]


def _names(lang: str) -> list[tuple[str, str, list[str]]]:
    columns = (Tag.public_id, Tag.label, Tag.label_en, Tag.names)
    rows = db.session.execute(select(*columns).where(Tag.state == TagState.ADOPTED))
    return [
        (public_id, (label_en or label) if lang == "en" else label, (names or {}).get(f"alt_{lang}", []))
        for public_id, label, label_en, names in rows
    ]
