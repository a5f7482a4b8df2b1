"""What the front page of the administration counts."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import func, select

from app.accounts.models import User, UserKind
from app.core.i18n import ngettext
from app.core.navigation import Figure
from app.core.slots import fill
from app.extensions import db


def _open_accounts(kind: UserKind) -> int:
    query = select(func.count()).select_from(User).where(User.kind == kind, User.disabled_at.is_(None))
    return db.session.scalar(query) or 0


@fill("admin.figures", order=20)
def members_figure() -> Figure:
    """Return how many members the network has."""
    number = _open_accounts(UserKind.MEMBER)
    return Figure(number, ngettext("membre actif", "membres actifs", number), url_for("admin.overview_page"))


@fill("admin.figures", order=30)
def guests_figure() -> Figure:
    """Return how many guests there are."""
    number = _open_accounts(UserKind.GUEST)
    return Figure(number, ngettext("invité actif", "invités actifs", number), url_for("admin.overview_page"))
