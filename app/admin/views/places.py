"""Completing an organisation from published data: places whose name begins so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, render_template, request, url_for

from app.accounts.organisations.kinds import country_name, kind_name
from app.accounts.places.finding import place_of, places_called
from app.accounts.places.sources import Place
from app.core.access import administrators

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("admin_places", __name__, url_prefix="/administration/collectivites")


@dataclass(frozen=True)
class Proposal:
    """A place proposed: what tells it from its namesakes, and the address of the form filled from it."""

    place: Place
    facts: list[str]
    url: str


def proposals(words: str, form_address: str) -> list[Proposal]:
    """Return the places whose name begins so, each leading to the form at this address."""
    return [Proposal(one, _facts(one), f"{form_address}?lieu={one.ref}") for one in places_called(words)]


def _facts(one: Place) -> list[str]:
    where = one.department if one.department and one.department not in one.name else one.region
    if one.country != "FR":
        where = country_name(one.country)
    return [fact for fact in (kind_name(one.kind), where, one.code) if fact]


def chosen_place() -> Place | None:
    """Return the place the address names, to fill a form from."""
    ref = request.args.get("lieu", "")
    return place_of(ref) if ref else None


def facts_of(place: Place | None) -> dict[str, Any]:
    """Return what a place says of an organisation, in the form in which it is typed."""
    if place is None:
        return {}
    known = {
        "name": place.name,
        "kind": place.kind,
        "country": place.country,
        "region": place.region,
        "insee_code": place.code,
        "population": place.population,
        "latitude": place.latitude,
        "longitude": place.longitude,
    }
    return {name: str(value) for name, value in known.items() if value is not None}


def places_for(form_address: str) -> dict[str, Any]:
    """Return what the template of a form needs to propose places: the words typed, what they found, where to ask."""
    words = request.args.get("cherche", "")
    asked = f"{form_address.removesuffix('/modifier').removesuffix('/nouvelle')}/lieux"
    return {
        "place_words": words,
        "proposals": proposals(words, form_address) if words else [],
        "suggest_url": asked,
        "chosen": chosen_place(),
    }


@blueprint.get("/lieux", defaults={"public_id": ""})
@blueprint.get("/<string(length=10):public_id>/lieux")
@administrators
def suggestions(public_id: str) -> ResponseReturnValue:
    """Return places under the field as it is typed in, each leading to the form filled from it."""
    form = (
        url_for("admin_organisations.edit_page", public_id=public_id)
        if public_id
        else url_for("admin_organisations.new_page")
    )
    return render_template("admin/places.html", proposals=proposals(request.args.get("q", ""), form))
