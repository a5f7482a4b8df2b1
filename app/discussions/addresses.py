"""The addresses of discussions and of each of their messages."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.core.text import slugify
from app.discussions.models import Post, Thread
from app.discussions.queries import page_of_post


def thread_url(thread: Thread, **arguments: Any) -> str:
    """Return the address of a thread; ``arguments`` go into the address (page …)."""
    return url_for("discussions.thread_page", public_id=thread.public_id, slug=slugify(thread.title), **arguments)


def post_url(thread: Thread, n: int, base: str = "") -> str:
    """Return the address of a message: its page and its anchor. ``base``: the thread's, when it is at hand."""
    return f"{base or thread_url(thread)}?page={page_of_post(n)}#reponse-{n}"


def fresh_url(thread: Thread, first: int) -> str:
    """Return the address that opens a thread where the person stopped, above its first new message."""
    return thread_url(thread, page=page_of_post(first), nouveau=first) + "#nouveau"


def quote_url(thread: Thread, post: Post, base: str = "") -> str:
    """Return the address that opens the composer with a quotation of this message; ``base`` as in ``post_url``."""
    return f"{base or thread_url(thread)}?page={page_of_post(post.n)}&citer={post.n}#repondre"
