"""Where the higher features declare what can be found; search itself knows none of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from app.search.analysis import fold
from app.search.beginnings import Begun
from app.search.catalogue import CatalogueRow, Scope
from app.search.engine import ParentDocument, Passage

MANY = 200
"""How many things are read from a source at once."""


def _uncounted(_passage: Passage) -> int:
    return 0


@dataclass(frozen=True)
class Card:
    """One thing as its feature shows it in a list of results.

    ``url`` gives the address for a passage (the page of the hit), or of the thing itself for None. ``meta`` are short
    sentences shown under the title (space, organisation, date), already in the reader's language. ``marks_words``: the
    page of the thing takes the words searched as ``q`` and marks them. ``author``: the person named in ``meta``.
    ``public_id`` names the thing in addresses; ``pages`` tells of how many a passage is one (0: not counted);
    ``talk`` is the part of its page where people speak of it. ``state``: what of ``meta`` warns (« archivée »).
    """

    title: str
    kind: str
    url: Callable[[Passage | None], str]
    meta: tuple[str, ...] = ()
    lang: str | None = None
    marks_words: bool = False
    author: Any = None
    public_id: str = ""
    pages: Callable[[Passage], int] = _uncounted
    talk: str = ""
    state: str = ""


@dataclass(frozen=True)
class Keyword:
    """A keyword as it is shown: its slug, its name in the reader's language, the slugs it reaches (it, those under)."""

    slug: str
    label: str
    reach: frozenset[str]


@dataclass(frozen=True)
class Group:
    """Kinds that are looked at together, under one tab of the results; the label is lazy."""

    key: str
    label: Any
    kinds: frozenset[str]
    order: int


@dataclass(frozen=True)
class SpaceName:
    """A space as one person may know it."""

    id: int
    slug: str
    title: str


class SearchSource(Protocol):
    """What a feature tells about one type of things ("resource", "thread"). Ids are the integer keys."""

    type: str

    def keys(self) -> Iterator[int]:
        """Yield the id of everything that is to be indexed, whoever may see it."""
        ...

    def documents(self, ids: Sequence[int]) -> Iterable[ParentDocument]:
        """Yield what is to be indexed of these things; those that no longer exist, or are deleted, are left out."""
        ...

    def rows(self, ids: Sequence[int] | None) -> Iterable[CatalogueRow]:
        """Yield the catalogue rows of these things (None: of all); those no longer to be found are left out."""
        ...

    def cards(self, person: Any, ids: Sequence[int], *, brief: bool = False) -> Mapping[int, Card]:
        """Return the cards of those of these things that this person may see, asked with the feature's own rule.

        ``brief``: nothing will be asked of their passages.
        """
        ...

    def texts(self, wanted: Mapping[int, Sequence[int]]) -> Mapping[tuple[int, int], Passage]:
        """Return passages by (id, n); ``wanted`` gives the numbers for each id. Number 0 is the thing's own text."""
        ...

    def titles(self, person: Any, words: Sequence[Begun], limit: int) -> Sequence[int]:
        """Return the ids of things this person may see whose title holds these words; none for no words.

        Those that begin with one come first, then the newest.

        Asked while somebody types, and while the index is broken.
        """
        ...


_sources: dict[str, SearchSource] = {}
_kind_words: dict[str, str] = {}
_providers: dict[str, Callable[..., Any]] = {}


def register_source(source: SearchSource) -> None:
    """Declare a source; one of the same type is replaced."""
    _sources[source.type] = source


def sources() -> tuple[SearchSource, ...]:
    """Return every declared source."""
    return tuple(_sources.values())


def source_of(key_or_type: str) -> SearchSource | None:
    """Return the source of a type or of a key ("resource:12"), None when no feature declared it."""
    return _sources.get(key_or_type.partition(":")[0])


def register_kind_words(words: Mapping[str, str]) -> None:
    """Let people type other words for a kind: ``{"rapport": "report"}``; of several, joined by hyphens."""
    _kind_words.update({fold(word): kind for word, kind in words.items()})


def kind_named(word: str) -> str:
    """Return the kind that typed words stand for, spaces being as good as hyphens; the unknown stands for itself."""
    return _kind_words.get("-".join(fold(word).split()), word.casefold())


