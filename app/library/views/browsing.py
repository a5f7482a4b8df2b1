"""The lists of resources: of the whole network, of a space, and where to add one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import redirect, render_template, request, url_for

from app.accounts.organisations.likeness import LENS, lens_words, lenses_of
from app.core.access import person, signed_in
from app.core.i18n import gettext as _
from app.core.paging import page_number
from app.core.slots import collect
from app.core.text import one_line
from app.library.comparing import MOST
from app.library.counting import cities_like_mine, count_archived, count_by_kind, count_by_tag, count_due, facet_groups
from app.library.facets import MOST_CHOSEN, FacetGroup, label_of, names_of
from app.library.holdings import Holdings
from app.library.keywords import tags_by_slug
from app.library.kinds import KINDS, kind_of
from app.library.kinds.values import LONGEST_KEY
from app.library.listing import SORTS, WITH, Wanted
from app.library.models import Resource, Tag
from app.library.permissions import can_add_resource, can_edit_resource
from app.library.queries import drafts_prepared_by, resources_beside
from app.library.reading_lists.queries import pinned_in
from app.library.receiving import MOST_FILES, accepted_for_field
from app.library.rows import row_of
from app.library.staging.queries import count_staged
from app.library.thesaurus.reach import own_slugs
from app.library.views.comparing import CHOSEN, chosen_ids
from app.library.views.doors import library, space_library
from app.spaces.blueprint import render_space_page
from app.spaces.models import Space
from app.spaces.permissions import can_moderate_space
from app.spaces.queries import spaces_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PER_PAGE, PER_PAGE_CHOOSING = 20, 50
#: The list in which one ticks what is to change together.
CHOOSE = "choisir"
MOST_TAGS_ASKED = 6
LONGEST_SLUG = 90
#: The filter that shows archived resources too, and its value in the address.
ARCHIVES, SHOWN = "archives", "avec"
#: The filter of what the person keeps and is to look at again.
DUE, YES = "revoir", "oui"


@library.get("/ressources")
@signed_in
def resources_page() -> ResponseReturnValue:
    """List the resources a person may read, all spaces together."""
    listing = _listing(partial(url_for, "library.resources_page"))
    return render_template("library/list.html", listing=listing)


@space_library.get("/ressources")
@signed_in
def space_resources_page(space: Space) -> ResponseReturnValue:
    """List the resources of a space."""
    listing = _listing(partial(url_for, "space_library.space_resources_page", slug=space.slug), space)
    staged = count_staged(person(), space) if listing.may_add else 0
    return render_space_page(
        "library/space_list.html",
        space,
        listing=listing,
        staged=staged,
        accept=accepted_for_field(),
        most_files=MOST_FILES,
    )


@library.get("/ressources/nouvelle")
@signed_in
def choose_space_page() -> ResponseReturnValue:
    """Ask in which space a resource is to be added; go there at once when there is only one."""
    spaces = [space for space in spaces_of(person()) if can_add_resource(person(), space)]
    kind = request.args.get("type", "") if request.args.get("type") in KINDS else None
    if len(spaces) == 1:
        return redirect(url_for("space_library.new_resource", slug=spaces[0].slug, type=kind))
    return render_template("library/choose_space.html", spaces=spaces, kind=kind)


@dataclass(frozen=True)
class Choosing:
    """What may be chosen in a list to stand side by side: how many at most, what is, and what is on another page."""

    most: int
    chosen: list[str]
    elsewhere: list[str]


@dataclass(frozen=True)
class Listing:
    """Everything the list shows: its page, rows, filters, and the addresses of its neighbours."""

    page: Any
    rows: list[Any]
    wanted: Wanted
    kinds: list[dict[str, Any]]
    tags: list[dict[str, Any]]
    lens: FacetGroup | None
    groups: list[FacetGroup]
    drafts: list[dict[str, str]]
    state: list[tuple[str, str]]
    ticked: list[dict[str, str]]
    total: int
    address: str
    page_address: str
    clear_address: str
    may_add: bool
    add_url: str
    export_url: str
    comparing: Choosing | None
    editable: set[str]
    choosing_many: bool
    choose_url: str
    leave_url: str
    elsewhere: list[tuple[str, str]]
    pinned: list[Any]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the form of the filters carries along: the records chosen for a comparison."""
        return [(CHOSEN, one) for one in self.comparing.chosen] if self.comparing else []

    @property
    def title(self) -> str:
        """« 31 pratiques locales », « 312 ressources »."""
        return kind_of(self.wanted.kind).counted(self.page.total) if self.wanted.kind else ""


