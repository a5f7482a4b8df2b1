"""Bringing a space in from its archive: the file, what it holds, the work and its report."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from app.accounts.confirming import confirmed
from app.core.access import administrators, person
from app.core.db import PUBLIC_ID_LENGTH, transaction
from app.core.errors import DomainError
from app.core.i18n import gettext as _
from app.core.throttle import Limit
from app.spaces.archive.checking import beyond_limit, words_of
from app.spaces.archive.models import ArchiveImport
from app.spaces.archive.opening import day_of
from app.spaces.archive.operations import (
    check_soon,
    give_up,
    import_for,
    imports_by,
    keep_bytes,
    receive_archive,
    start_import,
)
from app.spaces.permissions import can_see_space
from app.spaces.quotas import size_in

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("admin_archives", __name__, url_prefix="/administration/espaces/importer")
ONE = f"/<string(length={PUBLIC_ID_LENGTH}):public_id>"
UPLOADS = Limit("archive import", free=10, first=timedelta(minutes=5))


@blueprint.route("", methods=["GET", "POST"])
@administrators
@confirmed
def file_page() -> ResponseReturnValue:
    """Take the file of an archive in."""
    problem = ""
    if request.method == "POST":
        UPLOADS.take(str(person().id))
        sent = request.files.get("file")
        if sent is not None and sent.filename:
            with transaction():
                kept = receive_archive(person(), sent.filename)
            keep_bytes(kept, sent.stream)  # type: ignore[arg-type] # a stream of bytes
            with transaction():
                check_soon(kept)
            return _to(kept.public_id)
        problem = _("Choisissez le fichier d'une archive (.zip).")
    page = render_template("admin/archive_file.html", imports=imports_by(person()), problem=problem)
    return page, 422 if problem else 200


@blueprint.get(ONE)
@administrators
def archive_page(public_id: str) -> ResponseReturnValue:
    """Show what an archive holds, how far it has come, or why it cannot come in."""
    return _page(import_for(person(), public_id))


@blueprint.post(f"{ONE}/lancer")
@administrators
@confirmed
def start_view(public_id: str) -> ResponseReturnValue:
    """Bring an archive in."""
    kept, slug = import_for(person(), public_id), request.form.get("slug", "")
    quota = request.form.get("quota", "").strip()
    try:
        with transaction():
            start_import(person(), kept, slug, size_in(quota) if quota else None)
    except DomainError as error:
        if error.status not in {409, 422}:
            raise
        return _page(kept, slug, quota, str(error.message)), error.status
    return _to(public_id)


@blueprint.post(f"{ONE}/oublier")
@administrators
def forget_view(public_id: str) -> ResponseReturnValue:
    """Forget an archive that has not begun to come in."""
    kept = import_for(person(), public_id)
    with transaction():
        give_up(person(), kept)
    flash(_("L'archive est oubliée."))
    return redirect(url_for("admin_archives.file_page"))


@blueprint.get(f"{ONE}/etat")
@administrators
def state_view(public_id: str) -> ResponseReturnValue:
    """Say how far the work has come: asked again until it has ended."""
    return render_template("admin/archive_state.html", **_state(import_for(person(), public_id)))


def _state(kept: ArchiveImport) -> dict[str, Any]:
    """Return an archive with whether this administrator opens what it became: a private space stays closed to them."""
    return {"kept": kept, "opens": kept.space is not None and can_see_space(person(), kept.space)}


def _page(kept: ArchiveImport, slug: str = "", quota: str = "", problem: str = "") -> str:
    said = {"slug": slug, "quota": quota, "problem": problem, "limit": beyond_limit(kept.summary.get("bytes", 0))}
    made_on, held = day_of(kept.summary.get("manifest", {})), words_of(kept.summary.get("rows", {}))
    return render_template("admin/archive.html", **_state(kept), made_on=made_on, held=held, **said)


def _to(public_id: str) -> Response:
    return redirect(url_for("admin_archives.archive_page", public_id=public_id))
