"""What discussions hold of a person, and how they forget them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.core.clock import now
from app.core.events import announce
from app.core.i18n import gettext as _
from app.core.revisions import Revision
from app.core.slots import fill
from app.core.takeaway import ExportPart
from app.discussions.events import PostRemoved
from app.discussions.models import Post, ReadPosition, Thread
from app.discussions.permissions import can_read_thread
from app.extensions import db
from app.library.models import Resource
from app.search.operations import index_soon


@fill("person.export", order=40)
def discussion_parts(user: User) -> list[ExportPart]:
    """Return the person's messages; the title of a discussion only where they may still read it."""
    query = select(Post).where(Post.author_id == user.id).order_by(Post.id)
    posts = db.session.scalars(query.options(joinedload(Post.thread).joinedload(Thread.space))).all()
    seen = db.session.execute(select(ReadPosition.at).where(ReadPosition.user_id == user.id)).all()
    return [
        ExportPart("posts", _("Mes messages"), [_record(user, one) for one in posts]),
        ExportPart("read_positions", _("Mes lectures"), [{_("Discussions lues"): len(seen)}] if seen else []),
    ]


def _record(user: User, one: Post) -> dict[str, Any]:
    return {
        _("Discussion"): one.thread.title if can_read_thread(user, one.thread) else "",
        _("Date"): one.created_at.isoformat(),
        _("Page"): one.page or "",
        _("Texte"): one.source,
        _("Retiré le"): one.deleted_at.isoformat() if one.deleted_at else "",
    }


@fill("resource.answered", order=40)
def resources_answered(ids: Sequence[int], user: User) -> set[int]:
    """Return which of some resources have a message of somebody else."""
    about = select(Thread.subject_id).join(Post, Post.thread_id == Thread.id)
    about = about.where(Thread.subject_type == Resource.__tablename__, Thread.subject_id.in_(ids))
    others = Post.author_id.is_distinct_from(user.id) & Post.deleted_at.is_(None)
    return {found for found in db.session.scalars(about.where(others)) if found is not None}


@fill("person.erase", order=40)
def forget_in_discussions(user: User, withdraw: bool) -> None:  # noqa: FBT001 - the slot's own form
    """Forget what the person has read; with ``withdraw``, take back the messages after which nobody else wrote."""
    db.session.execute(delete(ReadPosition).where(ReadPosition.user_id == user.id))
    if withdraw:
        _withdraw_unanswered(user)


def _withdraw_unanswered(user: User) -> None:
    answered = (
        select(Post.thread_id, func.max(Post.n).label("n"))
        .where(Post.author_id.is_distinct_from(user.id), Post.deleted_at.is_(None))
        .group_by(Post.thread_id)
        .subquery()
    )
    query = select(Post).outerjoin(answered, answered.c.thread_id == Post.thread_id)
    query = query.where(Post.author_id == user.id, Post.n > func.coalesce(answered.c.n, 0))
    posts = db.session.scalars(query.options(joinedload(Post.thread)).order_by(Post.id)).all()
    for post in posts:
        _take_back(user, post)
    alone = Thread.author_id == user.id, Thread.subject_type.is_(None), Thread.id.not_in(select(answered.c.thread_id))
    for thread in db.session.scalars(select(Thread).where(*alone)):
        thread.title, thread.deleted_at, thread.deleted_by_id = _("Discussion retirée"), now(), user.id
        index_soon(thread.__tablename__, thread.id)


def _take_back(user: User, post: Post) -> None:
    """Empty a message and its earlier texts; its number stays, so that the others keep theirs."""
    of_post = (Revision.subject_type == post.__tablename__) & (Revision.subject_id == post.id)
    db.session.execute(delete(Revision).where(of_post))
    post.source, post.html, post.deleted_reason = "", "", ""
    post.deleted_at, post.deleted_by_id = post.deleted_at or now(), user.id
    post.edit_version += 1
    db.session.flush()
    announce(PostRemoved(post.id, post.thread_id, post.n, user.id, hidden=False, at=now()))
