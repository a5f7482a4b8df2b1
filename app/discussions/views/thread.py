"""The page of a discussion, and where the person stopped in it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for

from app.accounts.models import User
from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.drafts import draft_for
from app.core.errors import wants_json
from app.core.forms import number_in
from app.core.i18n import gettext as _
from app.core.paging import page_number
from app.core.text import slugify
from app.discussions.addresses import fresh_url, post_url, thread_url
from app.discussions.forms import PostForm
from app.discussions.models import Thread
from app.discussions.operations import mark_read
from app.discussions.pages import thread_page_for, title_of
from app.discussions.queries import (
    fresh_after,
    has_said,
    page_of_post,
    post_numbered,
    read_position,
    thread_for,
)
from app.discussions.sought import Sought, sought_in
from app.discussions.texts import quotation, source_to_keep
from app.discussions.views.blueprints import blueprint
from app.search.coming import way_back

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

ID = "<string(length=10):public_id>"


@blueprint.get(f"/discussions/{ID}")
@blueprint.get(f"/discussions/{ID}-<slug>")
@signed_in
def thread_page(public_id: str, slug: str = "") -> ResponseReturnValue:
    """Show a discussion; without a page in the address it opens where the person stopped.

    Words in the address (``q``) are marked, and it opens at the first message that holds them.
    """
    me = person()
    thread = thread_for(me, public_id)
    if slug != slugify(thread.title):
        kept = urlencode(list(request.args.items(multi=True)))
        return redirect(f"{thread_url(thread)}?{kept}" if kept else thread_url(thread))
    stopped_at = read_position(me, thread)
    sought = sought_in(thread, request.args.get("q", ""))
    if "page" not in request.args:
        start = sought.first_url if sought else _where_to_open(me, thread, stopped_at)
        if start:
            return redirect(start)
    return show_thread(me, thread, page_number(), stopped_at, _composer(me, thread), sought=sought)


def show_thread(
    me: User,
    thread: Thread,
    number: int,
    read_upto: int,
    form: PostForm,
    status: int = 200,
    sought: Sought | None = None,
) -> ResponseReturnValue:
    """Render a page of a discussion with a form to answer it.

    The line of new messages stands where the address says (``nouveau``), else after ``read_upto``: the address keeps it
    in place although the page itself says meanwhile that the messages were seen.
    """
    line = number_in(request.args.get("nouveau")) or 0
    stopped_at = line - 1 if line > 1 else read_upto
    whole = "tout" in request.args or sought is not None
    shown = thread_page_for(me, thread, number, stopped_at, whole=whole, sought=sought)
    action = url_for("discussions.reply_view", public_id=thread.public_id)
    page = render_template(
        "discussions/thread.html",
        shown=shown,
        thread=thread,
        title=title_of(thread),
        form=form,
        action=action,
        unread=shown.last_n > read_upto,
        way_back=way_back(),
    )
    return page, status


def _where_to_open(me: User, thread: Thread, stopped_at: int) -> str | None:
    """Return the address of the first new post, or of the last one read in a long thread; None for the beginning."""
    if not stopped_at:
        return None
    fresh = fresh_after(me, thread, stopped_at)
    if fresh is not None:
        return fresh_url(thread, fresh.first)
    return post_url(thread, stopped_at) if page_of_post(stopped_at) > 1 else None


def _composer(me: User, thread: Thread) -> PostForm:
    """Return the form of an answer: with the draft kept, then the message to quote."""
    action = url_for("discussions.reply_view", public_id=thread.public_id)
    text = str(draft_for(me, action).get("body", ""))
    if text and has_said(me, thread, source_to_keep(text)):
        text = ""  # the page sent the draft at the moment of publishing, and it came in after the message
    n = number_in(request.args.get("citer"))
    quoted = post_numbered(thread, n) if n else None
    if quoted is not None:
        quote = quotation(quoted.author.name if quoted.author else _("Ancien compte"), quoted.source)
        text = f"{text.rstrip()}\n\n{quote}" if text.strip() and quote not in text else text or quote
    return PostForm(formdata=None, data={"body": text})


@blueprint.post(f"/discussions/{ID}/lecture")
@signed_in
def read_view(public_id: str) -> ResponseReturnValue:
    """Remember how far the person has read (``upto``, the number of a post); without it, to the end."""
    me = person()
    thread = thread_for(me, public_id)
    upto = number_in(request.form.get("upto"))
    with transaction():
        mark_read(me, thread, thread.post_count if upto is None else upto)
    if wants_json():
        return "", 204
    return redirect(thread_url(thread, page=page_of_post(upto or thread.post_count)))
