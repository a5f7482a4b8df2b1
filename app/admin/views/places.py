"""Completing an organisation from published data: places whose name begins so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, render_template, request

from app.accounts.organisations.kinds import country_name, kind_name
from app.accounts.places.finding import place_of, places_called
from app.accounts.places.sources import Place
from app.core.access import administrators
from app.core.db import sort_key

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from flask_wtf import FlaskForm

#: What a place says of an organisation: the field of the form, and what it is called in a place.
FACTS = {name: name for name in ("name", "kind", "country", "region", "population", "latitude", "longitude")} | {
    "insee_code": "code"
}
blueprint = Blueprint("admin_places", __name__, url_prefix="/administration/collectivites")


@dataclass(frozen=True)
class Proposal:
    """A place proposed, with what tells it from its namesakes."""

    place: Place
    facts: list[str]


def proposals(words: str) -> list[Proposal]:
    """Return the places whose name begins so."""
    return [Proposal(one, _facts(one)) for one in places_called(words)]


def _facts(one: Place) -> list[str]:
    where = one.department if one.department and one.department not in one.name else one.region
    if one.country != "FR":
        where = country_name(one.country)
    return [fact for fact in (kind_name(one.kind), where, one.code) if fact]


def is_asking() -> bool:
    """Tell whether a form is sent to look for a place or to be filled from one, not to be saved.

    The search stands inside the form, so that what was typed goes and comes back with it. Enter in any field presses
    its first button, the search: with no words to look for, that is saving.
    """
    asked = request.form
    return bool(asked.get("lieu") or ("chercher" in asked and asked.get("cherche", "").strip()))


def fill_from_place(form: FlaskForm) -> None:
    """Put what is published of the chosen place into a form, over what was typed there.

    What is not published of it stays as typed when the form is about that place already; of another place (its INSEE
    code, its region, where it lies) nothing is kept.
    """
    place = _chosen_place()
    if place is None:
        return
    known = facts_of(place)
    if sort_key(form["name"].data or "") != sort_key(place.name):
        known = dict.fromkeys(FACTS, "") | known
    for name, text in known.items():
        form[name].data = text


def _chosen_place() -> Place | None:
    ref = request.values.get("lieu", "")
    return place_of(ref) if ref else None


def facts_of(place: Place | None) -> dict[str, Any]:
    """Return what a place says of an organisation, in the form in which it is typed."""
    if place is None:
        return {}
    known = {fact: getattr(place, column) for fact, column in FACTS.items()}
    return {fact: str(value) for fact, value in known.items() if value is not None}


def places_for(form_address: str) -> dict[str, Any]:
    """Return what the template of a form needs to propose places: the words typed, what they found, where to ask."""
    chosen = _chosen_place()
    words = "" if chosen else request.values.get("cherche", "")
    asked = f"{form_address.removesuffix('/modifier').removesuffix('/nouvelle')}/lieux"
    return {
        "place_words": words,
        "proposals": proposals(words) if words else [],
        "suggest_url": asked,
        "chosen": chosen,
    }


@blueprint.get("/lieux", defaults={"public_id": ""})
@blueprint.get("/<string(length=10):public_id>/lieux")
@administrators
def suggestions(public_id: str) -> ResponseReturnValue:  # noqa: ARG001 - the address of the form, whichever it is
    """Return places under the field as it is typed in, each a button that fills the form from it."""
    return render_template("admin/places.html", proposals=proposals(request.args.get("q", "")))
