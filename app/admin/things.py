"""Things as the administration finds them: by their public id, whoever may read them."""

from __future__ import annotations

from sqlalchemy import Select, select

from app.core.errors import NotFoundError
from app.core.paging import Page, paginate
from app.extensions import db
from app.spaces.models import Space, Visibility

SPACES_PER_PAGE = 50


def space_with(public_id: str) -> Space:
    """Return a space, deleted or not. Raises NotFoundError."""
    space: Space | None = db.session.scalar(select(Space).where(Space.public_id == public_id))
    if space is None:
        raise NotFoundError
    return space


def closed_spaces(number: int) -> Page[Space]:
    """Return one page of the spaces that an administrator reads only by entering, by name."""
    query: Select[Space] = select(Space).where(Space.visibility != Visibility.OPEN, Space.deleted_at.is_(None))
    return paginate(query.order_by(Space.sort_key, Space.id), number, SPACES_PER_PAGE)
