"""What messages cite, kept aside with each message so that a thing can say in which discussions it stands."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, String, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.models import User
from app.core.events import listen
from app.core.i18n import gettext as _
from app.core.slots import fill
from app.core.text import placeholders
from app.core.uses import Use, UseGroup
from app.discussions.addresses import thread_url
from app.discussions.events import PostAdded, PostEdited, PostRemoved
from app.discussions.models import Post, Thread
from app.discussions.pages import title_of
from app.discussions.permissions import can_read_thread
from app.extensions import db
from app.library.derived import pointed_in
from app.library.models import Resource

MOST = 20


class Citation(db.Model):
    """A message points to a thing: ``type`` and ``key`` are those of its placeholder (``[[resource:…]]``)."""

    __tablename__ = "citation"
    __table_args__ = (Index("ix_citation_cited", "type", "key"),)

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    type: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[str] = mapped_column(String(100), primary_key=True)


def keep_citations(event: Any) -> None:
    """Keep what a message points to, as it stands now; a message taken away points to nothing."""
    post = db.session.get(Post, event.post_id)
    db.session.execute(delete(Citation).where(Citation.post_id == event.post_id))
    cited = _cited_by(post) if post is not None and post.deleted_at is None else {}
    if cited:
        db.session.execute(insert(Citation), [{"post_id": event.post_id, "type": t[:20], "key": k} for t, k in cited])


def _cited_by(post: Post) -> dict[tuple[str, str], None]:
    """Return what a message points to, each once: what it shows as a card, and the resources whose address it gives."""
    within = [(Resource.__tablename__, one) for one in pointed_in(post.source)]
    return dict.fromkeys([*placeholders(post.html), *within])


for happening in (PostAdded, PostEdited, PostRemoved):
    listen(happening)(keep_citations)


@fill("resource.uses", order=50)
def discussions_that_cite(resource: Any, reader: User) -> UseGroup | None:
    """Return the discussions in which a message points to a resource, the last moved first; not its own."""
    cited = (Citation.type == resource.__tablename__) & (Citation.key == resource.public_id)
    citing = select(Post.thread_id).join(Citation, Citation.post_id == Post.id).where(cited, Post.deleted_at.is_(None))
    own = (Thread.subject_type == resource.__tablename__) & (Thread.subject_id == resource.id)
    query = select(Thread).where(
        Thread.id.in_(citing), can_read_thread.where(reader), ~own | Thread.subject_type.is_(None)
    )
    threads = db.session.scalars(query.order_by(Thread.last_post_at.desc(), Thread.id.desc()).limit(MOST))
    found = [Use(title_of(one), thread_url(one)) for one in threads]
    return UseGroup(_("Discussions"), found) if found else None
