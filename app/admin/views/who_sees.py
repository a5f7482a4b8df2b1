"""Who sees what, and the way into spaces that are not one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, session, url_for
from sqlalchemy import select

from app.accounts.models import User
from app.admin.permissions_page import addresses_by_access, permissions_by_subject
from app.admin.things import KINDS, Thing, closed_spaces, thing_at, thing_with
from app.admin.who_sees import (
    counted_by_reason,
    page_of,
    people_found,
    places_of,
    readers_and_others,
    rights_in,
    spaces_known,
)
from app.core.access import administrators, person
from app.core.audit import record
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import NotFoundError
from app.core.i18n import gettext as _
from app.core.navigation import Tab
from app.core.paging import page_number
from app.core.slots import fill
from app.core.text import one_line
from app.extensions import db
from app.spaces.blueprint import access_fact
from app.spaces.permissions import entries_of, memberships_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PREFIX = "/administration/acces"
LONGEST_WORDS = 300
LOOKED_KEY = "looked"
LOOKED_FOR = 15 * 60  # seconds
OTHERS = "autres"
THING = f"/<any({', '.join(KINDS)}):kind>/<string(length=10):public_id>"

blueprint = Blueprint("admin_access", __name__, url_prefix=PREFIX)


@fill("admin.tabs", order=50)
def access_tab() -> Tab:
    """Return the tab of who sees what."""
    return Tab(url_for("admin_access.access_page"), _("Accès"), active=request.path.startswith(PREFIX))


@blueprint.get("")
@administrators
def access_page() -> ResponseReturnValue:
    """Offer to pick a person or a thing, and list the closed spaces with the way in."""
    return _access_page()


def _access_page(typed: str = "", problem: str = "", status: int = 200) -> ResponseReturnValue:
    me, words = person(), one_line(request.args.get("personne", ""))[:LONGEST_WORDS]
    page = render_template(
        "admin/access.html",
        words=words,
        found=people_found(words),
        typed=typed,
        problem=problem,
        page=closed_spaces(page_number()),
        access_fact=access_fact,
        inside=set(memberships_of(me)) | set(entries_of(me)),
    )
    return page, status


@blueprint.get("/personnes/<string(length=10):public_id>")
@administrators
def person_page(public_id: str) -> ResponseReturnValue:
    """Show what a person may do in every space, and why. Raises NotFoundError."""
    user = db.session.scalar(select(User).where(User.public_id == public_id, User.erased_at.is_(None)))
    if user is None:
        raise NotFoundError
    others = request.args.get("voir") == OTHERS
    page = spaces_known(user, page_number(), known=not others)
    return render_template(
        "admin/access_person.html",
        user=user,
        places=places_of(user),
        page=page,
        rights=[rights_in(user, space) for space in page.items],
        others=others,
        access_fact=access_fact,
    )


@blueprint.post("/chose")
@administrators
def find_thing_view() -> ResponseReturnValue:
    """Find the thing of an address or of a public id, and go to the page of who reads it."""
    typed = one_line(request.form.get("chose", ""))[:LONGEST_WORDS]
    thing = thing_at(typed)
    if thing is None:
        return _access_page(typed, _("Rien ne porte cette adresse ni cet identifiant."), 422)
    return _look(thing)


@blueprint.post(THING)
@administrators
def look_view(kind: str, public_id: str) -> ResponseReturnValue:
    """Write in the journal that one looks, then show. Raises NotFoundError."""
    return _look(thing_with(kind, public_id))


def _look(thing: Thing) -> ResponseReturnValue:
    if thing.is_closed:
        with transaction():
            record("access.looked", person(), thing.it)
        session[LOOKED_KEY] = [_key(thing), now().timestamp()]
    return redirect(url_for("admin_access.thing_page", kind=thing.kind, public_id=thing.it.public_id))


@blueprint.get(THING)
@administrators
def thing_page(kind: str, public_id: str) -> ResponseReturnValue:
    """Show who reads a thing and why; for one of a closed space, once that look stands in the journal."""
    thing = thing_with(kind, public_id)
    name = thing.name_for(person())
    if thing.is_closed and not _has_looked(thing):
        return render_template("admin/access_look.html", thing=thing, name=name)
    readers, others = readers_and_others(thing)
    shown = others if request.args.get("voir") == OTHERS else readers
    return render_template(
        "admin/access_thing.html",
        thing=thing,
        name=name,
        access_fact=access_fact(thing.space),
        readers=len(readers),
        others=len(others),
        others_shown=shown is others,
        counts=counted_by_reason(shown),
        page=page_of(shown, page_number()),
    )


def _key(thing: Thing) -> str:
    return f"{thing.kind}/{thing.it.public_id}"


def _has_looked(thing: Thing) -> bool:
    """Tell whether this look was written in the journal a moment ago: reading a page writes nothing."""
    looked = session.get(LOOKED_KEY)
    if not isinstance(looked, list) or looked[0] != _key(thing):
        return False
    return 0 <= now().timestamp() - float(looked[1]) < LOOKED_FOR


@blueprint.get("/regles")
@administrators
def rules_page() -> ResponseReturnValue:
    """Show all permissions and who may call each address, as the code declares them."""
    return render_template("admin/access_rules.html", subjects=permissions_by_subject(), groups=addresses_by_access())
