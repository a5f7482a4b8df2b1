"""The words somebody looks for in a discussion, and the messages that hold them, one after the other."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy import select

from app.core.text import one_line, plain_text
from app.discussions.addresses import thread_url
from app.discussions.models import Post, Thread
from app.discussions.queries import page_of_post
from app.discussions.texts import without_placeholders
from app.extensions import db
from app.search.marking import clauses_of, holds, mark_html
from app.search.terms import Clause

LONGEST_WORDS = 200


@dataclass(frozen=True)
class Step:
    """One message that holds the words: its place among them, and the addresses of those before and behind."""

    place: int
    total: int
    previous_url: str
    next_url: str


@dataclass(frozen=True)
class Sought:
    """Words looked for in a thread; ``numbers``: those of the messages that hold them, in order."""

    thread: Thread
    words: str
    clauses: tuple[Clause, ...]
    numbers: tuple[int, ...]

    @property
    def first_url(self) -> str:
        """Address of the first message that holds them, empty when none does."""
        return self._url(0)

    def step(self, n: int) -> Step | None:
        """Return the way from a message to its neighbours; None for one that does not hold the words."""
        if n not in self.numbers:
            return None
        at = self.numbers.index(n)
        return Step(at + 1, len(self.numbers), self._url(at - 1), self._url(at + 1))

    def marked(self, post: Post, html: Markup) -> Markup:
        """Return the safe HTML of a message, what it points to not filled in yet, with the words marked."""
        return mark_html(html, self.clauses, self.thread.lang) if post.n in self.numbers else html

    def _url(self, at: int) -> str:
        if not 0 <= at < len(self.numbers):
            return ""
        n = self.numbers[at]
        return thread_url(self.thread, page=page_of_post(n), q=self.words) + f"#reponse-{n}"


def sought_in(thread: Thread, words: str) -> Sought | None:
    """Return what is looked for in a thread the person may read, None where nothing is. One statement."""
    words = one_line(words)[:LONGEST_WORDS]
    clauses = clauses_of(words)
    return Sought(thread, words, clauses, _holding(thread, clauses)) if words else None


def _holding(thread: Thread, clauses: tuple[Clause, ...]) -> tuple[int, ...]:
    """Look through the readable messages, in the words the index has of them."""
    if not clauses:
        return ()
    wanted = select(Post.n, Post.html).where(Post.thread_id == thread.id, Post.deleted_at.is_(None)).order_by(Post.n)
    texts = ((n, without_placeholders(plain_text(html))) for n, html in db.session.execute(wanted))
    return tuple(n for n, text in texts if holds(text, clauses, thread.lang))
