"""What the search box asks while somebody types, and the page of one's last searches, where they are forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from app.core.access import person, signed_in
from app.core.db import PUBLIC_ID_LENGTH, transaction
from app.core.i18n import gettext as _
from app.search.query import parse
from app.search.recent import forget, forget_all, recent_of, remember
from app.search.suggesting import suggestions_for
from app.search.views import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@blueprint.get("/recherche/suggestions")
@signed_in
def suggestions() -> ResponseReturnValue:
    """Give what is proposed under the box for what is typed so far: the options of its list."""
    return render_template("search/suggestions.html", found=suggestions_for(person(), request.args.get("q", "")))


@blueprint.get("/recherche/recentes")
@signed_in
def recent_page() -> ResponseReturnValue:
    """Show the last searches of this person, to ask again or to forget."""
    return render_template("search/recent.html", searches=recent_of(person()))


@blueprint.post("/recherche/recentes")
@signed_in
def remember_view() -> ResponseReturnValue:
    """Keep what was just asked from the box; sent by the page itself, beside the search."""
    query = parse(request.form.get("q", "")).query
    with transaction():
        remember(person(), query)
    return "", 204


@blueprint.post(f"/recherche/recentes/<string(length={PUBLIC_ID_LENGTH}):public_id>/effacer")
@signed_in
def forget_view(public_id: str) -> ResponseReturnValue:
    """Forget one of one's last searches."""
    with transaction():
        forget(person(), public_id)
    flash(_("Cette recherche est effacée."))
    return redirect(url_for("search.recent_page"))


@blueprint.post("/recherche/recentes/effacer")
@signed_in
def forget_all_view() -> ResponseReturnValue:
    """Forget all of one's last searches."""
    with transaction():
        forget_all(person())
    flash(_("Vos recherches récentes sont effacées."))
    return redirect(url_for("search.recent_page"))