def _listing(address: Callable[..., str], space: Space | None = None) -> Listing:
    wanted, choosing_many = wanted_here(space), CHOOSE in request.args
    held, per_page = Holdings.of(person()), PER_PAGE_CHOOSING if choosing_many else PER_PAGE
    page = held.page(wanted, page_number(), per_page)
    by_kind, keywords = count_by_kind(held, wanted), tags_by_slug(person(), wanted.tags)
    beside = {
        key: text for part in collect("resource.counts", [one.id for one in page.items]) for key, text in part.items()
    }
    state = _state(wanted, choosing_many=choosing_many)
    editable = {one.public_id for one in page.items if can_edit_resource(person(), one)}
    comparing = _choosing(wanted, [one.public_id for one in page.items])
    if comparing:
        state[CHOSEN] = comparing.chosen
    return Listing(
        page=page,
        rows=[row_of(one, person(), beside.get(one.id, ""), in_space=_is_home(space, one)) for one in page.items],
        wanted=wanted,
        kinds=_kind_choices(address, by_kind, wanted, state),
        tags=_tag_choices(held, wanted, keywords),
        lens=cities_like_mine(held, wanted),
        groups=[*facet_groups(held, wanted), *_due(held, wanted), *_archives(held, wanted)],
        drafts=_drafts(space),
        state=_pairs(state),
        ticked=_ticked(address, wanted, keywords, state),
        total=sum(by_kind.values()),
        address=address(),
        page_address=address(**state, page="NUMBER").replace("NUMBER", "{n}"),
        clear_address=address(),
        may_add=can_add_resource(person(), space) if space else bool(spaces_of(person())),
        add_url=url_for("space_library.new_resource", slug=space.slug, type=wanted.kind or None)
        if space
        else url_for("library.choose_space_page", type=wanted.kind or None),
        comparing=None if choosing_many else comparing,
        editable=editable,
        choosing_many=choosing_many,
        choose_url=address(**{**state, CHOOSE: 1}),
        leave_url=address(**{**state, CHOOSE: None}),
        elsewhere=_elsewhere(space),
        pinned=_pinned(space, wanted, page.number),
        export_url=url_for("space_library.export_space_list", slug=space.slug, **state)
        if space
        else url_for("library.export_list", **state),
    )


def _state(wanted: Wanted, *, choosing_many: bool) -> dict[str, Any]:
    """Return the state of the list as its address says it."""
    return {
        "type": wanted.kind or None,
        "mot": list(wanted.tags),
        "tri": None if wanted.sort == SORTS[0] else wanted.sort,
        LENS: list(wanted.like),
        ARCHIVES: SHOWN if wanted.archived == WITH else None,
        DUE: YES if wanted.due else None,
        CHOOSE: 1 if choosing_many else None,
        **{name: list(values) for name, values in wanted.chosen},
    }


def _pinned(space: Space | None, wanted: Wanted, number: int) -> list[Any]:
    """Return what stands first in the library of a space, where the list begins and nothing is filtered."""
    if space is None or number > 1 or wanted != Wanted(space_id=space.id):
        return []
    return [row_of(one, person(), in_space=_is_home(space, one)) for one in pinned_in(space, person())]


def _is_home(space: Space | None, resource: Resource) -> bool:
    """Tell whether a list of a space need not say where a resource comes from: it is at home there."""
    return space is not None and resource.space_id == space.id


def _elsewhere(space: Space | None) -> list[tuple[str, str]]:
    """Return the other lists one may go to: (words, address)."""
    lists = [
        (_("Ce que je garde"), url_for("library.kept_page")),
        (_("Ressources à revoir"), url_for("library.due_page")),
        (_("Mes ressources supprimées"), url_for("library.my_trash_page")),
    ]
    if space is not None:
        lists.insert(0, (_("Dossiers de lecture"), url_for("space_library.lists_page", slug=space.slug)))
    if space is not None and can_moderate_space(person(), space):
        lists.append((_("Corbeille de l'espace"), url_for("space_library.space_trash_page", slug=space.slug)))
        lists.append((_("Ressources à relire"), url_for("space_library.proposals_page", slug=space.slug)))
    return lists


def _due(held: Holdings, wanted: Wanted) -> list[FacetGroup]:
    """Return the filter of what the person keeps and is to look at again; none where there is nothing."""
    number = count_due(held, wanted)
    option = {"value": YES, "label": _("À revoir, parmi les miennes"), "count": number, "checked": wanted.due}
    return [FacetGroup(DUE, _("Toujours valables ?"), [option])] if number or wanted.due else []


def _archives(held: Holdings, wanted: Wanted) -> list[FacetGroup]:
    """Return the filter that shows archived resources too; none where there is nothing to show."""
    number, shows = count_archived(held, wanted), wanted.archived == WITH
    option = {"value": SHOWN, "label": _("Montrer aussi les archivées"), "count": number, "checked": shows}
    return [FacetGroup(ARCHIVES, _("Archives"), [option])] if number or shows else []


