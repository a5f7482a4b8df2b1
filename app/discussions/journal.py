"""What discussions write in the journal."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, select

from app.core.audit import describe
from app.core.i18n import lazy_gettext as _l
from app.core.journal import belongs, names
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

names("thread")(names_content(Thread, can_read_thread, _l("Une discussion")))
belongs("thread")(lambda ids: select(Thread.id).where(Thread.space_id.in_(ids)))


@names("post")
def named_posts(ids: Collection[int], reader: Any) -> dict[int, str]:
    """Name messages by their discussion."""
    threads = {
        row.id: row.thread_id for row in db.session.execute(select(Post.id, Post.thread_id).where(Post.id.in_(ids)))
    }
    named = names_content(Thread, can_read_thread, _l("Une discussion"))(set(threads.values()), reader)
    return {post: named[thread] for post, thread in threads.items() if thread in named}


@belongs("post")
def posts_of(ids: Sequence[int]) -> Select[Any]:
    """Return the messages of some spaces."""
    return select(Post.id).join(Thread).where(Thread.space_id.in_(ids))
