"""The page of a city or organisation: its facts, its people, what it has shared, as far as the reader may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template, url_for

from app.core.access import network_members, person
from app.core.paging import page_number, paginate
from app.directory.queries import organisation_for, people_in, resources_shared_by
from app.directory.views.door import blueprint
from app.directory.words import country_name, kind_words, member_since
from app.library.rows import row_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

RESOURCES_PER_PAGE = 20
PEOPLE_SHOWN = 12


@blueprint.get("/annuaire/collectivites/<string(length=10):public_id>")
@network_members
def organisation_page(public_id: str) -> ResponseReturnValue:
    """Show an organisation this member may know of."""
    me = person()
    organisation = organisation_for(me, public_id)
    found = paginate(people_in(me, organisation), 1, PEOPLE_SHOWN)
    shared = paginate(resources_shared_by(me, organisation), page_number(), RESOURCES_PER_PAGE)
    return render_template(
        "directory/organisation.html",
        organisation=organisation,
        kind=kind_words(organisation.kind),
        country=country_name(organisation.country),
        since=member_since(organisation),
        people=found,
        people_url=url_for("directory.people_page", collectivite=organisation.public_id),
        shared=shared,
        rows=[row_of(one, me) for one in shared.items],
        url=url_for("directory.organisation_page", public_id=public_id),
    )
