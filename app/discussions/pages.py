"""What the page of a thread shows one person, gathered with as many statements for three posts as for forty."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from markupsafe import Markup

from app.accounts.models import User
from app.core.i18n import format_datetime, moment_writer, ngettext
from app.core.i18n import gettext as _
from app.core.navigation import url_of
from app.core.paging import Page
from app.core.portraits import signature
from app.discussions.addresses import post_url, quote_url, thread_url
from app.discussions.cards import Cards, Key
from app.discussions.models import Post, Thread
from app.discussions.permissions import can_edit_post, can_moderate_thread, can_move_thread, can_remove_post, can_reply
from app.discussions.queries import Fresh, cited_in, fresh_after, organisations_in, page_of_posts, unread_counts
from app.discussions.sought import Sought, Step
from app.discussions.subjects import subject_of
from app.discussions.texts import html_of
from app.library.anchors import Anchor, Anchors
from app.spaces.models import Space, State
from app.spaces.permissions import can_join_space, can_read_space, shown_space

AMENDED_SILENTLY = timedelta(minutes=10)  # a correction made at once is not announced
FEWEST_FOLDED = 3
FEWEST_SEARCHED = 10


@dataclass(frozen=True)
class ShownPost:
    """One message as one person sees it. The addresses of what they may not do with it are empty.

    ``place``: which one it is. ``when``: the moment it was written. ``edited``: « modifié … », once ten minutes of
    silent correction have passed.
    ``step``: its place among the messages that hold the words looked for. ``anchor``: the page it is about.
    """

    post: Post
    place: str
    html: Markup
    when: str
    edited: str
    is_new: bool
    url: str
    quote_url: str
    edit_url: str
    remove_url: str
    hide_url: str
    step: Step | None = None
    anchor: Anchor | None = None

    @property
    def is_gone(self) -> bool:
        """Whether only the place of the message is left."""
        return self.post.deleted_at is not None

    @property
    def label(self) -> str:
        """How the message is announced: « Réponse 6, Samir Oualid »."""
        name = self.post.author.name if self.post.author else _("Ancien compte")
        return f"{self.place}, {name}"


@dataclass(frozen=True)
class ThreadPage:
    """The page of a thread for one person. ``fresh`` is what is new to them, on whatever page it stands."""

    thread: Thread
    page: Page[Post]
    posts: list[ShownPost]
    fresh: Fresh | None
    folded: int
    organisations: Sequence[Any]
    cited: list[Any]
    about: Any
    space: Space | None
    reads_space: bool
    put_aside: bool
    may_reply: bool
    may_move: bool
    may_join: bool
    sought: Sought | None = None

    @property
    def last_n(self) -> int:
        """Number of the last message of this page."""
        return self.page.items[-1].n if self.page.items else 0

    @property
    def facts(self) -> list[str]:
        """The line under the title."""
        author = signature(self.thread.author, city=False)
        replies, cities = self.thread.reply_count, len(self.organisations)
        facts = [_("Question posée par %(name)s", name=author)] if self.thread.subject_type is None else []
        facts.append(ngettext("%(num)s réponse", "%(num)s réponses", replies))
        if cities:
            facts.append(ngettext("%(num)s collectivité participe", "%(num)s collectivités participent", cities))
        if self.fresh:
            facts.append(ngettext("%(num)s nouvelle réponse", "%(num)s nouvelles réponses", self.fresh.count))
        return facts

    def url_of(self, number: int) -> str:
        """Return the address of a page of this thread."""
        return thread_url(self.thread, page=number, q=self.sought.words if self.sought else None)

    @property
    def search_url(self) -> str:
        """Address to which words to look for are sent."""
        return thread_url(self.thread)

    @property
    def is_searched(self) -> bool:
        """Whether the page offers to look for words in the discussion: somebody does already, or it is long."""
        return self.sought is not None or self.thread.post_count > FEWEST_SEARCHED

    @property
    def folded_ids(self) -> list[str]:
        """Return how the messages that are folded away are named on the page."""
        last = self.fresh.first - 1 if self.folded and self.fresh else 0
        return [f"reponse-{post.n}" for post in self.page.items if 1 < post.n < last]

    @property
    def unfolded_url(self) -> str:
        """Address of this page with every message already read."""
        arguments = {"nouveau": self.fresh.first} if self.fresh else {}
        first = next((shown.post.n for shown in self.posts if shown.post.n > 1), 1)
        return thread_url(self.thread, page=self.page.number, tout=1, **arguments) + f"#reponse-{first}"


def title_of(thread: Thread) -> str:
    """Return the title under which a thread is shown: that of a thing is « À propos de « … » »."""
    return _("À propos de « %(title)s »", title=thread.title) if thread.subject_type else thread.title


def place_of(thread: Thread, n: int) -> str:
    """Say which message of a thread the one of a number is: what opens a discussion is no reply."""
    if thread.subject_type:
        return _("Commentaire %(n)s", n=n)
    return _("Réponse %(n)s", n=n - 1) if n > 1 else _("Message d'ouverture")


def thread_page_for(
    me: User,
    thread: Thread,
    number: int,
    stopped_at: int,
    *,
    whole: bool,
    sought: Sought | None = None,
) -> ThreadPage:
    """Gather the page of a thread. ``stopped_at``: last post read, 0 for none; ``whole``: fold nothing.

    ``sought``: the words to be marked.
    """
    page = page_of_posts(thread, number)
    fresh = fresh_after(me, thread, stopped_at) if stopped_at else None
    subject = subject_of(thread)
    about: list[Key] = [(subject.__tablename__, subject.public_id)] if subject is not None else []
    cited = cited_in(thread)
    texts = {post.id: html_of(post) for post in page.items if post.deleted_at is None}
    if sought is not None:
        texts |= {post.id: sought.marked(post, texts[post.id]) for post in page.items if post.id in texts}
    cards = Cards.of_texts(me, texts.values(), [*about, *cited])
    folded = 0 if whole or fresh is None else _number_folded(page, fresh)
    anchors = anchors_in(page.items, subject)
    eyes = _Eyes(me, thread, fresh, can_moderate_thread(me, thread), thread_url(thread), sought, anchors)
    shown = [eyes.see(post, cards.filled(texts[post.id]) if post.id in texts else Markup()) for post in page.items]
    space = shown_space(me, thread)
    return ThreadPage(
        thread=thread,
        page=page,
        posts=shown,
        fresh=fresh,
        folded=folded,
        organisations=organisations_in(thread),
        cited=cards.seen(key for key in cited if key not in about),
        about=cards.get(about[0]) if about else None,
        space=space,
        reads_space=can_read_space(me, thread.space),
        put_aside=subject is not None and subject.state == State.ARCHIVED,
        may_reply=can_reply(me, thread),
        may_move=can_move_thread(me, thread),
        may_join=space is not None and can_join_space(me, space),
        sought=sought,
    )


def anchors_in(posts: Iterable[Post], subject: Any) -> dict[int, Anchor]:
    """Return, by the id of a message, where the page is that it is about; ``subject``: what the messages speak of."""
    about = [(post, post.page) for post in posts if post.page and post.deleted_at is None]
    anchors = Anchors(subject) if about and subject is not None else None
    return {post.id: anchors.to(post.file, n) for post, n in about} if anchors is not None else {}


@dataclass(frozen=True)
class _Eyes:
    """What is the same for every message of a page, looked up once: its reader, rights, the shape of addresses."""

    me: User
    thread: Thread
    fresh: Fresh | None
    moderates: bool
    base: str
    sought: Sought | None
    anchors: dict[int, Anchor]
    write: Callable[[datetime], str] = field(default_factory=moment_writer)

    def see(self, post: Post, html: Markup) -> ShownPost:
        """Return a message as this reader sees it."""
        mine = post.author_id == self.me.id
        hides = self.moderates and not mine and post.deleted_at is None
        return ShownPost(
            post=post,
            place=place_of(self.thread, post.n),
            html=html,
            when=self.write(post.created_at),
            edited=self._edited(post),
            is_new=self.fresh is not None and post.n >= self.fresh.first and not mine,
            url=post_url(self.thread, post.n, self.base),
            quote_url=quote_url(self.thread, post, self.base),
            edit_url=url_of("discussions.edit_page", post) if mine and can_edit_post(self.me, post) else "",
            remove_url=url_of("discussions.remove_page", post) if mine and can_remove_post(self.me, post) else "",
            hide_url=url_of("discussions.hide_page", post) if hides else "",
            step=self.sought.step(post.n) if self.sought else None,
            anchor=self.anchors.get(post.id),
        )

    def _edited(self, post: Post) -> str:
        at = post.edited_at
        if at is None or at - post.created_at <= AMENDED_SILENTLY or post.deleted_at is not None:
            return ""
        return _("modifié %(when)s", when=self.write(at))


def _number_folded(page: Page[Post], fresh: Fresh) -> int:
    """Return how many messages already read are folded: all but the first and the last before the new ones."""
    read = [post for post in page.items if 1 < post.n < fresh.first]
    return len(read) - 1 if len(read) > FEWEST_FOLDED else 0


@dataclass(frozen=True)
class ThreadLine:
    """One thread in a list."""

    thread: Thread
    fresh: int

    @property
    def url(self) -> str:
        """Address of the thread; it opens where the person stopped."""
        return thread_url(self.thread)

    @property
    def title(self) -> str:
        """Title shown."""
        return title_of(self.thread)

    @property
    def when(self) -> str:
        """When somebody last wrote."""
        return format_datetime(self.thread.last_post_at)

    @property
    def states(self) -> list[str]:
        """Words that say how the thread stands."""
        pinned = [_("Épinglée")] if self.thread.is_pinned else []
        return pinned + ([_("Fermée")] if self.thread.locked_at else [])


def lines(me: User, threads: list[Thread]) -> list[ThreadLine]:
    """Return threads as lines of a list, with what is new in each: one statement."""
    counts = unread_counts(me, threads) if threads else {}
    return [ThreadLine(thread, counts.get(thread.id, 0)) for thread in threads]


def list_url(space: Space) -> str:
    """Return the address of the discussions of a space."""
    return url_for("space_discussions.threads_page", slug=space.slug)