def kind_word(kind: str, lang: str = "fr") -> str:
    """Return the word by which a kind is typed, in French or in English."""
    words = [word for word, named in _kind_words.items() if named == kind and word != kind]
    return words[0] if words and lang == "fr" else kind


def set_scope_provider(provider: Callable[[Any], Scope]) -> None:
    """Declare who tells what a person may read, and for None what any member reads who takes part in no space."""
    _providers["scope"] = provider


def set_space_names_provider(provider: Callable[[Any, Iterable[int]], Mapping[int, SpaceName]]) -> None:
    """Declare who names spaces: ``provider(person, ids)`` leaves out those the person may not know of."""
    _providers["names"] = provider


def set_tags_provider(provider: Callable[[str], Collection[str]]) -> None:
    """Declare who tells which keywords a typed one reaches: itself, what it means, what stands under it (slugs)."""
    _providers["tags"] = provider


def set_meanings_provider(provider: Callable[[], Iterable[Sequence[str]]]) -> None:
    """Declare who knows other names.

    ``provider()`` gives all names of each thing that everybody may know, in a constant number of statements. Every
    process keeps them: whoever changes one calls ``rules_changed``.
    """
    _providers["meanings"] = provider


def set_keywords_provider(provider: Callable[[Collection[str], Collection[int]], Mapping[str, Keyword]]) -> None:
    """Declare who names keywords.

    ``provider(slugs, space_ids)`` names them as everybody does, or else as one of these spaces does, in a constant
    number of statements.
    """
    _providers["keywords"] = provider


def keywords_of(slugs: Collection[str], space_ids: Collection[int]) -> Mapping[str, Keyword]:
    """Return keywords by their slugs, in the words of the network or of these spaces; others are left out."""
    provider: Callable[..., Mapping[str, Keyword]] | None = _providers.get("keywords")
    return provider(slugs, space_ids) if provider and slugs else {}


def tags_reached(word: str) -> Collection[str]:
    """Return the slugs of the keywords a typed one reaches, whoever may see them."""
    provider = _providers.get("tags")
    return provider(word) if provider else ()


def meanings() -> Iterable[Sequence[str]]:
    """Return all names of each thing that everybody may know."""
    provider: Callable[[], Iterable[Sequence[str]]] | None = _providers.get("meanings")
    return provider() if provider else ()


def scope_of(person: Any) -> Scope:
    """Return what a person may read, for None what any member does; nothing while no feature has said it."""
    provider = _providers.get("scope")
    return provider(person) if provider else Scope(None, is_member=False, space_ids=frozenset())


def names_of_spaces(person: Any, ids: Iterable[int]) -> Mapping[int, SpaceName]:
    """Return the names of those spaces this person may know of."""
    provider: Callable[..., Mapping[int, SpaceName]] | None = _providers.get("names")
    return provider(person, ids) if provider else {}


def number_of(key: str) -> int:
    """Return the integer id in a key: 12 for "resource:12"."""
    return int(key.partition(":")[2])


def in_batches(ids: Iterable[int]) -> Iterator[list[int]]:
    """Cut ids into lists of at most ``MANY``."""
    batch: list[int] = []
    for one in ids:
        batch.append(one)
        if len(batch) == MANY:
            yield batch
            batch = []
    if batch:
        yield batch


_kind_labels: dict[str, Any] = {}


def register_kind_labels(labels: Mapping[str, Any]) -> None:
    """Declare how kinds are named to people: ``{"report": lazy « Rapport »}``."""
    _kind_labels.update(labels)


def kind_label(kind: str) -> str:
    """Return the name of a kind in the reader's language."""
    return str(_kind_labels.get(kind, kind))


def kind_is_known(kind: str) -> bool:
    """Tell whether some feature declared this kind."""
    return kind in _kind_labels


_groups: dict[str, Group] = {}


def register_group(key: str, label: Any, kinds: Iterable[str], order: int = 50) -> None:
    """Declare kinds that are looked at together; lower ``order`` comes first. One of the same key is replaced."""
    _groups[key] = Group(key, label, frozenset(kinds), order)


def groups() -> tuple[Group, ...]:
    """Return the groups of kinds, in the order of their tabs."""
    return tuple(sorted(_groups.values(), key=lambda group: group.order))


def kinds_shown_in(key: str) -> frozenset[str]:
    """Return the kinds of a group; none for an unknown key."""
    group = _groups.get(key)
    return group.kinds if group else frozenset()
