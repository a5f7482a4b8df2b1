"""The discussions of a space, and the form that opens one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, request, url_for

from app.accounts.models import User
from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.drafts import draft_for, drop_draft
from app.core.i18n import gettext as _
from app.core.paging import page_number
from app.discussions.addresses import thread_url
from app.discussions.forms import ThreadForm
from app.discussions.operations import start_thread
from app.discussions.pages import lines
from app.discussions.permissions import can_start_thread
from app.discussions.queries import page_of_threads
from app.discussions.views.blueprints import space_blueprint
from app.search.similar import near_title
from app.spaces.blueprint import render_space_page
from app.spaces.models import LONGEST_TITLE, Audience, Space, Visibility
from app.spaces.permissions import can_join_space

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

#: The button, where no script does it, that looks for what resembles the title and publishes nothing.
LOOK = "proches"


@space_blueprint.get("/discussions")
@signed_in
def threads_page(space: Space) -> ResponseReturnValue:
    """List the discussions of a space."""
    me = person()
    page = page_of_threads(me, space, page_number())
    return render_space_page(
        "discussions/list.html",
        space,
        page=page,
        lines=lines(me, list(page.items)),
        may_start=can_start_thread(me, space),
        may_join=can_join_space(me, space),
    )


@space_blueprint.route("/discussions/nouvelle", methods=["GET", "POST"])
@signed_in
def new_thread_page(space: Space) -> ResponseReturnValue:
    """Show the form of a new discussion, with what resembles its title, or open it."""
    me = person()
    can_start_thread.require(me, space)
    form = ThreadForm(data=_begun(me) if request.method == "GET" else None)
    if not may_choose_audience(me, space):
        del form.audience
    looks = LOOK in request.form
    if not looks and form.validate_on_submit():
        chosen = form.audience.data if form.audience else Audience.SPACE
        with transaction():
            thread = start_thread(me, space, form.title.data, form.body.data, chosen)
            drop_draft(me, request.path)
        flash(_("Votre question est publiée."))
        return redirect(thread_url(thread, page=1))
    action = url_for("space_discussions.new_thread_page", slug=space.slug)
    near = near_title(me, form.title.data or "")
    page = render_space_page("discussions/new.html", space, form=form, action=action, near=near, space_page_title=True)
    return page, 200 if request.method == "GET" or looks else 422


def _begun(me: User) -> dict[str, Any]:
    """Return what the form of a new discussion begins with: a draft, or the title its address gives."""
    return draft_for(me, request.path) or {"title": request.args.get("titre", "")[:LONGEST_TITLE]}


def may_choose_audience(me: User, space: Space) -> bool:
    """Tell whether a discussion may be opened wider than its space: in an open one every member reads it already."""
    return me.is_member and space.visibility != Visibility.OPEN
