"""A whole space as one file, for those who run it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import flash, redirect, url_for

from app.accounts.confirming import confirmed
from app.core.access import person, signed_in
from app.core.audit import record
from app.core.db import transaction
from app.core.downloads import zip_answer
from app.core.i18n import gettext as _
from app.core.throttle import Limit
from app.spaces.archive.operations import archive_for, archives_of, ask_for_archive
from app.spaces.blueprint import render_space_page
from app.spaces.models import Space
from app.spaces.permissions import can_run_space
from app.spaces.views.doors import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

ASKED = Limit("space archive", free=10, first=timedelta(minutes=5))


@blueprint.get("/archive")
@signed_in
def archive_page(space: Space) -> ResponseReturnValue:
    """Show the archives one has asked for, and how to ask for one."""
    can_run_space.require(person(), space)
    return render_space_page("spaces/archive.html", space, archives=archives_of(person(), space))


@blueprint.post("/archive")
@signed_in
@confirmed
def ask_for_archive_view(space: Space) -> ResponseReturnValue:
    """Have an archive of the space made."""
    can_run_space.require(person(), space)
    ASKED.take(str(person().id))
    with transaction():
        ask_for_archive(person(), space)
    flash(_("L'archive se prépare. Un courriel vous dira quand elle est prête."))
    return redirect(url_for("spaces.archive_page", slug=space.slug))


@blueprint.get("/archive/<string(length=10):public_id>.zip")
@signed_in
@confirmed
def fetch_archive_view(space: Space, public_id: str) -> ResponseReturnValue:
    """Give an archive to who asked for it, as long as they run the space."""
    me = person()
    can_run_space.require(me, space)
    archive = archive_for(me, space, public_id)
    name, path = f"{space.slug}-{archive.created_at:%Y-%m-%d}.zip", archive.path
    with transaction():
        record("space.archive_fetched", me, space)
    return zip_answer(name, path)
