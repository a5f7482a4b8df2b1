"""How the filters of the page of results are shown: groups of boxes, chips that come off, tabs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from app.accounts.organisations.sizes import band_words
from app.core.i18n import gettext as _
from app.core.slots import collect
from app.search.catalogue import Aspect
from app.search.facets import ALL
from app.search.filters import words_of_name
from app.search.query import Field, Filter
from app.search.results import Facet, FacetValue, Results
from app.search.sources import kind_is_known, kind_label, kind_named
from app.search.state import ARGUMENTS, State

AddressOf = Callable[[State], str]


@dataclass(frozen=True)
class Chip:
    """A filter that is on, with the address that takes it off."""

    label: str
    remove_url: str


@dataclass(frozen=True)
class Option:
    """One box of a facet, as the component takes it."""

    value: str
    label: str
    count: int
    checked: bool


@dataclass(frozen=True)
class Group:
    """One group of boxes: its title, the argument they send, how the rest is called (« 7 autres villes »)."""

    title: str
    argument: str
    options: list[Option]

    @property
    def ticked(self) -> int:
        """How many of its boxes are ticked."""
        return sum(option.checked for option in self.options)


@dataclass(frozen=True)
class Tab:
    """One tab over the results."""

    url: str
    label: str
    count: int
    active: bool


def boxes(found: Results) -> list[Group]:
    """Return the groups of boxes."""
    return [Group(_title(one), ARGUMENTS[one.field], [_option(value) for value in one.values]) for one in found.facets]


def _option(value: FacetValue) -> Option:
    return Option(value.value, value.label, value.count, value.ticked)


def _title(facet: Facet) -> str:
    titles = {
        Field.KIND: _("Type"),
        Field.SPACE: _("Espace"),
        Field.TAG: _("Mot-clé"),
        Field.CITY: _("Ville"),
        Aspect.SIZE: _("Taille de la collectivité"),
        Field.YEAR: _("Année"),
        Field.LANG: _("Langue"),
        Field.AUTHOR: _("Auteur"),
    }
    return titles[facet.field]


def words_beside_boxes(state: State, found: Results) -> str:
    """Return what the form of the boxes carries as words: what was typed, without the filters its boxes say already."""
    boxed = [one for one in state.parsed.query.filters if _is_boxed(one, found)]
    return state.without(boxed).typed if boxed else state.typed


def _is_boxed(one: Filter, found: Results) -> bool:
    if one.excluded or one in found.unknown:
        return False
    ticked = [value for value in found.values(one.field) if value.ticked]
    if one.field is Field.TAG:
        return "-".join(words_of_name(one.value)) in {value.value for value in ticked}
    return bool(ticked)


def chips(state: State, found: Results, address: AddressOf) -> list[Chip]:
    """Return every filter that is on, as it is called, with the address that takes it off."""
    fields = [Chip(called(one, found), address(state.without([one]))) for one in state.query.filters]
    sizes = (Chip(band_words(one), address(state.without_size(one))) for one in state.beside.sizes)
    return [*fields, *sizes]


def called(one: Filter, found: Results) -> str:
    """Return how a filter is called: « Presse », « Sans : Vie nocturne »."""
    key = _key(one)
    label = next((value.label for value in found.values(one.field) if value.value == key), "")
    if one.field is Field.KIND and kind_is_known(key):
        label = kind_label(key)
    shown = label or one.value.replace("..", "–")
    return _("Sans : %(name)s", name=shown) if one.excluded else shown


def _key(one: Filter) -> str:
    if one.field is Field.KIND:
        return kind_named(one.value)
    return "-".join(words_of_name(one.value)) if one.field is Field.TAG else one.value


def tabs(state: State, found: Results, address: AddressOf) -> list[Tab]:
    """Return the tabs: everything, each group of things, and what other features find for the same words."""
    own = (
        Tab(address(state.under(one.value)), one.label or _("Tout"), one.count, one.ticked)
        for one in found.tabs
        if one.count or one.ticked or one.value == ALL
    )
    return [*own, *_elsewhere(state)]


def _elsewhere(state: State) -> Iterator[Tab]:
    words = " ".join(item.text for item in state.query.items)
    for one in collect("search.tabs", words) if words else ():
        if one.count:
            yield Tab(one.url, one.label, one.count, active=False)


def options_ticked(groups: Iterable[Group]) -> int:
    """Count the boxes that are ticked."""
    return sum(group.ticked for group in groups)
