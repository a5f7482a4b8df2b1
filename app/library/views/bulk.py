"""Changing several resources at once: what will change is read first, then done in one deed that can be undone."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for

from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.errors import DomainError, sentence_of
from app.core.i18n import ngettext
from app.library.addresses import resource_url
from app.library.bulk import (
    MOST,
    SECTION,
    Undone,
    Wish,
    apply_wish,
    bulk_edit_for,
    chosen_resources,
    editable_among,
    plan,
    undo,
)
from app.library.kinds import KINDS
from app.library.models import Resource
from app.library.tags import split_tags, tag_slug
from app.library.views.doors import library
from app.spaces.models import Audience, Space
from app.spaces.queries import writable_spaces

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

ID_LENGTH = 10
CHOSEN, ADD, REMOVE, KIND, SPACE, NETWORK = "id", "ajouter", "retirer", "type", "vers", "reseau"
REFUSED = 422


@library.get("/ressources/ensemble")
@signed_in
def bulk_page() -> ResponseReturnValue:
    """Ask what is to change of the chosen resources; once said, show what would become of each."""
    return _page(chosen_resources(person(), _ids()), _wish())


@library.post("/ressources/ensemble")
@signed_in
def bulk_view() -> ResponseReturnValue:
    """Do it."""
    ids, wish = _ids(), _wish()
    try:
        with transaction():
            public_id = apply_wish(person(), ids, wish).public_id
    except DomainError as error:
        return _page(chosen_resources(person(), ids), wish, sentence_of(error)), REFUSED
    return redirect(url_for("library.bulk_done_page", public_id=public_id))


@library.get("/ressources/ensemble/<string(length=10):public_id>")
@signed_in
def bulk_done_page(public_id: str) -> ResponseReturnValue:
    """Say what was done, and offer to undo it."""
    return render_template("library/bulk_done.html", kept=bulk_edit_for(person(), public_id))


@library.post("/ressources/ensemble/<string(length=10):public_id>/annuler")
@signed_in
def undo_bulk_view(public_id: str) -> ResponseReturnValue:
    """Put back what nobody has changed since."""
    kept = bulk_edit_for(person(), public_id)
    try:
        with transaction():
            undone = undo(person(), kept)
    except DomainError as error:
        flash(sentence_of(error), "error")
    else:
        _tell(undone)
    return redirect(url_for("library.bulk_done_page", public_id=public_id))


def _tell(undone: Undone) -> None:
    """Say what is as before, and why the rest is not."""
    if back := undone.back:
        flash(ngettext("%(num)s ressource est comme avant.", "%(num)s ressources sont comme avant.", back))
    left = [
        (
            undone.changed,
            ngettext(
                "%(num)s ressource a changé depuis et reste comme elle est.",
                "%(num)s ressources ont changé depuis et restent comme elles sont.",
                undone.changed,
            ),
        ),
        (
            undone.refused,
            ngettext(
                "%(num)s ressource n'est plus de votre ressort et reste comme elle est.",
                "%(num)s ressources ne sont plus de votre ressort et restent comme elles sont.",
                undone.refused,
            ),
        ),
        (
            undone.crowded,
            ngettext(
                "%(num)s ressource reste où elle est : ses fichiers ne tiennent plus dans son espace d'avant.",
                "%(num)s ressources restent où elles sont : leurs fichiers ne tiennent plus dans leur espace d'avant.",
                undone.crowded,
            ),
        ),
    ]
    for number, words in left:
        if number:
            flash(words, "warning")


def _ids() -> list[str]:
    asked = request.values.getlist(CHOSEN)[: MOST * 2]
    return list(dict.fromkeys(one for one in asked if len(one) == ID_LENGTH and one.isascii()))[:MOST]


def _wish() -> Wish:
    """Read what is to change; what is unknown is passed over."""
    kind, slug = request.values.get(KIND, ""), request.values.get(SPACE, "")
    return Wish(
        add=tuple(split_tags(request.values.get(ADD, ""))),
        remove=tuple(label for typed in request.values.getlist(REMOVE)[:MOST] for label in split_tags(typed)),
        kind=kind if kind in KINDS else "",
        space=next((one for one in _targets() if one.slug == slug), None),
        keep_network=NETWORK in request.values,
    )


def _targets() -> list[Space]:
    return [one for one in writable_spaces(person()) if one.shows(SECTION)]


def _page(resources: list[Resource], wish: Wish, problem: str = "") -> str:
    planned = [] if wish.is_empty else plan(person(), resources, wish)
    editable = editable_among(person(), [one.id for one in resources])
    context: dict[str, Any] = {
        "resources": resources,
        "editable": len(editable),
        "wish": wish,
        "planned": [one for one in planned if one.after],
        "left_out": [one for one in planned if not one.after],
        "carried": _carried(resources, wish),
        "kinds": [(key, kind.label) for key, kind in KINDS.items()],
        "targets": _targets(),
        "any_network": any(one.audience == Audience.NETWORK for one in resources),
        "problem": problem,
        "most": MOST,
        "url_of": resource_url,
    }
    return render_template("library/bulk.html", **context)


def _carried(resources: list[Resource], wish: Wish) -> list[dict[str, Any]]:
    """Return the keywords the chosen resources carry, most carried first, for the boxes that take them away."""
    names = {tag.label: tag.name for one in resources for tag in one.tags}
    numbers = Counter(tag.label for one in resources for tag in one.tags)
    gone = {tag_slug(label) for label in wish.remove}
    return [
        {"label": label, "name": names[label], "count": numbers[label], "checked": tag_slug(label) in gone}
        for label in sorted(names, key=lambda label: (-numbers[label], names[label]))
    ]
