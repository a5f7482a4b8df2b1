"""The state of the index, and its rebuild: how far it has come, asked for by a button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, url_for
from markupsafe import Markup

from app.admin.views.search_door import blueprint
from app.core.access import administrators, person
from app.core.audit import describe, record
from app.core.db import transaction
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.slots import fill
from app.search.operations import rebuild_soon
from app.search.standing import standing

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

ENGINES = {"whoosh": "Whoosh", "tantivy": "tantivy", "postgres": "PostgreSQL"}

describe({"search.rebuild_asked": _l("Index de recherche à refaire")})


@blueprint.get("")
@administrators
def state_page() -> ResponseReturnValue:
    """Show what the index holds, how late it is, what last went wrong."""
    return render_template("admin/search_state.html", now=standing(), engines=ENGINES)


@blueprint.get("/avancement")
@administrators
def progress_fragment() -> ResponseReturnValue:
    """Return how far the rebuild has come, alone."""
    return render_template("admin/search_progress.html", now=standing(), alone=True)


@blueprint.post("/refaire")
@administrators
def rebuild_view() -> ResponseReturnValue:
    """Have the index made anew by the worker."""
    with transaction():
        rebuild_soon()
        record("search.rebuild_asked", person())
    flash(_("L'index va être refait. La recherche répond pendant ce temps."))
    return redirect(url_for("admin_search.state_page"))


@fill("admin.notices", order=10)
def index_notice() -> Markup | None:
    """Return what those who run the site must know of the index: broken, late, or too large for its engine."""
    now = standing()
    if now.health.usable and not now.is_late and not now.outgrown:
        return None
    return Markup(render_template("admin/search_notice.html", now=now))  # noqa: S704 - our own template, escaped