def _choosing(wanted: Wanted, shown: list[str]) -> Choosing | None:
    """Return what is chosen for a comparison, where the list shows a kind that compares places."""
    if not wanted.kind or not KINDS[wanted.kind].compares_places:
        return None
    chosen = [one.public_id for one in resources_beside(person(), chosen_ids())]
    return Choosing(MOST, chosen, [one for one in chosen if one not in shown])


def wanted_here(space: Space | None) -> Wanted:
    """Read the state of the list in the address; what is unknown there is passed over."""
    kind, sort = request.args.get("type", ""), request.args.get("tri", SORTS[0])
    chosen = [(name, _asked(name)) for name in names_of(KINDS[kind])] if kind in KINDS else []
    slugs = [one_line(slug)[:LONGEST_SLUG] for slug in request.args.getlist("mot")[:MOST_TAGS_ASKED]]
    return Wanted(
        space_id=space.id if space else None,
        kind=kind if kind in KINDS else "",
        tags=tuple(own_slugs([slug for slug in slugs if slug])),
        chosen=tuple((name, values) for name, values in chosen if values),
        like=tuple(lens for lens in lenses_of(person().organisation) if lens in request.args.getlist(LENS)),
        archived=WITH if request.args.get(ARCHIVES) == SHOWN else "",
        due=request.args.get(DUE) == YES,
        sort=sort if sort in SORTS else SORTS[0],
    )


def _asked(name: str) -> tuple[str, ...]:
    """Return the values of a filter in the address, each once."""
    values = (one_line(value)[:LONGEST_KEY] for value in request.args.getlist(name)[:MOST_CHOSEN])
    return tuple(dict.fromkeys(value for value in values if value))


def _pairs(state: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the state of a list, its order aside, as the hidden fields of a form that changes that order."""
    lists = ((name, value if isinstance(value, list) else [value]) for name, value in state.items() if name != "tri")
    return [(name, one) for name, values in lists for one in values if one]


def _drafts(space: Space | None) -> list[dict[str, str]]:
    """Return the drafts this person prepares with colleagues, each with who began it and its address."""
    return [
        {
            "title": one.title,
            "kind": one.kind,
            "meta": ", ".join(
                part
                for part in (
                    str(kind_of(one.kind).label),
                    one.author.name if one.author else "",
                    _("en attente de relecture") if one.proposed_at else "",
                )
                if part
            ),
            "url": url_for("library.prepare_page", public_id=one.public_id),
        }
        for one in drafts_prepared_by(person(), space.id if space else None)
    ]


def _kind_choices(
    address: Callable[..., str], by_kind: dict[str, int], wanted: Wanted, state: dict[str, Any]
) -> list[dict[str, Any]]:
    kept = {"tri": state["tri"]}
    choices = [{"url": address(**kept), "label": None, "count": sum(by_kind.values()), "active": not wanted.kind}]
    for key, kind in KINDS.items():
        if by_kind.get(key) or key == wanted.kind:
            url = address(**kept, type=key)
            choices.append(
                {
                    "url": url,
                    "label": kind.plural,
                    "count": by_kind.get(key, 0),
                    "active": key == wanted.kind,
                    "kind": key,
                }
            )
    return choices


def _tag_choices(held: Holdings, wanted: Wanted, ticked: list[Tag]) -> list[dict[str, Any]]:
    """Return the keywords of the filter: those ticked are in it even where nothing is left to count."""
    counted = count_by_tag(held, wanted)
    offered = {tag.slug for tag, _count in counted}
    return [
        {"value": tag.slug, "label": tag.name, "count": count, "checked": tag.slug in wanted.tags}
        for tag, count in [*counted, *((one, held.count(wanted)) for one in ticked if one.slug not in offered)]
    ]


def _ticked(
    address: Callable[..., str], wanted: Wanted, keywords: list[Tag], state: dict[str, Any]
) -> list[dict[str, str]]:
    """Return what the list is filtered by, each with the address of the list without it."""
    fields = [
        {
            "label": label_of(kind_of(wanted.kind), name, value),
            "remove_url": address(**{**state, name: [one for one in values if one != value]}),
        }
        for name, values in wanted.chosen
        for value in values
    ]
    tags = [
        {
            "label": tag.name,
            "remove_url": address(**{**state, "mot": [slug for slug in wanted.tags if slug != tag.slug]}),
        }
        for tag in keywords
    ]
    mine = person().organisation
    lenses = [
        {
            "label": lens_words(lens, mine),
            "remove_url": address(**{**state, LENS: [one for one in wanted.like if one != lens]}),
        }
        for lens in (wanted.like if mine else ())
    ]
    archived = [{"label": _("Avec les archivées"), "remove_url": address(**{**state, ARCHIVES: None})}]
    due = [{"label": _("À revoir"), "remove_url": address(**{**state, DUE: None})}]
    return lenses + fields + tags + (due if wanted.due else []) + (archived if wanted.archived else [])
