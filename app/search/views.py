"""The page of results, the page that explains what may be typed, the description for browsers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, current_app, get_template_attribute, render_template, request, url_for

from app.core.access import anyone, person, signed_in
from app.core.errors import wants_json
from app.core.i18n import current_language
from app.core.i18n import gettext as _
from app.core.paging import Page, page_number
from app.core.slots import collect
from app.core.text import one_line
from app.search.filtering import boxes, called, chips, options_ticked, tabs, words_beside_boxes
from app.search.filters import NOTHING_BESIDE
from app.search.help import help_lines
from app.search.hints import of_unknown, sentence
from app.search.lines import Links, Showing, line_of, peek_beside
from app.search.log.keeping import note
from app.search.operations import PER_PAGE, find, nothing
from app.search.query import MAX_LENGTH, Sort, typed
from app.search.results import Result, Results
from app.search.similar import near_title
from app.search.state import State
from app.search.ways import Way, other_spelling, ways_out

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("search", __name__)
#: The result whose passages are all shown, and the one read beside the list, by their public ids.
UNFOLDED, PEEKED = "deplier", "apercu"


@dataclass(frozen=True)
class Offer:
    """Something to try instead: what it does, to what or with which words, where it leads, how many things it finds."""

    step: str
    label: str
    url: str
    total: int


@blueprint.get("/recherche")
@signed_in
def results_page() -> ResponseReturnValue:
    """Show what was found. The whole state (words, filters, order, page) stands in the address."""
    state = State.of(request.args, page_number())
    asks = not state.query.is_empty or state.narrows
    found = find(person(), state.query, beside=state.beside) if asks else nothing(state.query)
    note(person(), state.typed, state.query)
    words = state.without(state.query.filters).typed
    shown = Showing(words, found.marked, request.args.get(UNFOLDED, ""), request.args.get(PEEKED, ""))
    lines = [line_of(one, shown, _links(state, one)) for one in found.results]
    return render_template(
        "search/results.html",
        state=state,
        typed=state.typed,
        found=found,
        asks=asks,
        lines=lines,
        peek=peek_beside(lines, shown),
        page=Page(found.results, state.query.page, PER_PAGE, found.total),
        **_narrowing(state, found),
        tabs=tabs(state, found, _address) if asks else [],
        hints=[*(sentence(hint) for hint in state.parsed.hints), *(of_unknown(one) for one in found.unknown)],
        **_instead(state, found),
        words=" ".join(item.text for item in state.query.items),
        tools=collect("search.tools", state.arguments()),
        head=collect("search.head", state) if asks else [],
        by_date=_address(state.sorted_by(Sort.DATE)) if state.sort is Sort.RELEVANCE else "",
        by_relevance=_address(state.sorted_by(Sort.RELEVANCE)),
        page_address=lambda number: _address(state, page=number),
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


@blueprint.get("/recherche/proches")
@signed_in
def near_page() -> ResponseReturnValue:
    """Show what this person reads that resembles a title being typed (``q``): the list alone to our script."""
    title = one_line(request.args.get("q", ""))[:MAX_LENGTH]
    found = near_title(person(), title)
    if wants_json():
        return str(get_template_attribute("components/similar.html", "near_list")(found))
    return render_template("search/similar.html", found=found, title=title, back="")


def _narrowing(state: State, found: Results) -> dict[str, Any]:
    """Return the boxes to tick and the filters that are on."""
    groups = boxes(found)
    return {
        "groups": groups,
        "ticked": options_ticked(groups),
        "form_words": words_beside_boxes(state, found),
        "filters": chips(state, found, _address),
    }


def _instead(state: State, found: Results) -> dict[str, Any]:
    """Return what to try where little or nothing was found."""
    few = not found.degraded and found.total <= PER_PAGE and state.query.page == 1
    spelling = other_spelling(person(), state.query) if few else None
    ways = [] if found.total or not few else ways_out(person(), state.query)
    return {
        "spelling": _offered(spelling, state, found) if spelling else None,
        "ways": [_offered(way, state, found) for way in ways],
    }


def _offered(way: Way, state: State, found: Results) -> Offer:
    """Return a way out as a link that keeps what is ticked, and types the rest; it leaves the tab and the sizes."""
    lang = current_language()
    ticked = tuple(one for one in way.query.filters if one in state.ticked)
    left = tuple(one for one in way.query.filters if one not in ticked)
    words = typed(replace(way.query, filters=left), lang)
    url = _address(State(words, state.parsed, ticked, NOTHING_BESIDE))
    label = called(way.dropped, found) if way.dropped else words
    return Offer(way.step.value, label, url, way.total)


def _address(state: State, **more: Any) -> str:
    """Return the address of a state."""
    return url_for("search.results_page", **(state.arguments() | more))


def _links(state: State, result: Result) -> Links:
    """Return the addresses of this very page with one of its results unfolded, or read beside the list."""
    one, page = result.card.public_id, state.query.page if state.query.page > 1 else None
    return Links(
        unfold=_address(state, page=page, **{UNFOLDED: one}) + f"#r-{one}",
        peek=_address(state, page=page, **{PEEKED: one}),
    )
