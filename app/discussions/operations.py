"""What is done in discussions: open one, answer, comment, correct oneself, moderate, remember where one stopped.

Every function is called inside ``transaction()`` with the acting person, and checks the rights again there.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.accounts.models import User
from app.core.audit import record
from app.core.clock import now
from app.core.db import insert_into, lock
from app.core.errors import DomainError, EditConflictError, RefusedError
from app.core.events import announce
from app.core.i18n import lazy_gettext as _l
from app.core.revisions import keep_revision
from app.core.text import RENDERER_VERSION
from app.discussions.events import PostAdded, PostEdited, PostRemoved, ThreadMoved, ThreadStarted
from app.discussions.models import Post, ReadPosition, Thread
from app.discussions.permissions import (
    can_edit_post,
    can_hide_post,
    can_read_thread,
    can_remove_post,
    can_reply,
    can_start_thread,
)
from app.discussions.queries import thread_about
from app.discussions.texts import Written, checked_title, said, written
from app.extensions import db
from app.library.anchors import Anchors
from app.spaces.models import Audience, Space, State, fields_of
from app.spaces.permissions import can_read, can_write_in_space

#: A page, and the public id of the file it is one of.
Place = tuple[int, str]
SAME_SENDING = timedelta(seconds=60)  # the same words by the same person within this time are one sending


def start_thread(person: User, space: Space, title: str, source: str, audience: str = Audience.SPACE) -> Thread:
    """Open a discussion in a space with its first message; sent twice within a minute it is one.

    Raises DomainError (empty), TooLargeError, RefusedError (not in the space; a guest speaking to the whole network).
    """
    title, text = checked_title(title), written(source)
    _one_at_a_time(person)
    can_start_thread.require(person, space)
    if audience == Audience.NETWORK and not person.is_member:
        raise RefusedError
    same = _thread_just_started(person, space, title, text)
    if same is not None:
        return same
    thread = _new_thread(person, space.id, title, Audience(audience))
    _add_post(person, thread, text)
    return thread


def reply(person: User, thread: Thread, source: str) -> Post:
    """Answer in a discussion; sent twice within a minute it is one post.

    Raises DomainError (empty), TooLargeError, RefusedError.
    """
    return _answer(person, thread, source)


def comment(person: User, subject: Any, source: str, page: int | None = None, file: str = "") -> Post:
    """Comment on a thing; its first comment makes its one discussion, with its space, audience and title.

    ``page`` is the page the comment is about, of the file of this public id, or of the first one; a page the file does
    not have is left out. Raises NotFoundError when the person may not read the thing, RefusedError when they may not
    write in its space, and what ``reply`` raises.
    """
    written(source)
    lock(subject)  # two first comments at once: the second waits here and finds the thread of the first
    can_read(type(subject)).require(person, subject, hidden=True)
    thread = thread_about(subject)
    if thread is None:
        can_write_in_space.require(person, subject.space)
        if subject.state == State.ARCHIVED:
            raise RefusedError
        thread = _new_thread(person, subject.space_id, subject.title, subject.audience, subject)
    return _answer(person, thread, source, _place(subject, page, file))


def follow_subject(subject: Any) -> None:
    """Give the discussion of a thing the title, home and audience the thing has now."""
    thread = thread_about(subject)
    wanted = fields_of(subject, "title", "space_id", "audience")
    if thread is None or fields_of(thread, *wanted) == wanted:
        return
    for name, value in wanted.items():
        setattr(thread, name, value)
    db.session.flush()
    announce(ThreadMoved(thread.id, thread.space_id, now()))


def edit_post(person: User, post: Post, source: str, edit_version: int) -> Post:
    """Change one's own message; the earlier text is kept as a revision.

    ``edit_version`` is the one the person had before their eyes: EditConflictError when the message has changed since.
    Also raises DomainError (empty), TooLargeError, RefusedError.
    """
    text = written(source, post.lang)
    lock(post)
    can_edit_post.require(person, post)
    if post.source == text.source:
        return post
    if post.edit_version != edit_version:
        raise EditConflictError(_l("Ce message a changé depuis que vous l'avez ouvert. Votre texte est intact."))
    keep_revision(post, person, fields_of(post, "source"))
    post.source, post.html, post.renderer_version = text.source, text.html, RENDERER_VERSION
    post.edited_at, post.edit_version = now(), post.edit_version + 1
    announce(PostEdited(post.id, post.thread_id, post.n, person.id, post.edited_at))
    return post


def remove_post(person: User, post: Post) -> None:
    """Take one's own message away; its place and number stay. Raises RefusedError."""
    lock(post.thread, post)
    can_remove_post.require(person, post)
    record("post.removed", person, post)
    _take_away(person, post, "", hidden=False)


