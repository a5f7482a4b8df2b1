"""What the tests of discussions say and do, inside an application context."""

from __future__ import annotations

from typing import Any

from app.core.db import transaction
from app.discussions import operations
from app.discussions.models import Post, Thread
from app.extensions import db
from app.library.models import Resource
from app.spaces.models import Audience, Space
from app.spaces.queries import space_by_slug
from tests.people import FACILITATOR, OPEN
from tests.support import loaded


def space(slug: str = OPEN) -> Space:
    """Return a space of the cast."""
    found = space_by_slug(slug)
    assert found is not None
    return found


def start(
    email: str = FACILITATOR,
    slug: str = OPEN,
    title: str = "Amende forfaitaire ?",
    source: str = "Quels effets ?",
    audience: str = Audience.SPACE,
) -> Thread:
    """Open a discussion as somebody."""
    with transaction():
        return operations.start_thread(loaded(email), space(slug), title, source, audience)


def answer(thread: Thread, email: str, source: str) -> Post:
    """Answer as somebody."""
    with transaction():
        return operations.reply(loaded(email), thread, source)


def read(thread: Thread, email: str, n: int) -> None:
    """Say how far somebody has read."""
    with transaction():
        operations.mark_read(loaded(email), thread, n)


def shelve(slug: str = OPEN, title: str = "Convention Ville-parquet", **values: Any) -> Resource:
    """Put a resource without a file in a space."""
    with transaction() as session:
        resource = Resource(
            space_id=space(slug).id, author_id=loaded(FACILITATOR).id, title=title, kind="report", **values
        )
        session.add(resource)
    return resource


def thread_of(thread_id: int) -> Thread:
    """Read a thread again."""
    found = db.session.get(Thread, thread_id)
    assert found is not None
    return found


def path(thread: Thread) -> str:
    """Return the address of a thread, without what follows."""
    return f"/discussions/{thread.public_id}"
