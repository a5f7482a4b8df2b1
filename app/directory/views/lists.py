"""The two lists of the directory: cities and organisations, people. Their address carries their whole state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import render_template, request, url_for
from sqlalchemy import func, select

from app.accounts.models import Organisation, User
from app.core.access import network_members, person
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.core.navigation import Tab
from app.core.paging import Page, page_number
from app.core.text import one_line
from app.directory import organisations, people
from app.directory.facets import Chosen, Facet, Group, chosen_in, groups_of, kept
from app.directory.permissions import can_see_organisation
from app.directory.views.door import blueprint
from app.extensions import db
from app.library.counting import count_by_kind
from app.library.holdings import Holdings
from app.library.listing import Wanted
from app.search.beginnings import begun
from app.spaces.people import can_find_person

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PER_PAGE = 20
LONGEST_WORDS = 200


@dataclass(frozen=True)
class Listing:
    """Everything a list shows beside its lines: filters, what is typed, order, the addresses of its neighbours."""

    page: Page[Any]
    groups: list[Group[Any]]
    ticked: list[dict[str, str]]
    filters: list[tuple[str, str]]
    words: str
    subject: str
    sort: str
    sorts: list[tuple[str, str]]
    address: str
    page_address: str


@blueprint.get("/annuaire")
@network_members
def organisations_page() -> ResponseReturnValue:
    """List the cities and organisations this member may know of."""
    rows = organisations.organisations_seen_by(person())
    words = _typed("q")
    sorts = [("nom", _("Nom")), ("population", _("Nombre d'habitants")), ("arrivee", _("Adhésion la plus récente"))]
    listing = _listing(
        partial(url_for, "directory.organisations_page"),
        organisations.named(rows, begun(words)),
        organisations.facets(person()),
        sorts,
        organisations.in_order,
        among=rows,
    )
    tabs = _tabs(organisations=len(rows))
    return render_template("directory/organisations.html", listing=listing, tabs=tabs, figures=_figures(tabs))


@blueprint.get("/annuaire/personnes")
@network_members
def people_page() -> ResponseReturnValue:
    """List the people who chose to be in the directory, perhaps those who know about a subject."""
    me, rows = person(), people.people_found_by(person())
    words, subject = _typed("q"), begun(_typed("sujet"))
    facets = people.facets_for(me, rows)
    found = people.named(rows, begun(words))
    sorts = [("nom", _("Nom")), ("collectivite", _("Collectivité"))]
    if subject:
        found = people.who_know(me, found, subject)
        sorts.insert(0, (people.RELEVANCE, _("Pertinence")))
    listing = _listing(partial(url_for, "directory.people_page"), found, facets, sorts, people.in_order, among=rows)
    tabs = _tabs(people=len(rows))
    return render_template(
        "directory/people.html",
        listing=listing,
        lines=people.in_full(list(listing.page.items)),
        tabs=tabs,
        figures=_figures(tabs),
    )


def _listing(
    address: Callable[..., str],
    rows: Sequence[Any],
    facets: Sequence[Facet[Any]],
    sorts: list[tuple[str, str]],
    in_order: Callable[[list[Any], str], list[Any]],
    *,
    among: Sequence[Any],
) -> Listing:
    chosen = chosen_in(among, facets, request.args.getlist)
    asked = request.args.get("tri", "")
    sort = asked if asked in {value for value, _label in sorts} else sorts[0][0]
    found = in_order(kept(rows, facets, chosen), sort)
    pages = max(1, -(-len(found) // PER_PAGE))
    number = min(page_number(), pages)
    state = _state(chosen, sort if sort != sorts[0][0] else "")
    return Listing(
        page=Page(found[(number - 1) * PER_PAGE : number * PER_PAGE], number, PER_PAGE, len(found)),
        groups=groups_of(rows, facets, chosen),
        ticked=_ticked(address, facets, chosen, state),
        filters=[(name, value) for name, values in chosen.items() for value in sorted(values)],
        words=_typed("q"),
        subject=_typed("sujet"),
        sort=sort,
        sorts=sorts,
        address=address(),
        page_address=address(**state, page="NUMBER").replace("NUMBER", "{n}"),
    )


def _state(chosen: Chosen, sort: str) -> dict[str, Any]:
    typed = {name: _typed(name) or None for name in ("q", "sujet")}
    return {**{name: sorted(values) for name, values in chosen.items()}, **typed, "tri": sort or None}


def _ticked(
    address: Callable[..., str], facets: Sequence[Facet[Any]], chosen: Chosen, state: dict[str, Any]
) -> list[dict[str, str]]:
    """Return the filters that are on, each with the address of the list without it."""
    return [
        {
            "label": facet.label(value),
            "remove_url": address(**{**state, facet.name: sorted(chosen[facet.name] - {value})}),
        }
        for facet in facets
        for value in sorted(chosen.get(facet.name, ()))
    ]


def _typed(name: str) -> str:
    return one_line(request.args.get(name, ""))[:LONGEST_WORDS]


def _tabs(**known: int) -> list[Tab]:
    """Return the two tabs, each with how many this member finds there."""
    me = person()
    places = known.get("organisations")
    if places is None:
        places = db.session.scalar(select(func.count(Organisation.id)).where(can_see_organisation.where(me))) or 0
    found = known.get("people")
    if found is None:
        found = db.session.scalar(select(func.count(User.id)).where(can_find_person.where(me))) or 0
    people_tab = ("directory.people_page", _("Personnes"), found)
    lists = (("directory.organisations_page", _("Collectivités"), places), people_tab)
    return [Tab(url_for(endpoint), label, count, request.endpoint == endpoint) for endpoint, label, count in lists]


def _figures(tabs: list[Tab]) -> str:
    """Return the line under the title: how many organisations, people and local practices this member finds."""
    places, found = (tab.count or 0 for tab in tabs)
    practices = count_by_kind(Holdings.of(person()), Wanted()).get(organisations.PRACTICE, 0)
    parts = [
        ngettext("%(num)s collectivité", "%(num)s collectivités", places),
        ngettext("%(num)s personne", "%(num)s personnes", found),
        ngettext("%(num)s pratique partagée", "%(num)s pratiques partagées", practices) if practices else "",
    ]
    return ", ".join(part for part in parts if part)
