"""Making a space, and seeing beforehand what a text will look like."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from app.core.access import administrators, person, signed_in
from app.core.db import transaction
from app.core.drafts import draft_for, drop_draft
from app.core.i18n import gettext as _
from app.core.text import render_markdown, typographic
from app.core.throttle import Limit
from app.spaces.forms import LONGEST_TEXT, NewSpaceForm
from app.spaces.hosting import tell_entrusted
from app.spaces.operations import found_space
from app.spaces.permissions import can_read_space
from app.spaces.views.doors import listing

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

# Rendering a long text takes a while: so many previews are free, then each waits a little longer.
PREVIEWS = Limit("space-preview", free=120, first=timedelta(seconds=2), rest=timedelta(minutes=10))


@listing.route("/espaces/nouveau", methods=["GET", "POST"])
@administrators
def new_space_page() -> ResponseReturnValue:
    """Show the form of a new space, or make it."""
    me = person()
    form = NewSpaceForm(data=draft_for(me, request.path) if request.method == "GET" else None)
    if not form.validate_on_submit():
        return render_template("spaces/new.html", form=form), 200 if request.method == "GET" else 422
    details = form.details()
    with transaction():
        space = found_space(details, facilitator=form.found or me, by=me)
        tell_entrusted(space, form.found or me, by=me)
        drop_draft(me, request.path)
    running = form.found or me
    if running.id == me.id:
        flash(_("L'espace « %(space)s » est créé.", space=space.name))
    else:
        flash(_("L'espace « %(space)s » est créé ; %(name)s l'anime.", space=space.name, name=running.name))
    if can_read_space(me, space):
        return redirect(url_for("spaces.space_page", slug=space.slug))
    return redirect(url_for("space_list.spaces_page"))


@listing.post("/espaces/apercu")
@signed_in
def preview_view() -> ResponseReturnValue:
    """Return the HTML a text of a space will have, as a fragment. Raises TooManyError."""
    asking = str(person().id)
    PREVIEWS.take(asking)
    return typographic(render_markdown(request.form.get("body", "")[:LONGEST_TEXT]))
