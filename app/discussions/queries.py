"""What is asked of discussions, always beginning with what the person may read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import joinedload

from app.accounts.models import Organisation, User
from app.core.db import PUBLIC_ID_LENGTH, cache_of_transaction
from app.core.errors import NotFoundError, RefusedError
from app.core.paging import Page
from app.core.text import placeholders
from app.discussions.models import Post, ReadPosition, Thread
from app.discussions.permissions import can_read_post, can_read_thread
from app.extensions import db
from app.library.models import Resource
from app.spaces.models import Space
from app.spaces.permissions import can_read_space, can_see_space

POSTS_PER_PAGE = 50
THREADS_PER_PAGE = 20
_PUBLIC_ID = re.compile(rf"[a-z2-7]{{{PUBLIC_ID_LENGTH}}}")


def is_public_id(text: str) -> bool:
    """Tell whether a part of an address can be a public id at all."""
    return _PUBLIC_ID.fullmatch(text) is not None


def thread_for(person: User, public_id: str) -> Thread:
    """Return a thread this person may read.

    Raises RefusedError with its space when that space is listed but closed to them, NotFoundError in every other case.
    """
    if not is_public_id(public_id):
        raise NotFoundError
    wanted = select(Thread).where(Thread.public_id == public_id)
    wanted = wanted.options(joinedload(Thread.space), joinedload(Thread.author))
    thread: Thread | None = db.session.scalar(wanted.where(can_read_thread.where(person)))
    if thread is not None:
        return thread
    refused = db.session.scalar(wanted.where(Thread.deleted_at.is_(None)))
    if refused is not None and can_see_space(person, refused.space) and not can_read_space(person, refused.space):
        raise RefusedError(space=refused.space)
    raise NotFoundError


def post_for(person: User, public_id: str) -> Post:
    """Return a post of a thread this person may read, also a removed one. Raises as ``thread_for``."""
    if not is_public_id(public_id):
        raise NotFoundError
    wanted = select(Post).where(Post.public_id == public_id)
    wanted = wanted.options(joinedload(Post.author), joinedload(Post.thread).joinedload(Thread.space))
    post: Post | None = db.session.scalar(wanted.where(can_read_post.where(person)))
    if post is None:
        hidden = db.session.scalar(wanted)
        if hidden is not None:
            thread_for(person, hidden.thread.public_id)
        raise NotFoundError
    return post


def threads_visible_to(person: User, space: Space | None = None) -> Select[Any]:
    """Return the threads this person may read, pinned ones first, then those that moved last."""
    wanted = select(Thread).where(can_read_thread.where(person))
    if space is not None:
        wanted = wanted.where(Thread.space_id == space.id)
    return wanted.order_by(Thread.is_pinned.desc(), Thread.last_post_at.desc(), Thread.id.desc())


def count_of_threads(person: User, space: Space) -> int:
    """Return how many threads of a space this person may read; counted once a transaction, the tab and the list ask."""
    cache, key = cache_of_transaction(), f"threads:{person.id}:{space.id}"
    if key not in cache:
        wanted = select(func.count(Thread.id)).where(can_read_thread.where(person), Thread.space_id == space.id)
        cache[key] = db.session.scalar(wanted) or 0
    count: int = cache[key]
    return count


def page_of_threads(person: User, space: Space, number: int) -> Page[Thread]:
    """Return one page of the threads of a space, with their people: two statements."""
    total = count_of_threads(person, space)
    number = min(number, max(1, -(-total // THREADS_PER_PAGE)))
    rows = first_threads(person, space, THREADS_PER_PAGE, (number - 1) * THREADS_PER_PAGE)
    return Page(rows, number, THREADS_PER_PAGE, total)


def first_threads(person: User, space: Space, limit: int, offset: int = 0) -> list[Thread]:
    """Return so many threads of a space as a list shows them, with their people: one statement."""
    people = joinedload(Thread.author), joinedload(Thread.last_post_by)
    wanted = threads_visible_to(person, space).options(*people)
    return list(db.session.scalars(wanted.limit(limit).offset(offset)))


def last_threads_of(person: User, writer: User, limit: int) -> list[Thread]:
    """Return the threads a person may read in which somebody's words still stand, last moved first: one statement."""
    written = select(Post.thread_id).where(Post.author_id == writer.id, Post.deleted_at.is_(None))
    wanted = select(Thread).where(can_read_thread.where(person), Thread.id.in_(written))
    wanted = wanted.options(joinedload(Thread.author), joinedload(Thread.last_post_by))
    return list(db.session.scalars(wanted.order_by(Thread.last_post_at.desc(), Thread.id.desc()).limit(limit)))


