"""Places that lower features offer and higher ones fill, so that nobody imports upwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

Filler = Callable[..., Any]
_slots: dict[str, dict[str, tuple[int, Filler]]] = defaultdict(dict)

#: Every slot there is, with what its fillers receive and give. A test keeps this list and the calls in step.
SLOTS = {
    "navigation": "() -> NavigationEntry or None: an entry of the main navigation, for the signed-in person",
    "page.notices": "() -> Markup or None: a banner under the bar of every page of the signed-in person",
    "account.menu": "() -> NavigationEntry or None: an entry of the person's own menu, above signing out",
    "account.tabs": "() -> Tab or None: a tab of the pages about one's own account (/moi)",
    "admin.tabs": "() -> Tab or None: a tab of the administration, in the fixed order",
    "health.checks": "() -> Check or None: something the site needs to work well, for those who watch over it",
    "admin.notices": "() -> Markup or None: what those who run the site must know, atop the administration",
    "admin.figures": "() -> Figure or None: a number on the front page of the administration, with where it leads",
    "search.tools": "(arguments) -> Tab or None: a link beside the order of results, about the same search",
    "search.head": "(state) -> Markup or None: what can be done with a search, beside the title of its results",
    "search.suggestions": "(typed) -> Suggested or None: what a feature names with the words somebody has typed so far",
    "search.tabs": "(words) -> Tab or None: what else is found for words, elsewhere: how much of it, and where",
    "person.page": "(person) -> str or None: the address of a person's page, where the signed-in reader may open it",
    "person.photo": "(person, side) -> str or None: the address of a photo, where the signed-in reader may see it",
    "person.roles": "(person) -> str or None: a role that asks for a second factor (BEFFROI_SECOND_FACTOR_FOR)",
    "person.panels": "(person) -> Markup or None: a panel of a person's page, for the signed-in reader",
    "person.export": "(person) -> list[ExportPart]: what a feature holds of a person, for the ZIP of their data",
    "person.hold": "(person) -> None: hold, while writing, the rows whose rules count on a person about to leave",
    "person.obstacles": "(person) -> list[str]: sentences that say what must be settled before the account is erased",
    "person.erase": "(person, withdraw) -> None: forget a person; ``withdraw``: what nobody answered goes too",
    "organisation.merging": "(other, kept) -> None: before one becomes the other: settle rows both may not hold",
    "organisation.obstacles": "(place, by) -> list[str]: what a person may know that must be settled before it goes",
    "storage.named": "() -> set[str]: the SHA-256 of stored files that a feature's rows name, which no sweep removes",
    "picture.redrawn": "(stream, name, width) -> bytes: a picture somebody sends as WebP, upright, without metadata",
    "space.archive": "() -> list[Part]: the tables of a feature whose rows leave with a space in its archive",
    "space.tabs": "(space) -> Tab or None: a tab of a space, in the fixed order",
    "space.overview": "(space) -> Markup or None: a panel of the space's front page, main column",
    "space.aside": "(space) -> Markup or None: a panel of the space's front page, beside",
    "space.stored": "(space) -> int: the bytes of the files a feature keeps for a space, equal ones counted once",
    "resource.counts": "(ids) -> dict[resource id, text]: a short fact beside resources of a list (« 4 commentaires »)",
    "resource.answered": "(ids, person) -> set[int]: which of some resources somebody other than the person answered",
    "resource.aside": "(resource, page seen or None) -> Markup or None: a panel beside a resource (its discussion)",
    "resource.uses": "(resource, reader) -> UseGroup or None: where a resource serves, as the reader may see it",
    "home.tasks": "() -> Task or None: what the person is asked to do, at the top of the home page",
    "home.news": "(since, limit) -> list[NewsItem]: what is new for the person",
    "home.aside": "() -> Markup or None: a panel beside the home page",
    "cards": "(person, keys) -> dict[key, Card]: cards of things mentioned in a text, only those the person may see",
}


def fill(slot: str, order: int = 50) -> Callable[[Filler], Filler]:
    """Register a function for a slot; lower ``order`` comes first. Registering it again replaces it."""
    if slot not in SLOTS:
        raise KeyError(slot)

    def register(filler: Filler) -> Filler:
        _slots[slot][f"{filler.__module__}.{filler.__qualname__}"] = (order, filler)
        _slots[slot] = dict(sorted(_slots[slot].items(), key=lambda entry: entry[1][0]))
        return filler

    return register


def fillers(slot: str) -> Iterator[Filler]:
    """Yield the functions of a slot in order."""
    if slot not in SLOTS:
        raise KeyError(slot)
    for _order, filler in _slots[slot].values():
        yield filler


def collect(slot: str, *args: Any, **context: Any) -> list[Any]:
    """Call every filler of a slot and return what they gave, without the Nones."""
    given = (filler(*args, **context) for filler in fillers(slot))
    return [value for value in given if value is not None]
