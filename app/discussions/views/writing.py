"""Answering, commenting, correcting oneself, moderating, and seeing beforehand what it will look like."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from app.accounts.models import User
from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.drafts import draft_for, drop_draft
from app.core.errors import DomainError, EditConflictError, NotFoundError
from app.core.forms import number_in
from app.core.i18n import gettext as _
from app.core.navigation import safe_next
from app.core.throttle import Limit
from app.discussions.addresses import post_url, thread_url
from app.discussions.cards import Cards
from app.discussions.forms import CommentForm, HideForm, PostForm
from app.discussions.models import Post
from app.discussions.operations import comment, edit_post, hide_post, mark_read, remove_post, reply
from app.discussions.permissions import can_edit_post, can_hide_post, can_remove_post, can_reply
from app.discussions.queries import is_public_id, page_of_post, post_for, read_position, thread_about, thread_for
from app.discussions.texts import html_of, written
from app.discussions.views.blueprints import blueprint
from app.discussions.views.thread import ID, show_thread
from app.library.models import Resource
from app.library.queries import resource_for

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

# Rendering a long text takes a while: so many previews are free, then each waits a little longer.
PREVIEWS = Limit("preview", free=120, first=timedelta(seconds=2), rest=timedelta(minutes=10))


@blueprint.post("/discussions/apercu")
@signed_in
def preview_view() -> ResponseReturnValue:
    """Return the HTML a message will have for its author, as a fragment. Raises TooManyError."""
    asking = str(person().id)
    PREVIEWS.take(asking)
    try:
        html = written(request.form.get("body", "")).html
    except DomainError:
        return ""
    return Cards.of_texts(person(), [html]).filled(html)


@blueprint.post(f"/discussions/{ID}/reponses")
@signed_in
def reply_view(public_id: str) -> ResponseReturnValue:
    """Answer in a discussion; a refused text comes back with the page."""
    me = person()
    thread = thread_for(me, public_id)
    can_reply.require(me, thread)
    form, stopped_at = PostForm(), read_position(me, thread)
    if not form.validate_on_submit():
        return show_thread(me, thread, page_of_post(thread.post_count), stopped_at, form, 422)
    with transaction():
        post = reply(me, thread, form.body.data)
        _read_along(me, post, number_in(form.seen.data) or 0)
        drop_draft(me, request.path)
    flash(_("Votre réponse est publiée."))
    return redirect(post_url(thread, post.n))


def _read_along(me: User, post: Post, seen: int) -> None:
    """Move the place where the person stopped: what stood on their page is read, their own post too when it follows."""
    stopped_at = max(seen, read_position(me, post.thread))
    mark_read(me, post.thread, post.n if stopped_at >= post.n - 1 else stopped_at)


@blueprint.post(f"/ressources/{ID}/commentaires")
@signed_in
def comment_view(public_id: str) -> ResponseReturnValue:
    """Comment on a resource, perhaps about one of its pages; then go back to it."""
    me = person()
    resource = _resource(public_id)
    form = CommentForm()
    back = safe_next(form.back.data) or url_for("discussions.resource_discussion", public_id=public_id)
    if not form.validate_on_submit():
        return render_template("discussions/comment.html", form=form, resource=resource, back=back), 422
    with transaction():
        post = comment(me, resource, form.body.data, number_in(form.page.data), form.file.data or "")
        _read_along(me, post, number_in(form.seen.data) or 0)
        drop_draft(me, request.path)
    flash(_("Votre commentaire est publié."))
    if form.page.data and post.page is None:
        flash(_("Il n'est lié à aucune page : le fichier n'a pas cette page, ou il a été retiré."), "warning")
    return redirect(f"{back.partition('#')[0]}#reponse-{post.n}")


@blueprint.route("/discussions/messages/<string(length=10):public_id>/modifier", methods=["GET", "POST"])
@signed_in
def edit_page(public_id: str) -> ResponseReturnValue:
    """Change one's own message; when it changed meanwhile, both texts are shown and nothing is lost."""
    me = person()
    post = post_for(me, public_id)
    can_edit_post.require(me, post)
    form = PostForm(data={"body": draft_for(me, request.path).get("body") or post.source})
    if request.method == "GET":
        return _edit_form(post, form)
    if not form.validate_on_submit():
        return _edit_form(post, form, status=422)
    try:
        with transaction():
            edit_post(me, post, form.body.data, number_in(form.edit_version.data) or 0)
            drop_draft(me, request.path)
    except EditConflictError as error:
        return _edit_form(post, form, conflict=str(error.message), status=error.status)
    flash(_("Votre message est modifié."))
    return redirect(post_url(post.thread, post.n))


def _edit_form(post: Post, form: PostForm, conflict: str = "", status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "discussions/edit.html",
        post=post,
        thread=post.thread,
        form=form,
        conflict=conflict,
        back=post_url(post.thread, post.n),
    )
    return page, status


@blueprint.route("/discussions/messages/<string(length=10):public_id>/supprimer", methods=["GET", "POST"])
@signed_in
def remove_page(public_id: str) -> ResponseReturnValue:
    """Ask for confirmation, then take one's own message away."""
    me = person()
    post = post_for(me, public_id)
    can_remove_post.require(me, post)
    back = post_url(post.thread, post.n)
    if request.method == "GET":
        html = Cards.of_texts(me, [html_of(post)]).filled(html_of(post))
        return render_template("discussions/remove.html", post=post, thread=post.thread, html=html, back=back)
    with transaction():
        remove_post(me, post)
    flash(_("Votre message est retiré."))
    return redirect(back)


@blueprint.route("/discussions/messages/<string(length=10):public_id>/masquer", methods=["GET", "POST"])
@signed_in
def hide_page(public_id: str) -> ResponseReturnValue:
    """Ask for a reason, then hide somebody's message."""
    me = person()
    post = post_for(me, public_id)
    can_hide_post.require(me, post)
    form, back = HideForm(), post_url(post.thread, post.n)
    if not form.validate_on_submit():
        html = Cards.of_texts(me, [html_of(post)]).filled(html_of(post))
        status = 200 if request.method == "GET" else 422
        page = render_template("discussions/hide.html", post=post, thread=post.thread, form=form, html=html, back=back)
        return page, status
    with transaction():
        hide_post(me, post, form.reason.data)
    flash(_("Le message est masqué."))
    return redirect(back)


@blueprint.get(f"/ressources/{ID}/commentaires")
@signed_in
def resource_discussion(public_id: str) -> ResponseReturnValue:
    """Show the discussion of a resource on a page of its own. Raises NotFoundError before its first comment."""
    thread = thread_about(_resource(public_id))
    if thread is None:
        raise NotFoundError
    return redirect(thread_url(thread))


def _resource(public_id: str) -> Resource:
    if not is_public_id(public_id):
        raise NotFoundError
    return resource_for(person(), public_id)
