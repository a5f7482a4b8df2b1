"""The page of results."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, render_template, request, url_for
from markupsafe import Markup

from app.core.access import anyone, person, signed_in
from app.core.i18n import current_language
from app.core.i18n import gettext as _
from app.core.paging import Page, page_number
from app.search.help import help_lines
from app.search.hints import of_unknown, sentence
from app.search.operations import PER_PAGE, find, nothing
from app.search.query import LAST_PAGE, MAX_LENGTH, Field, Filter, Sort, parse, typed
from app.search.query.fields import written
from app.search.results import FacetValue, Place, Result, Results
from app.search.sources import kind_label
from app.search.ways import Way, other_spelling, ways_out

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
class Offer:
    """Something to try instead: what it does, to what or with which words, where it leads, how many things it finds."""

    step: str
    label: str
    url: str
    total: int


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
    asked = request.args.get("q", "")
    sort = Sort.DATE if request.args.get("tri") == "date" else Sort.RELEVANCE
    parsed = parse(asked, page=min(page_number(), LAST_PAGE), sort=sort)
    kinds, spaces = request.args.getlist("kind")[:MOST_TICKED], request.args.getlist("espace")[:MOST_TICKED]
    ticked = [*(Filter(Field.KIND, one) for one in kinds), *(Filter(Field.SPACE, one) for one in spaces)]
    query = parsed.query.filtered(ticked)
    found = nothing(query) if query.is_empty else find(person(), query)
    few = not found.degraded and found.total <= PER_PAGE and query.page == 1
    spelling = other_spelling(person(), query) if few else None
    return render_template(
        "search/results.html",
        typed=asked[:MAX_LENGTH],
        found=found,
        lines=[_line(one, asked[:MAX_LENGTH]) for one in found.results],
        page=Page(found.results, query.page, PER_PAGE, found.total),
        sort=sort.value,
        kinds=[Option(one.value, kind_label(one.value), one.count, one.ticked) for one in found.kinds],
        spaces=[Option(one.value, one.label, one.count, one.ticked) for one in found.spaces],
        filters=_filters(found),
        hints=[*(sentence(hint) for hint in parsed.hints), *(of_unknown(one) for one in found.unknown)],
        spelling=_offered(spelling, ticked) if spelling else None,
        ways=[] if found.total or not few else [_offered(way, ticked) for way in ways_out(person(), query)],
        words=" ".join(item.text for item in query.items),
        address=_address,
        page_address=lambda number: _address(page=number),
    )


@blueprint.get("/recherche/aide")
@signed_in
def help_page() -> ResponseReturnValue:
    """Explain in ten lines what may be typed, with examples of this reader's own."""
    return render_template("search/help.html", lines=help_lines(person()))


@blueprint.get("/recherche/navigateur.xml")
@anyone
def opensearch() -> ResponseReturnValue:
    """Describe the search to browsers, which then offer it in their address bar."""
    site = current_app.config["SETTINGS"]
    page = render_template(
        "search/opensearch.xml",
        site=site,
        description=_("Chercher dans %(site)s", site=site.site_name),
    )
    return Response(page, mimetype="application/opensearchdescription+xml")


def _offered(way: Way, ticked: list[Filter]) -> Offer:
    """Return a way out as a link that keeps what is ticked, and types the rest."""
    lang = current_language()
    left = [one for one in way.query.filters if one not in ticked]
    words = typed(replace(way.query, filters=tuple(left)), lang)
    kept = {field: [one.value for one in way.query.filters if one in ticked and one.field is field] for field in Field}
    url = url_for("search.results_page", q=words, kind=kept[Field.KIND], espace=kept[Field.SPACE])
    label = written(way.dropped.field, way.dropped.value, lang) if way.dropped else words
    return Offer(way.step.value, label, url, way.total)


def _line(result: Result, asked: str) -> Line:
    card = result.card
    words = asked if card.marks_words else ""
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
