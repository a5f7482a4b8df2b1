"""A form of a resource being filled: what was typed, what the profile and the files propose, what is still missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from flask import request, url_for
from sqlalchemy import func, select
from wtforms import Field as FormField

from app.accounts.models import User, UserKind
from app.core.access import person
from app.core.clock import now
from app.core.db import transaction
from app.core.drafts import draft_for, keep_draft
from app.core.forms import number_in
from app.core.i18n import format_time
from app.extensions import db
from app.library.addresses import resource_url
from app.library.collecting.claiming import ADDRESS, forget_page, page_waiting
from app.library.collecting.models import PageState
from app.library.collecting.sentences import sentence_of
from app.library.fields_form import text_of
from app.library.files import forget_received, received_for
from app.library.forms import DEFAULT_KIND, ResourceForm, filled_from, form_class, offer_audiences
from app.library.kinds import Field, Kind, Section, UnreadableError, kind_of
from app.library.kinds.values import AREA, BOXES
from app.library.lines import ORDER, REMOVE, file_lines, known_addresses, waiting_lines
from app.library.merging import Merge, merge, put
from app.library.models import Resource
from app.library.proposals import propose, propose_keywords
from app.library.queries import resources_at
from app.library.receiving import MOST_FILES, accepted_for_field
from app.library.tags import split_tags
from app.library.views.sending import files_shown, take_files, take_out_of_mail
from app.search.similar import near_title
from app.spaces.models import Space

#: Buttons of the form that do something else than publish, beside those of each file.
ATTACH, LATER, CHOOSE, TAKE, PREVIEW, PREPARE, LEAVE_PAGE = (
    "joindre",
    "plus_tard",
    "changer",
    "reprendre",
    "apercu",
    "confier",
    "ecarter",
)
#: The hidden field that tells on which version a person began, while two texts are being brought together, and the
#: beginning of the button that takes the other one.
BEGAN, OTHER_VERSION = "commence", "autre:"
#: The boxes of the keywords drawn from the text.
OFFERED = "mots_proposes"
WIDE = frozenset({AREA, BOXES})


@dataclass
class Desk:
    """A form being filled: what is typed, the files it shows (see ``files_shown``), and what must be said about it."""

    form: ResourceForm
    shown: list[str] | None = None
    problems: list[str] = field(default_factory=list)
    status: int = 200
    in_conflict: bool = False


@dataclass(frozen=True)
class Part:
    """A section of the form with the fields of the kind in it; short ones stand side by side."""

    section: Section
    rows: list[list[tuple[Field, FormField]]]
    missing: int
    filled: int
    asked: int


def opened(space: Space, kept: dict[str, Any], resource: Resource | None = None) -> Desk:
    """Return the form as typed, or as it was left; take in what came with it, whatever button was pressed.

    ``resource`` is the one being changed, if there is one.
    """
    kind = kind_of(request.form.get("kind") or request.args.get("type") or kept.get("kind", "") or DEFAULT_KIND)
    is_posted = request.method == "POST"
    from_profile = {one.name: one.from_profile(person()) for one in kind.fields if one.from_profile}
    begun = {**from_profile, **kept, "kind": kind.key}
    form = form_class(kind)(data=begun if not is_posted or CHOOSE in request.form else None)
    form.space, form.carried = space, [tag.slug for tag in resource.tags] if resource else []
    desk = Desk(form)
    if is_posted:
        _take_offered(form)
        _untouched_boxes(form, begun)
        taken, desk.problems = take_files(request.path)
        desk.shown = files_shown(taken)
        keep_typed(request.path, form)
        desk.problems += take_out_of_mail(request.path)
    offer_audiences(form, person(), space, members())
    return desk


def _take_offered(form: ResourceForm) -> None:
    """Put the offered keywords that were ticked beside those typed."""
    ticked = [one for one in request.form.getlist(OFFERED) if one.strip()]
    if ticked:
        form.tags.data = ", ".join([*split_tags(form.tags.data or ""), *ticked])


def _untouched_boxes(form: ResourceForm, begun: dict[str, Any]) -> None:
    """Put back the boxes of a kind just chosen: they were not on the page that was sent."""
    if CHOOSE in request.form:
        for one in form.of_kind.fields:
            if one.type.control == BOXES and one.name not in request.form:
                form[one.name].process_data(begun.get(one.name))


def keep_typed(key: str, form: ResourceForm) -> None:
    """Keep what is typed; the fields of another kind, typed before, stay where they are."""
    with transaction():
        keep_draft(person(), key, {**draft_for(person(), key), **form.typed})
        if REMOVE in request.form:
            forget_received(person(), key, request.form[REMOVE])
        if LEAVE_PAGE in request.form:
            forget_page(person(), key)


def members() -> int:
    """Return how many members the network has."""
    present = (User.kind == UserKind.MEMBER) & User.disabled_at.is_(None)
    return db.session.scalar(select(func.count()).select_from(User).where(present)) or 0


def parts_of(form: ResourceForm, kind: Kind) -> list[Part]:
    """Return the sections of a kind with its fields, and how far each of them is filled."""
    return [
        _part(form, section, [one for one in kind.fields if one.section == section.key]) for section in kind.sections
    ]


def _part(form: ResourceForm, section: Section, fields: Sequence[Field]) -> Part:
    rows: list[list[tuple[Field, FormField]]] = []
    for is_wide, group in groupby(fields, key=lambda one: one.type.control in WIDE):
        pairs = [(one, form[one.name]) for one in group]
        rows += [[pair] for pair in pairs] if is_wide else [pairs]
    filled = [one for one in fields if text_of(form[one.name]).strip()]
    missing = [one for one in fields if one.required and one not in filled]
    return Part(section, rows, len(missing), len(filled), len(fields))


def _merged(desk: Desk, resource: Resource | None) -> tuple[Merge, int]:
    """Return what somebody else wrote since this person began, as long as they have not settled it, and since when."""
    began = number_in(request.form.get(BEGAN)) or 0
    if desk.in_conflict:
        began = began or number_in(desk.form.seen_version.data) or 0
    if resource is None or not began:
        return Merge(), 0
    wanted = request.form.get(TAKE, "").removeprefix(OTHER_VERSION)
    if wanted and wanted in desk.form and request.form[TAKE] != wanted:
        put(desk.form[wanted], str(filled_from(resource).get(wanted, "")))
    merged = merge(desk.form, resource, began)
    desk.form.seen_version.data = str(resource.edit_version)
    return merged, began


def _same_address(form: ResourceForm, resource: Resource | None) -> list[tuple[str, str]]:
    """Return (title, address) of resources this person reads that stand for the same page of the web."""
    field = next((one for one in form.of_kind.fields if one.name == ADDRESS), None)
    try:
        address = field.type.read(text_of(form[ADDRESS])) if field else ""
    except UnreadableError:
        return []
    found = resources_at(person(), address) if address else []
    return [(one.title, resource_url(one)) for one in found if resource is None or one.id != resource.id]


def page_of(desk: Desk, resource: Resource | None = None) -> dict[str, Any]:
    """Return what ``library/form.html`` takes."""
    waiting = received_for(person(), request.path)
    merged, began = _merged(desk, resource)
    page = page_waiting(person(), request.path) if resource is None else None
    page = None if page is None or page.state == PageState.WAITING else page
    proposals = propose(desk.form, waiting, request.form.get(TAKE, ""), page)
    kind = desk.form.of_kind
    return {
        "desk": desk,
        "form": desk.form,
        "kind": kind,
        "resource": resource,
        "parts": parts_of(desk.form, kind),
        "help": {
            "proposals": proposals,
            "merged": merged,
            "began": began,
            "keywords": propose_keywords(person(), desk.form, waiting, resource),
            "complete": url_for("space_library.complete_in_space", slug=desk.form.space.slug)
            if desk.form.space
            else "",
            "near": near_title(person(), desk.form.title.data or "") if resource is None else None,
        },
        "waiting": waiting_lines(person(), request.path, request.form.getlist(ORDER)),
        "known": [*known_addresses(person(), request.path), *_same_address(desk.form, resource)],
        "page": sentence_of(page) if page else None,
        "files": file_lines(resource, with_state=True, removable=True) if resource else [],
        "accept": accepted_for_field(),
        "most_files": MOST_FILES,
        "city": person().organisation.name if person().organisation and resource is None else "",
        "saved_at": format_time(now()) if LATER in request.form else "",
    }
