"""How discussions are found: one document a thread, one passage a message, under the number it has in the thread."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flask import url_for
from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.core.days import day_here
from app.core.events import listen
from app.core.i18n import format_date, ngettext
from app.core.i18n import lazy_gettext as _l
from app.core.portraits import signature
from app.core.revisions import Revision
from app.core.text import plain_text, slugify
from app.discussions.addresses import thread_url
from app.discussions.events import PostAdded, PostEdited, PostRemoved, ThreadMoved
from app.discussions.models import Post, Thread
from app.discussions.operations import follow_subject
from app.discussions.pages import place_of, title_of
from app.discussions.permissions import can_read_thread
from app.discussions.queries import page_of_post, thread_about
from app.discussions.texts import without_placeholders
from app.extensions import db
from app.library.events import ResourceChanged, ResourcePublished, ResourcePurged, ResourceRemoved, ResourcesChanged
from app.library.models import Resource
from app.search.beginnings import Begun, named, names_first
from app.search.catalogue import Audience, CatalogueRow
from app.search.engine import OWN_TEXT, ParentDocument, Passage
from app.search.operations import index_all_soon, index_soon
from app.search.sources import Card, register_group, register_kind_labels, register_kind_words, register_source
from app.spaces.models import Space, State
from app.spaces.permissions import shown_space

THREAD = "thread"
KIND = "discussion"
UNIT = "post"


class ThreadSource:
    """What search learns about discussions. A removed message is left out; so is the thread of a removed thing."""

    type = THREAD

    def keys(self) -> Iterator[int]:
        """Yield the id of every thread."""
        yield from db.session.scalars(select(Thread.id).where(Thread.deleted_at.is_(None)).order_by(Thread.id))

    def documents(self, ids: Sequence[int]) -> Iterable[ParentDocument]:
        """Yield threads with their messages. The thread of a thing has no title: the thing itself is found by it."""
        posts = _posts_of(ids)
        for thread in db.session.scalars(select(Thread).where(Thread.id.in_(ids), Thread.deleted_at.is_(None))):
            yield ParentDocument(
                key=f"{THREAD}:{thread.id}",
                title=thread.title if thread.subject_type is None else "",
                lang=thread.lang,
                passages=tuple(_passage(thread, post, post.n) for post in posts[thread.id]),
            )

    def rows(self, ids: Sequence[int] | None) -> Iterable[CatalogueRow]:
        """Yield who may find each thread."""
        wanted = select(Thread, Resource.deleted_at, Resource.state, Space.deleted_at)
        wanted = wanted.join(Space, Space.id == Thread.space_id)
        on_resource = (Thread.subject_type == Resource.__tablename__) & (Thread.subject_id == Resource.id)
        wanted = wanted.outerjoin(Resource, on_resource).where(Thread.deleted_at.is_(None))
        if ids is not None:
            wanted = wanted.where(Thread.id.in_(ids))
        for thread, gone_at, state, space_gone_at in db.session.execute(wanted.execution_options(yield_per=1000)):
            subject_is_live = thread.subject_type is None or (gone_at is None and state not in {None, State.DRAFT})
            yield _row(thread, published=thread.is_live and subject_is_live and space_gone_at is None)

    def cards(self, person: User, ids: Sequence[int], *, brief: bool = False) -> Mapping[int, Card]:  # noqa: ARG002 - the seam
        """Return the cards of the threads this person may see."""
        wanted = select(Thread).where(Thread.id.in_(ids), can_read_thread.where(person))
        threads = db.session.scalars(wanted.options(joinedload(Thread.author), joinedload(Thread.space)))
        return {thread.id: _card(person, thread) for thread in threads}

    def texts(self, wanted: Mapping[int, Sequence[int]]) -> Mapping[tuple[int, int], Passage]:
        """Return messages by thread and number; number 0 is the message that opens the thread."""
        numbers = {n or 1 for many in wanted.values() for n in many}
        posts = select(Post, Thread).join(Post.thread)
        posts = posts.where(Post.thread_id.in_(list(wanted)), Post.n.in_(numbers), Post.deleted_at.is_(None))
        found = {(post.thread_id, post.n): (thread, post) for post, thread in db.session.execute(posts)}
        return {
            (thread_id, n): _passage(*found[thread_id, n or 1], n)
            for thread_id, many in wanted.items()
            for n in many
            if (thread_id, n or 1) in found
        }

    def titles(self, person: User, words: Sequence[Begun], limit: int) -> Sequence[int]:
        """Return the threads this person may see whose title holds the words, the last that moved first."""
        readable = can_read_thread.where(person) & Thread.subject_type.is_(None)
        wanted = select(Thread.id).where(readable, named(Thread.sort_key, words))
        order = names_first(Thread.sort_key, words), Thread.last_post_at.desc(), Thread.id.desc()
        return list(db.session.scalars(wanted.order_by(*order).limit(limit)))


def _posts_of(ids: Sequence[int]) -> Mapping[int, list[Post]]:
    wanted = select(Post).where(Post.thread_id.in_(ids), Post.deleted_at.is_(None)).order_by(Post.thread_id, Post.n)
    by_thread: dict[int, list[Post]] = defaultdict(list)
    for post in db.session.scalars(wanted):
        by_thread[post.thread_id].append(post)
    return by_thread


def _passage(thread: Thread, post: Post, n: int) -> Passage:
    label = place_of(thread, n) if n != OWN_TEXT else ""
    return Passage(n, UNIT, label, without_placeholders(plain_text(post.html)))


def _row(thread: Thread, *, published: bool) -> CatalogueRow:
    return CatalogueRow(
        key=f"{THREAD}:{thread.id}",
        kind=KIND,
        space_id=thread.space_id,
        audience=Audience(thread.audience),
        published=published,
        date=day_here(thread.last_post_at),
        lang=thread.lang,
        authors=(thread.author_id,) if thread.author_id else (),
        about=f"resource:{thread.subject_id}" if thread.subject_type == Resource.__tablename__ else "",
        last_by=thread.last_post_by_id,
    )


def _card(person: User, thread: Thread) -> Card:
    space, author = shown_space(person, thread), thread.author
    replies = ngettext("%(num)s réponse", "%(num)s réponses", thread.reply_count)
    meta = (signature(author), replies, format_date(thread.last_post_at), space.label if space else "")
    public_id, slug = thread.public_id, slugify(thread.title)

    def url(passage: Passage | None) -> str:
        if passage is None or passage.n == OWN_TEXT:
            return thread_url(thread)
        page = page_of_post(passage.n)
        return url_for("discussions.thread_page", public_id=public_id, slug=slug, page=page) + f"#reponse-{passage.n}"

    facts = tuple(word for word in meta if word)
    return Card(
        title_of(thread),
        KIND,
        url,
        facts,
        thread.lang,
        marks_words=True,
        author=author,
        public_id=public_id,
        talk="repondre",
    )


def index_thread(event: Any) -> None:
    """Have a thread indexed again."""
    index_soon(THREAD, event.thread_id)


def follow_resource(event: Any) -> None:
    """Have the discussion of a resource follow it: title, home, audience, trash."""
    resource = db.session.get(Resource, event.resource_id)
    thread = thread_about(resource) if resource is not None else None
    if thread is not None:
        follow_subject(resource)
        index_soon(THREAD, thread.id)


def follow_resources(event: ResourcesChanged) -> None:
    """Have the discussions of several resources follow them: home and audience."""
    about = (Thread.subject_type == Resource.__tablename__) & Thread.subject_id.in_(event.resource_ids)
    threads = db.session.scalars(select(Thread).where(about)).all()
    resources = {one.id: one for one in db.session.scalars(select(Resource).where(Resource.id.in_(event.resource_ids)))}
    for thread in threads:
        resource = resources[thread.subject_id or 0]
        thread.title, thread.space_id, thread.audience = resource.title, resource.space_id, resource.audience
    db.session.flush()
    index_all_soon(THREAD, [one.id for one in threads])


def go_with_resource(event: ResourcePurged) -> None:
    """Erase the discussion of a resource that is erased for good, with its messages and their earlier texts."""
    about = (Thread.subject_type == Resource.__tablename__) & (Thread.subject_id == event.resource_id)
    for thread in db.session.scalars(select(Thread).where(about)):
        posts = select(Post.id).where(Post.thread_id == thread.id)
        of_posts = (Revision.subject_type == Post.__tablename__) & Revision.subject_id.in_(posts)
        of_thread = (Revision.subject_type == THREAD) & (Revision.subject_id == thread.id)
        db.session.execute(delete(Revision).where(of_posts | of_thread).execution_options(synchronize_session=False))
        db.session.execute(delete(Post).where(Post.thread_id == thread.id).execution_options(synchronize_session=False))
        db.session.delete(thread)
        index_soon(THREAD, thread.id)


for happening in (PostAdded, PostEdited, PostRemoved, ThreadMoved):
    listen(happening)(index_thread)
for happening_below in (ResourcePublished, ResourceChanged, ResourceRemoved):
    listen(happening_below)(follow_resource)
listen(ResourcePurged)(go_with_resource)
listen(ResourcesChanged)(follow_resources)
register_source(ThreadSource())
register_group("discussions", _l("Discussions"), {KIND}, order=30)
register_kind_labels({KIND: _l("Discussion")})
register_kind_words({"discussion": KIND, "discussions": KIND, "question": KIND, "thread": KIND, "threads": KIND})
