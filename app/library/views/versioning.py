"""The files of a published resource: their versions, and what those who keep it up to date do with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, flash, redirect, render_template, request, url_for

from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.errors import DomainError, RefusedError, wants_json
from app.core.forms import number_in
from app.core.i18n import format_size, ngettext
from app.core.i18n import gettext as _
from app.library.carriers import attachment_of, carried_elsewhere, removed_files_of, version_numbered
from app.library.files import forget_all_but_last, forget_received
from app.library.histories import histories_of
from app.library.lines import ORDER, REMOVE, TAKE_OUT, waiting_lines
from app.library.models import FileVersion, ReceivedFile, Resource
from app.library.permissions import can_edit_resource
from app.library.queries import published_resource_for
from app.library.receiving import MOST_FILES, accepted_for_field
from app.library.versions import (
    add_sent,
    erase_version,
    go_back,
    move_file,
    put_back_file,
    remove_file,
    replace_by_sent,
)
from app.library.views.doors import library
from app.library.views.sending import answer_upload, files_shown, take_files, take_out_of_mail
from config import MEBIBYTE

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from flask.typing import ResponseReturnValue

REFUSED = 422
FILES = "/ressources/<string(length=10):public_id>/fichiers"
ONE = f"{FILES}/<string(length=10):file>"


@library.route(FILES, methods=["GET", "POST"])
@signed_in
def files_page(public_id: str) -> ResponseReturnValue:
    """Show the files of a resource with all their versions; add some to it."""
    resource = published_resource_for(person(), public_id)
    if request.method == "GET":
        return _page(resource)
    can_edit_resource.require(person(), resource)
    if wants_json():
        return answer_upload(request.path)
    taken, problems = _taken(request.path)
    if problems or not _is_meant():
        return _page(resource, problems), REFUSED if problems else 200
    try:
        with transaction():
            added = add_sent(person(), resource, request.path, files_shown(taken))
    except DomainError as error:
        return _page(resource, [_sentence(error)]), error.status
    flash(ngettext("Le fichier est ajouté.", "%(num)s fichiers sont ajoutés.", len(added)))
    return redirect(url_for("library.files_page", public_id=public_id))


@library.route(f"{ONE}/remplacer", methods=["GET", "POST"])
@signed_in
def replace_page(public_id: str, file: str) -> ResponseReturnValue:
    """Ask for a new version of a file, and keep it beside the earlier ones."""
    resource = published_resource_for(person(), public_id)
    can_edit_resource.require(person(), resource)
    attachment = attachment_of(resource, file)
    if request.method == "GET":
        return _replace_page(resource, file)
    if wants_json():
        answer = answer_upload(request.path)
        _keep_last(request.path)
        return answer
    kept, problems = _taken(request.path)
    if kept:
        _keep_last(request.path)
    if problems or not _is_meant():
        return _replace_page(resource, file, problems), REFUSED if problems else 200
    try:
        with transaction():
            version = replace_by_sent(person(), attachment, request.path, request.form.get("note", ""))
    except DomainError as error:
        return _replace_page(resource, file, [_sentence(error)]), error.status
    _say_replaced(version)
    return redirect(url_for("library.files_page", public_id=public_id))


@library.post(f"{ONE}/revenir")
@signed_in
def go_back_view(public_id: str, file: str) -> ResponseReturnValue:
    """Make an earlier version the current one again."""
    resource = published_resource_for(person(), public_id)
    attachment, n = attachment_of(resource, file), number_in(request.form.get("version")) or 0
    try:
        with transaction():
            version = go_back(person(), attachment, n)
    except DomainError as error:
        return _page(resource, [_sentence(error)]), error.status
    _say_replaced(version)
    return redirect(url_for("library.files_page", public_id=public_id))


@library.route(f"{ONE}/versions/<int:n>/effacer", methods=["GET", "POST"])
@signed_in
def erase_version_page(public_id: str, file: str, n: int) -> ResponseReturnValue:
    """Ask, then erase one earlier version of a file for good."""
    resource = published_resource_for(person(), public_id)
    can_edit_resource.require(person(), resource)
    version = version_numbered(attachment_of(resource, file), n)
    if request.method == "GET":
        return render_template("library/erase_version.html", resource=resource, file=file, version=version)
    attachment, said = version.attachment, _("La version %(n)s est effacée.", n=n)
    return _done(resource, lambda: erase_version(person(), attachment, n), said)


@library.post(f"{ONE}/retirer")
@signed_in
def remove_file_view(public_id: str, file: str) -> ResponseReturnValue:
    """Take a file away from its resource."""
    resource = published_resource_for(person(), public_id)
    attachment = attachment_of(resource, file)
    said = _("Le fichier est retiré. Vous pouvez le remettre pendant 30 jours.")
    return _done(resource, lambda: remove_file(person(), attachment), said)


@library.post(f"{ONE}/remettre")
@signed_in
def put_back_view(public_id: str, file: str) -> ResponseReturnValue:
    """Put back a file that was taken away."""
    resource = published_resource_for(person(), public_id)
    return _done(resource, lambda: put_back_file(person(), resource, file), _("Le fichier est remis."))


@library.post(f"{ONE}/deplacer")
@signed_in
def move_file_view(public_id: str, file: str) -> ResponseReturnValue:
    """Put a file one place earlier or later."""
    resource = published_resource_for(person(), public_id)
    attachment, step = attachment_of(resource, file), 1 if request.form.get("vers") == "bas" else -1
    return _done(resource, lambda: move_file(person(), attachment, step), _("L'ordre des fichiers est changé."))


def _done(resource: Resource, deed: Callable[[], Any], said: str = "") -> ResponseReturnValue:
    """Do something in one transaction, say it and show the files again; or say above them why it cannot be."""
    try:
        with transaction():
            deed()
    except DomainError as error:
        return _page(resource, [_sentence(error)]), error.status
    if said:
        flash(said)
    return redirect(url_for("library.files_page", public_id=resource.public_id))


def _sentence(error: DomainError) -> str:
    """Return what a refusal says to the person; refusals that have a page of their own are raised again."""
    if isinstance(error, RefusedError) or not error.message:
        raise error
    return str(error.message)


def _taken(form: str) -> tuple[list[ReceivedFile], list[str]]:
    """Take in for a form the files of this request, and do what the buttons of its lines say.

    Return the files kept, and a sentence for each one refused.
    """
    kept, problems = take_files(form)
    if REMOVE in request.form:
        with transaction():
            forget_received(person(), form, request.form[REMOVE])
    return kept, problems + take_out_of_mail(form)


def _is_meant() -> bool:
    """Tell whether the form was sent by its own button, not by that of a line."""
    return not request.form.keys() & {REMOVE, TAKE_OUT}


def _keep_last(form: str) -> None:
    with transaction():
        forget_all_but_last(person(), form)


def _say_replaced(version: FileVersion) -> None:
    """Say that a version is there, and which others came between what the person saw and theirs."""
    said = {"n": version.n, "name": version.name}
    seen = number_in(request.form.get("seen"))
    between = [one for one in version.attachment.versions if seen and seen < one.n < version.n]
    if between:
        by = between[-1].by.name if between[-1].by else _("Ancien compte")
        words = _(
            "Entre-temps, %(by)s a déposé la version %(other)s ; la vôtre est la version %(n)s. Les deux sont gardées.",
            by=by,
            other=between[-1].n,
            **said,
        )
        flash(words)
    else:
        flash(_("« %(name)s » est maintenant la version %(n)s.", **said))


def _sending(form: str) -> dict[str, Any]:
    """Return what the zone of files of a form takes: its address, what may be sent, what waits there already."""
    return {
        "address": form,
        "accept": accepted_for_field(),
        "limit": format_size(current_app.config["SETTINGS"].max_file_mb * MEBIBYTE),
        "most_files": MOST_FILES,
        "waiting": waiting_lines(person(), form, request.form.getlist(ORDER)),
    }


def _page(resource: Resource, problems: list[str] = []) -> str:  # noqa: B006 - never changed
    may_edit = can_edit_resource(person(), resource)
    removed = removed_files_of(resource) if may_edit else []
    context = {
        "resource": resource,
        "may_edit": may_edit,
        "files": histories_of(resource, list(resource.attachments)),
        "elsewhere": carried_elsewhere(person(), resource) if may_edit else {},
        "removed": zip(histories_of(resource, removed), [one.removed_at for one in removed], strict=True),
        "problems": problems,
    }
    sending = _sending(url_for("library.files_page", public_id=resource.public_id)) if may_edit else {}
    return render_template("library/files.html", **context, **sending)


def _replace_page(resource: Resource, file: str, problems: list[str] = []) -> str:  # noqa: B006 - never changed
    [history] = histories_of(resource, [attachment_of(resource, file)])
    context = {"resource": resource, "file": history, "problems": problems, "note": request.form.get("note", "")}
    return render_template("library/replace.html", **context, **_sending(request.path))
