"""What discussions write in the journal."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, select

from app.core.audit import describe
from app.core.i18n import lazy_gettext as _l
from app.core.journal import Namer, belongs, names
from app.discussions.models import Post, Thread
from app.discussions.permissions import can_read_thread
from app.extensions import db
from app.spaces.journal_names import names_content

describe(
    {
        "thread.moved": _l("Discussion déplacée dans un autre espace"),
        "post.hidden": _l("Message masqué"),
        "post.removed": _l("Message supprimé"),
    }
)

A_THREAD = _l("Une discussion")
named_threads = names_content(Thread, can_read_thread, A_THREAD)
named_threads_inside = names_content(Thread, can_read_thread, A_THREAD, home=False)
names("thread", inside=named_threads_inside)(named_threads)
belongs("thread")(lambda ids: select(Thread.id).where(Thread.space_id.in_(ids)))


def names_posts(thread_namer: Namer) -> Namer:
    """Return how messages are named: by their discussion."""

    def namer(ids: Collection[int], reader: Any) -> dict[int, str]:
        posts = db.session.execute(select(Post.id, Post.thread_id).where(Post.id.in_(ids)))
        threads = {row.id: row.thread_id for row in posts}
        named = thread_namer(set(threads.values()), reader)
        return {post: named[thread] for post, thread in threads.items() if thread in named}

    return namer


names("post", inside=names_posts(named_threads_inside))(names_posts(named_threads))


@belongs("post")
def posts_of(ids: Sequence[int]) -> Select[Any]:
    """Return the messages of some spaces."""
    return select(Post.id).join(Thread).where(Thread.space_id.in_(ids))
