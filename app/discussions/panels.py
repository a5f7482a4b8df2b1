"""What discussions show on the pages of other features: spaces, resources, home."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.core.access import person
from app.core.drafts import draft_for
from app.core.i18n import gettext as _
from app.core.i18n import ngettext
from app.core.navigation import Tab, here
from app.core.news import DISCUSSION, NewsItem
from app.core.portraits import signature
from app.core.slots import fill
from app.core.text import excerpt
from app.discussions.addresses import fresh_url, thread_url
from app.discussions.cards import Cards
from app.discussions.forms import CommentForm
from app.discussions.models import Post, ReadPosition, Thread
from app.discussions.pages import anchors_in, lines, list_url, title_of
from app.discussions.permissions import can_read_thread, can_reply, can_start_thread
from app.discussions.queries import (
    comment_counts,
    count_of_posts,
    count_of_threads,
    first_threads,
    last_posts,
    last_threads_of,
    thread_about,
)
from app.discussions.texts import html_of, without_placeholders
from app.extensions import db
from app.library.anchors import PageSeen
from app.library.models import Resource
from app.spaces.models import Space, State
from app.spaces.permissions import can_join_space, can_write_in_space, shown_space

THREADS_IN_OVERVIEW = 5
THREADS_OF_PERSON = 5
POSTS_BESIDE = 5


@fill("space.tabs", order=30)
def discussions_tab(space: Space) -> Tab | None:
    """Return the tab « Discussions » of a space that shows this section."""
    if not space.shows("discussions"):
        return None
    url = list_url(space)
    return Tab(url, _("Discussions"), count_of_threads(person(), space), active=request.path.startswith(url))


@fill("space.overview", order=30)
def threads_panel(space: Space) -> Markup | None:
    """Return the panel « Discussions en cours » of a space's front page."""
    if not space.shows("discussions"):
        return None
    me = person()
    panel = render_template(
        "discussions/overview_panel.html",
        space=space,
        lines=lines(me, first_threads(me, space, THREADS_IN_OVERVIEW)),
        may_start=can_start_thread(me, space),
        url=list_url(space),
    )
    return Markup(panel)  # noqa: S704 - rendered by a template, which escapes


@fill("person.panels", order=50)
def threads_of_person(writer: User) -> Markup | None:
    """Return the panel of the discussions in which somebody wrote last, among those this person may read."""
    me = person()
    threads = last_threads_of(me, writer, THREADS_OF_PERSON)
    if not threads:
        return None
    panel = render_template("discussions/person_panel.html", lines=lines(me, threads))
    return Markup(panel)  # noqa: S704 - rendered by a template, which escapes


@fill("resource.aside", order=50)
def comments_panel(resource: Any, page: PageSeen | None = None) -> Markup:
    """Return the panel of the comments of a resource, with the box to add one about the page before one's eyes."""
    me = person()
    thread = thread_about(resource)
    posts = last_posts(thread, POSTS_BESIDE) if thread is not None else []
    texts = {post.id: html_of(post) for post in posts}
    cards, anchors = Cards.of_texts(me, texts.values()), anchors_in(posts, resource)
    action = url_for("discussions.comment_view", public_id=resource.public_id)
    form = CommentForm(formdata=None, data={"body": draft_for(me, action).get("body", "")})
    begins = resource.state != State.ARCHIVED and can_write_in_space(me, resource.space)
    writes = can_reply(me, thread) if thread is not None else begins
    space = shown_space(me, resource)
    panel = render_template(
        "discussions/comments_panel.html",
        resource=resource,
        page=page,
        thread=thread,
        total=count_of_posts(thread) if thread is not None else 0,
        posts=[(post, cards.filled(texts[post.id]), anchors.get(post.id)) for post in posts],
        form=form,
        action=action,
        back=here(),
        url=thread_url(thread, page=1) if thread is not None else "",
        may_write=writes,
        space=space,
        may_join=space is not None and can_join_space(me, space),
    )
    return Markup(panel)  # noqa: S704 - rendered by a template, which escapes


@fill("resource.counts", order=50)
def comments_beside(ids: Sequence[int]) -> dict[int, str]:
    """Return « 4 commentaires » for those of these resources that have some; whoever reads one reads its comments."""
    counts = comment_counts(Resource.__tablename__, ids)
    return {one: ngettext("%(num)s commentaire", "%(num)s commentaires", count) for one, count in counts.items()}


@fill("home.news", order=50)
def news_of_threads(since: datetime, limit: int) -> list[NewsItem]:
    """Return the discussions that moved since a moment, the last first: one line each, its new posts counted."""
    me = person()
    moved = _moved(me, since, limit)
    threads = _threads(list(moved))
    latest = _latest(moved)
    return [
        _news(me, threads[one], latest[one], count, first)
        for one, (count, first, _last) in moved.items()
        if one in threads and one in latest
    ]


def _moved(me: User, since: datetime, limit: int) -> dict[int, tuple[int, int, int]]:
    """Return for each thread in which others wrote something unread: how many posts, the first and last numbers."""
    n = func.count(Post.id), func.min(Post.n), func.max(Post.n)
    mine = (ReadPosition.thread_id == Post.thread_id) & (ReadPosition.user_id == me.id)
    wanted = select(Post.thread_id, *n).join(Post.thread).outerjoin(ReadPosition, mine)
    # The first condition is implied by the second; with it the database looks at few threads, not at every post.
    wanted = wanted.where(Thread.last_post_at > since, Post.created_at > since, Post.deleted_at.is_(None))
    wanted = wanted.where(can_read_thread.where(me))
    wanted = wanted.where(Post.author_id.is_distinct_from(me.id), Post.n > func.coalesce(ReadPosition.n, 0))
    wanted = wanted.group_by(Post.thread_id).order_by(func.max(Post.created_at).desc(), Post.thread_id).limit(limit)
    return {row[0]: (row[1], row[2], row[3]) for row in db.session.execute(wanted)}


def _threads(ids: list[int]) -> dict[int, Thread]:
    people = joinedload(Thread.author), joinedload(Thread.space)
    found = db.session.scalars(select(Thread).where(Thread.id.in_(ids)).options(*people)) if ids else ()
    return {thread.id: thread for thread in found}


def _latest(moved: dict[int, tuple[int, int, int]]) -> dict[int, Post]:
    places = [(thread_id, last) for thread_id, (_count, _first, last) in moved.items()]
    if not places:
        return {}
    wanted = select(Post).where(tuple_(Post.thread_id, Post.n).in_(places)).options(joinedload(Post.author))
    return {post.thread_id: post for post in db.session.scalars(wanted)}


def _news(me: User, thread: Thread, last: Post, count: int, first: int) -> NewsItem:
    is_new = first == 1
    space = shown_space(me, thread)
    author = last.author
    return NewsItem(
        at=last.created_at,
        type=DISCUSSION,
        kind="discussion",
        kind_label=_("Discussion"),
        title=title_of(thread),
        url=fresh_url(thread, first) if first > 1 else thread_url(thread),
        byline=signature(author),
        excerpt=excerpt(without_placeholders(last.source)),
        space=space.label if space else None,
        space_id=space.id if space else None,
        author=author,
        count=count - 1 if is_new and thread.subject_type is None else count,
        is_new=is_new,
    )
