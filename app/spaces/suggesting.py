"""Spaces while somebody types in the search box: those this person knows of."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import select

from app.core.i18n import gettext as _
from app.core.slots import fill
from app.extensions import db
from app.search.beginnings import named, names_first
from app.search.suggesting import Suggested, Suggestion, Typed
from app.spaces.models import Space
from app.spaces.permissions import can_see_space

MOST = 3


@fill("search.suggestions", order=50)
def spaces_typed(typed: Typed) -> Suggested | None:
    """Return the spaces whose name holds what is typed, by name."""
    known = can_see_space.where(typed.person) & named(Space.sort_key, typed.words)
    order = names_first(Space.sort_key, typed.words), Space.sort_key, Space.id
    found = db.session.scalars(select(Space).where(known).order_by(*order).limit(MOST))
    items = [Suggestion(one.name, url_for("spaces.space_page", slug=one.slug), icon="spaces") for one in found]
    return Suggested(_("Espaces"), items) if items else None
