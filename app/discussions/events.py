"""What happens in discussions, announced inside the transaction of the change. Ids are the integer keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ThreadStarted:
    """A person opened a discussion in a space, or wrote the first comment about a thing; its post is announced too."""

    thread_id: int
    space_id: int
    person_id: int
    at: datetime


@dataclass(frozen=True)
class ThreadMoved:
    """The thing a discussion is about changed its title, home or audience, and its discussion followed."""

    thread_id: int
    space_id: int
    at: datetime


@dataclass(frozen=True)
class PostAdded:
    """A person wrote a message; ``n`` is its number in the thread, 1 for the one that opens it."""

    post_id: int
    thread_id: int
    n: int
    person_id: int
    at: datetime


@dataclass(frozen=True)
class PostEdited:
    """A person changed the text of their message."""

    post_id: int
    thread_id: int
    n: int
    person_id: int
    at: datetime


@dataclass(frozen=True)
class PostRemoved:
    """A message was taken away by its author, or hidden by a facilitator (``hidden``); its place is kept."""

    post_id: int
    thread_id: int
    n: int
    person_id: int
    hidden: bool
    at: datetime