def hide_post(person: User, post: Post, reason: str) -> None:
    """Hide somebody's message, with a reason that every reader sees. Raises RefusedError, DomainError without one."""
    reason = said(reason)
    lock(post.thread, post)
    can_hide_post.require(person, post)
    if not reason:
        raise DomainError(_l("Dites pourquoi ce message est masqué : la raison est affichée à sa place."))
    record("post.hidden", person, post, reason=reason)
    _take_away(person, post, reason, hidden=True)


def mark_read(person: User, thread: Thread, n: int) -> None:
    """Remember that a person has read a discussion up to post ``n``; it never goes back. Raises NotFoundError."""
    can_read_thread.require(person, thread, hidden=True)
    n = min(n, thread.post_count)
    if n < 1:
        return
    row = insert_into(ReadPosition).values(user_id=person.id, thread_id=thread.id, n=n, at=now())
    further = row.on_conflict_do_update(
        index_elements=["user_id", "thread_id"],
        set_={"n": row.excluded.n, "at": row.excluded.at},
        where=row.excluded.n > ReadPosition.n,
    )
    db.session.execute(further)


def _one_at_a_time(person: User) -> None:
    """Hold the person's row, so that a double click is two sendings one after the other."""
    db.session.execute(select(User.id).where(User.id == person.id).with_for_update(key_share=True))


def _thread_just_started(person: User, space: Space, title: str, text: Written) -> Thread | None:
    same = select(Thread).join(Post, Post.thread_id == Thread.id)
    same = same.where(Thread.author_id == person.id, Thread.space_id == space.id, Thread.title == title)
    same = same.where(Thread.created_at > now() - SAME_SENDING, Thread.subject_type.is_(None))
    return db.session.scalar(same.where(Post.n == 1, Post.source == text.source).limit(1))


def _just_posted(person: User, thread: Thread, text: Written) -> Post | None:
    same = select(Post).where(Post.thread_id == thread.id, Post.author_id == person.id, Post.source == text.source)
    return db.session.scalar(same.where(Post.created_at > now() - SAME_SENDING, Post.deleted_at.is_(None)).limit(1))


def _answer(person: User, thread: Thread, source: str, place: Place | None = None) -> Post:
    text = written(source)
    lock(thread)
    can_reply.require(person, thread)
    return _just_posted(person, thread, text) or _add_post(person, thread, text, place)


def _place(subject: Any, page: int | None, file: str) -> Place | None:
    """Return the page a comment is about and the public id of its file; None where there is no such page."""
    found = Anchors(subject).find(file, page) if page is not None else None
    return (page, found.public_id) if page is not None and found is not None else None


def _new_thread(
    person: User,
    space_id: int,
    title: str,
    audience: str,
    subject: Any = None,
) -> Thread:
    moment = now()
    thread = Thread(
        space_id=space_id,
        author_id=person.id,
        title=title,
        audience=audience,
        state=State.PUBLISHED,
        published_at=moment,
        post_count=0,
        subject_type=subject.__tablename__ if subject is not None else None,
        subject_id=subject.id if subject is not None else None,
    )
    db.session.add(thread)
    db.session.flush()
    announce(ThreadStarted(thread.id, space_id, person.id, moment))
    return thread


def _add_post(person: User, thread: Thread, text: Written, place: Place | None = None) -> Post:
    """Add a post with the next number. The thread's row is held: no number is given twice or left out."""
    moment, (page, file) = now(), place or (None, "")
    thread.post_count += 1
    thread.last_post_at, thread.last_post_by_id = moment, person.id
    post = Post(
        thread_id=thread.id,
        n=thread.post_count,
        author_id=person.id,
        source=text.source,
        html=text.html,
        renderer_version=RENDERER_VERSION,
        page=page,
        file=file,
        created_at=moment,
    )
    db.session.add(post)
    db.session.flush()
    announce(PostAdded(post.id, thread.id, post.n, person.id, moment))
    return post


def _take_away(person: User, post: Post, reason: str, *, hidden: bool) -> None:
    post.deleted_at, post.deleted_by_id, post.deleted_reason = now(), person.id, reason
    post.edit_version += 1
    db.session.flush()
    _refresh_last(post.thread)
    announce(PostRemoved(post.id, post.thread_id, post.n, person.id, hidden, post.deleted_at))


def _refresh_last(thread: Thread) -> None:
    """Have the list name the last message that can still be read."""
    shown = select(Post).where(Post.thread_id == thread.id, Post.deleted_at.is_(None))
    last = db.session.scalar(shown.order_by(Post.n.desc()).limit(1))
    if last is not None:
        thread.last_post_at, thread.last_post_by_id = last.created_at, last.author_id
