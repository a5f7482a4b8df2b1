"""What discussions put into the archive of a space: threads, messages and their earlier texts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, or_, select

from app.core.db import transaction
from app.core.errors import DomainError
from app.core.i18n import lazy_gettext as _l
from app.core.revisions import Revision
from app.core.slots import fill
from app.core.text import RENDERER_VERSION
from app.discussions.citing import keep_citations
from app.discussions.events import PostAdded
from app.discussions.models import Post, Thread
from app.discussions.texts import written
from app.library.archive import AT_ONCE, RESOURCES, TRASH, resources_leaving
from app.library.models import Resource
from app.search.operations import index_soon
from app.spaces.archive.arriving import Arriving
from app.spaces.archive.leaving import Leaving
from app.spaces.archive.parts import Part, Record
from app.spaces.models import Audience, State

THREADS, POSTS = "threads", "posts"
ABOUT_RESOURCE = Resource.__tablename__


def threads_leaving(leaving: Leaving) -> Select[Any]:
    """Return the ids of the threads that leave: those of the space, and of the resources that leave with it."""
    about = and_(Thread.subject_type == ABOUT_RESOURCE, Thread.subject_id.in_(resources_leaving(leaving)))
    kept = Thread.deleted_at.is_(None) & (Thread.state != State.DRAFT)
    return select(Thread.id).where(Thread.space_id == leaving.space.id, kept, or_(Thread.subject_type.is_(None), about))


@fill("space.archive", order=40)
def discussion_archive() -> list[Part]:
    """Return the parts of discussions."""
    return [
        Part(
            THREADS,
            Thread,
            lambda leaving: select(Thread).where(Thread.id.in_(threads_leaving(leaving))).order_by(Thread.id),
            leave_out=TRASH,
            refers={"subject_id": RESOURCES},
            choices={
                "subject_type": {None, ABOUT_RESOURCE},
                "state": {State.PUBLISHED, State.ARCHIVED},
                "audience": set(Audience),
            },
            prepare=_prepare_thread,
            finish=_index,
            title=_l("Discussions"),
            line=lambda record: (record["title"], []),
        ),
        Part(
            POSTS,
            Post,
            lambda leaving: (
                select(Post).where(Post.thread_id.in_(threads_leaving(leaving))).order_by(Post.thread_id, Post.n)
            ),
            leave_out={"html", "renderer_version"},
            refers={"thread_id": THREADS},
            also=lambda post, _leaving: {"source": ""} if post.deleted_at else {},
            prepare=_prepare_post,
            brought=_cite,
            title=_l("Messages"),
            line=lambda record: (f"{record['created_at'][:10]} – {record['source']}", []),
        ),
        Part(
            "post_revisions",
            Revision,
            _revisions_of_posts,
            refers={"subject_id": POSTS},
            choices={"subject_type": {Post.__tablename__}},
            misfit=_misfit_of_text,
        ),
    ]


def _revisions_of_posts(leaving: Leaving) -> Select[Any]:
    """Return the earlier texts of the messages that can still be read."""
    posts = select(Post.id).where(Post.thread_id.in_(threads_leaving(leaving)), Post.deleted_at.is_(None))
    of_posts = and_(Revision.subject_type == Post.__tablename__, Revision.subject_id.in_(posts))
    return select(Revision).where(of_posts).order_by(Revision.subject_id, Revision.n)


def _misfit_of_text(record: Record) -> str:
    """Return « fields » unless they hold an earlier text and nothing else."""
    said = record.get("fields")
    good = isinstance(said, dict) and said.keys() == {"source"} and isinstance(said["source"], str)
    return "" if good else "fields"


def _prepare_thread(record: Record, arriving: Arriving) -> Record | None:
    """Leave out the discussion of a thing that stayed out."""
    alone = record.get("subject_type") is None
    return {} if alone or arriving.ref(RESOURCES, record.get("subject_id")) is not None else None


def _prepare_post(record: Record, arriving: Arriving) -> Record | None:
    source = str(record.get("source") or "")
    try:
        html = written(source, str(record.get("lang") or "fr")).html if source else ""
    except DomainError:
        html = arriving.markdown(source)[0]
    file = str(record.get("file") or "")
    return {"html": html, "renderer_version": RENDERER_VERSION, "file": arriving.new_ids.get(file, file)}


def _cite(post: Post, _record: Record, _arriving: Arriving) -> None:
    """Keep what a message points to, as when it was written."""
    keep_citations(PostAdded(post.id, post.thread_id, post.n, post.author_id or 0, post.created_at))


def _index(arriving: Arriving) -> None:
    """Have every discussion indexed, some hundred at a time."""
    ids = list(arriving.refs.get(THREADS, {}).values())
    for start in range(0, len(ids), AT_ONCE):
        with transaction():
            for one in ids[start : start + AT_ONCE]:
                index_soon("thread", one)
