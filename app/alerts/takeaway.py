"""What saved searches hold of a person, and how they forget them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.alerts.describing import Asked, described
from app.alerts.forms import RHYTHMS
from app.alerts.models import SavedSearch, Watch
from app.alerts.permissions import can_see_search
from app.core.i18n import gettext as _
from app.core.slots import fill
from app.core.takeaway import ExportPart
from app.extensions import db


@fill("person.export", order=45)
def search_parts(user: User) -> list[ExportPart]:
    """Return what a person follows; what a search of a space asks, only where they still read it."""
    query = (
        select(Watch).where(Watch.user_id == user.id).options(joinedload(Watch.search).joinedload(SavedSearch.space))
    )
    found = list(db.session.scalars(query.order_by(Watch.id)))
    asked = described(user, [one.search.asked for one in found])
    records = [_record(user, one, what) for one, what in zip(found, asked, strict=True)]
    return [ExportPart("saved_searches", _("Mes recherches"), records)] if found else []


def _record(user: User, watch: Watch, asked: Asked) -> dict[str, Any]:
    search = watch.search
    seen = can_see_search(user, search) or search.user_id == user.id
    return {
        _("Nom"): search.name if seen else "",
        _("Question"): ", ".join((asked.words, *asked.facts)) if seen else "",
        _("Courriel"): str(RHYTHMS.get(watch.rhythm, watch.rhythm)),
        _("Date"): watch.created_at.isoformat(),
        _("Supprimée le"): search.removed_at.isoformat() if search.removed_at else "",
    }


@fill("person.erase", order=45)
def forget_searches(user: User, withdraw: bool) -> None:  # noqa: ARG001, FBT001 - the slot's own form
    """Forget what a person saved and follows; what they shared to a space is the space's and stays."""
    db.session.execute(delete(Watch).where(Watch.user_id == user.id))
    db.session.execute(delete(SavedSearch).where(SavedSearch.user_id == user.id))
    db.session.execute(update(SavedSearch).where(SavedSearch.by_id == user.id).values(by_id=None))