def page_of_post(n: int) -> int:
    """Return the page of a thread on which post ``n`` stands."""
    return max(1, -(-n // POSTS_PER_PAGE))


def page_of_posts(thread: Thread, number: int) -> Page[Post]:
    """Return one page of the posts of a thread the person may read, oldest first, with their authors.

    Numbers have no holes, so a page is a stretch of numbers: the last page costs what the first does.
    """
    number = min(number, page_of_post(thread.post_count))
    first = (number - 1) * POSTS_PER_PAGE
    wanted = select(Post).where(Post.thread_id == thread.id, Post.n > first, Post.n <= first + POSTS_PER_PAGE)
    posts = db.session.scalars(wanted.order_by(Post.n).options(joinedload(Post.author)))
    return Page(posts.all(), number, POSTS_PER_PAGE, thread.post_count)


def post_numbered(thread: Thread, n: int) -> Post | None:
    """Return the readable post with this number in a thread the person may read."""
    wanted = select(Post).where(Post.thread_id == thread.id, Post.n == n, Post.deleted_at.is_(None))
    return db.session.scalar(wanted.options(joinedload(Post.author)))


def has_said(person: User, thread: Thread, source: str) -> bool:
    """Tell whether the last post of a person in a thread is this very text."""
    mine = select(Post.source).where(Post.thread_id == thread.id, Post.author_id == person.id)
    return db.session.scalar(mine.order_by(Post.n.desc()).limit(1)) == source


def read_position(person: User, thread: Thread) -> int:
    """Return the number of the last post this person has read, 0 for a thread never opened."""
    mine = select(ReadPosition.n).where(ReadPosition.user_id == person.id, ReadPosition.thread_id == thread.id)
    return db.session.scalar(mine) or 0


def unread_counts(person: User, threads: Sequence[Thread]) -> dict[int, int]:
    """Return the number of new posts of each thread by its id, in one statement.

    New is what others wrote after the place where the person stopped; in a thread never opened, what was written since
    the person came to the site: a newcomer is not greeted with years of unread messages.
    """
    seen = ReadPosition.thread_id == Post.thread_id, ReadPosition.user_id == person.id
    wanted = select(Post.thread_id, func.count(Post.id)).outerjoin(ReadPosition, (seen[0]) & (seen[1]))
    wanted = wanted.where(Post.thread_id.in_([thread.id for thread in threads]), *_by_others(person))
    never_opened = ReadPosition.n.is_(None) & (Post.created_at > person.created_at)
    wanted = wanted.where(or_(Post.n > ReadPosition.n, never_opened))
    return dict(db.session.execute(wanted.group_by(Post.thread_id)).all())


def _by_others(person: User) -> tuple[Any, Any]:
    return Post.deleted_at.is_(None), or_(Post.author_id != person.id, Post.author_id.is_(None))


@dataclass(frozen=True)
class Fresh:
    """What a person has not read of a thread: number of the first new post and how many there are."""

    first: int
    count: int


def fresh_after(person: User, thread: Thread, n: int) -> Fresh | None:
    """Return what others wrote in a thread after post ``n``, None when nothing."""
    if n >= thread.post_count:
        return None
    wanted = select(func.min(Post.n), func.count(Post.id)).where(Post.thread_id == thread.id, Post.n > n)
    first, count = db.session.execute(wanted.where(*_by_others(person))).one()
    return Fresh(first, count) if count else None


def first_unread(person: User, thread: Thread) -> int | None:
    """Return the number of the first post this person has not read, None when all is read or nothing ever was."""
    position = read_position(person, thread)
    fresh = fresh_after(person, thread, position) if position else None
    return fresh.first if fresh else None


def thread_about(subject: Any) -> Thread | None:
    """Return the one discussion of a thing the person may read, None before its first comment."""
    mine = Thread.subject_type == subject.__tablename__, Thread.subject_id == subject.id
    return db.session.scalar(select(Thread).where(*mine, Thread.deleted_at.is_(None)))


def last_posts(thread: Thread, limit: int) -> list[Post]:
    """Return the last readable posts of a thread, oldest first."""
    wanted = select(Post).where(Post.thread_id == thread.id, Post.deleted_at.is_(None))
    wanted = wanted.order_by(Post.n.desc()).limit(limit).options(joinedload(Post.author))
    return list(reversed(db.session.scalars(wanted).all()))


def count_of_posts(thread: Thread) -> int:
    """Return how many posts of a thread can still be read."""
    return (
        db.session.scalar(select(func.count(Post.id)).where(Post.thread_id == thread.id, Post.deleted_at.is_(None)))
        or 0
    )


def comment_counts(kind: str, ids: Sequence[int]) -> dict[int, int]:
    """Return how many comments can be read about each of some things of a kind, in one statement."""
    wanted = select(Thread.subject_id, func.count(Post.id)).join(Post, Post.thread_id == Thread.id)
    wanted = wanted.where(Thread.subject_type == kind, Thread.subject_id.in_(ids), Post.deleted_at.is_(None))
    found = db.session.execute(wanted.group_by(Thread.subject_id)) if ids else ()
    return {subject_id: count for subject_id, count in found if subject_id is not None}


def organisations_in(thread: Thread) -> list[Row[tuple[str, str]]]:
    """Return the ``name`` and ``public_id`` of the cities and organisations whose people wrote in a thread, by name."""
    authors = select(User.organisation_id).join(Post, Post.author_id == User.id)
    authors = authors.where(Post.thread_id == thread.id, Post.deleted_at.is_(None))
    wanted = select(Organisation.name, Organisation.public_id).where(Organisation.id.in_(authors))
    return list(db.session.execute(wanted.order_by(Organisation.sort_key)))


def cited_in(thread: Thread) -> list[tuple[str, str]]:
    """Return the things the readable posts of a thread point to, in order of first mention, each once."""
    wanted = select(Post.html).where(Post.thread_id == thread.id, Post.deleted_at.is_(None))
    texts = db.session.scalars(wanted.where(Post.html.contains("[[", autoescape=True)).order_by(Post.n))
    return placeholders("\n".join(texts))


def resources_cited_in(thread: Thread) -> list[int]:
    """Return the ids of the resources the readable posts of a thread point to, whoever may read them."""
    cited = [public_id for kind, public_id in cited_in(thread) if kind == Resource.__tablename__]
    return list(db.session.scalars(select(Resource.id).where(Resource.public_id.in_(cited)))) if cited else []
