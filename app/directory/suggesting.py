"""People and places while somebody types in the search box: those this person may know of."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager

from app.accounts.models import Organisation, User
from app.core.i18n import gettext as _
from app.core.portraits import place
from app.core.slots import fill
from app.directory.addresses import person_url
from app.directory.permissions import can_see_organisation
from app.directory.words import kind_words
from app.extensions import db
from app.search.beginnings import named, names_first, one_named
from app.search.suggesting import Suggested, Suggestion, Typed
from app.spaces.people import can_see_person

MOST = 3


@fill("search.suggestions", order=30)
def people_typed(typed: Typed) -> Suggested | None:
    """Return the people whose name holds what is typed, their city helping (« roudaut lanvallec »), by name."""
    words = typed.words
    every_word = (or_(named(User.sort_key, [one]), named(Organisation.sort_key, [one])) for one in words)
    query = select(User).outerjoin(User.organisation).where(can_see_person.where(typed.person), *every_word)
    query = query.where(one_named(User.sort_key, words)).options(contains_eager(User.organisation))
    order = names_first(User.sort_key, words), User.sort_key, User.id
    found = db.session.scalars(query.order_by(*order).limit(MOST))
    items = [Suggestion(one.name, person_url(one), place(one), person=one) for one in found]
    return Suggested(_("Personnes"), items) if items else None


@fill("search.suggestions", order=40)
def places_typed(typed: Typed) -> Suggested | None:
    """Return the organisations whose name holds what is typed, by name."""
    known = can_see_organisation.where(typed.person) & named(Organisation.sort_key, typed.words)
    order = names_first(Organisation.sort_key, typed.words), Organisation.sort_key, Organisation.id
    found = db.session.scalars(select(Organisation).where(known).order_by(*order).limit(MOST))
    items = [Suggestion(one.name, _page_of(one), kind_words(one.kind), organisation=one) for one in found]
    return Suggested(_("Collectivités"), items) if items else None


def _page_of(organisation: Organisation) -> str:
    return url_for("directory.organisation_page", public_id=organisation.public_id)
