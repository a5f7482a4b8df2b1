"""The page of results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from markupsafe import Markup

from app.core.access import person, signed_in
from app.core.i18n import gettext as _
from app.core.paging import Page, page_number
from app.search.hints import sentence
from app.search.operations import PER_PAGE, find, nothing
from app.search.query import LAST_PAGE, MAX_LENGTH, Field, Filter, Sort, parse
from app.search.results import FacetValue, Place, Result, Results
from app.search.sources import kind_label

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("search", __name__)
MOST_TICKED = 30


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
class Shown:
    """A passage as the component takes it: its address, where it stands (« Page 4 »), its words, hits marked."""

    url: str
    place: str
    html: Markup


@dataclass(frozen=True)
class Line:
    """One result as the page shows it: where its title leads, where the other passages are."""

    result: Result
    kind_label: str
    url: str
    more_url: str
    passages: list[Shown]


@blueprint.get("/recherche")
@signed_in
def results_page() -> ResponseReturnValue:
    """Show what was found. The whole state (words, filters, order, page) stands in the address."""
    typed = request.args.get("q", "")
    sort = Sort.DATE if request.args.get("tri") == "date" else Sort.RELEVANCE
    parsed = parse(typed, page=min(page_number(), LAST_PAGE), sort=sort)
    kinds, spaces = request.args.getlist("kind")[:MOST_TICKED], request.args.getlist("espace")[:MOST_TICKED]
    ticked = [*(Filter(Field.KIND, one) for one in kinds), *(Filter(Field.SPACE, one) for one in spaces)]
    query = parsed.query.filtered(ticked)
    found = nothing(query) if query.is_empty else find(person(), query)
    return render_template(
        "search/results.html",
        typed=typed[:MAX_LENGTH],
        found=found,
        lines=[_line(one, typed[:MAX_LENGTH]) for one in found.results],
        page=Page(found.results, query.page, PER_PAGE, found.total),
        sort=sort.value,
        kinds=[Option(one.value, kind_label(one.value), one.count, one.ticked) for one in found.kinds],
        spaces=[Option(one.value, one.label, one.count, one.ticked) for one in found.spaces],
        filters=_filters(found),
        hints=[sentence(hint) for hint in parsed.hints],
        address=_address,
        page_address=lambda number: _address(page=number),
    )


def _line(result: Result, typed: str) -> Line:
    card = result.card
    words = typed if card.marks_words else ""
    places = [Shown(_with_words(place.url, words), _where(place), place.snippet) for place in result.places]
    url = _with_words(result.url, words)
    own = [Shown(url, "", result.snippet)] if result.snippet else []
    return Line(result, kind_label(card.kind), url, _with_words(card.url(None), words), places or own)


def _with_words(url: str, words: str) -> str:
    """Let a page mark the words that led to it."""
    if not words:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode({'q': words})}"


def _where(place: Place) -> str:
    if place.label:
        return place.label
    n = place.n
    units = {"page": _("Page %(n)s", n=n), "slide": _("Diapositive %(n)s", n=n), "sheet": _("Feuille %(n)s", n=n)}
    return units.get(place.unit) or _("Passage %(n)s", n=n)


def _address(**changes: Any) -> str:
    """Return the address of this search with some arguments changed; None drops one."""
    given = {name: request.args.getlist(name)[:MOST_TICKED] for name in ("q", "kind", "espace", "tri")}
    arguments: dict[str, Any] = {name: [value[:MAX_LENGTH] for value in values] for name, values in given.items()}
    return url_for("search.results_page", **{name: value for name, value in (arguments | changes).items() if value})


def _filters(found: Results) -> list[Chip]:
    """Return the ticked filters as chips that can be taken off one by one."""
    return [*_chips("kind", found.kinds, named=True), *_chips("espace", found.spaces)]


def _chips(argument: str, values: tuple[FacetValue, ...], *, named: bool = False) -> list[Chip]:
    ticked = request.args.getlist(argument)
    labels = {one.value: kind_label(one.value) if named else one.label for one in values}
    return [
        Chip(labels[value], _address(**{argument: [other for other in ticked if other != value]}))
        for value in dict.fromkeys(ticked)
        if value in labels
    ]
