"""The files themselves: sent to those who may read their resource, received from those who share one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Response, current_app, jsonify, render_template, request, send_file

from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.errors import DomainError, NotFoundError
from app.core.forms import number_in
from app.core.i18n import gettext as _
from app.core.navigation import safe_next
from app.core.storage import storage
from app.core.throttle import Limit
from app.library.carriers import file_version_for
from app.library.files import keep_received, received_file_for, received_for
from app.library.histories import saved_name
from app.library.lines import CHOSEN_PART, ORDER, TAKE_OUT, already_here, attachment_line, received_line
from app.library.mails import take_out
from app.library.models import FileVersion, ReceivedFile
from app.library.reading.pictures import THUMBNAIL_WIDTH, VIEW_WIDTH, picture_name
from app.library.receiving import MOST_FILES, FileRefusedError, Received, filetype_named, receive
from app.library.scanning.safety import is_open, require_open
from app.library.staging.operations import hand_over
from app.library.uploads.operations import finish
from app.library.uploads.queries import sent_by
from app.library.views.doors import files

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

Kept = TypeVar("Kept")
CONFLICT = DomainError.status
#: The field that names a file which came in pieces, and now belongs to the form it is sent to.
PIECES = "envoi"
#: A file is shown by the browser only if it cannot run anything; and even then in a sandbox, without the site's rights.
FILE_POLICY = "sandbox; default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'none'"
SHOWN_INLINE = frozenset({"application/pdf", "text/plain", "image/png", "image/jpeg", "image/webp", "image/gif"})
WIDTHS = frozenset({VIEW_WIDTH, THUMBNAIL_WIDTH})
UPLOADS = Limit("upload", free=400, first=timedelta(seconds=10))


@files.get("/fichiers/<string(length=10):public_id>/<name>")
@signed_in
def download(public_id: str, name: str) -> ResponseReturnValue:  # noqa: ARG001 - the name is for the reader's eyes
    """Send a file to those who may read its resource: shown by the browser where that is safe, else saved."""
    version = file_version_for(person(), public_id)
    require_open(person(), version)
    media_type = filetype_named(version.name).media_type
    inline = media_type in SHOWN_INLINE and "enregistrer" not in request.args
    return _sent(
        _bytes_of(version),
        mimetype=media_type,
        as_attachment=not inline,
        download_name=saved_name(version),
        last_modified=version.at,
        etag=version.blob.sha256,
    )


@files.get("/fichiers/<string(length=10):public_id>/pages/<int:page>-<int:width>.webp")
@signed_in
def picture(public_id: str, page: int, width: int) -> ResponseReturnValue:
    """Send the picture of a page, once it has been drawn, to those who may read the resource."""
    version = file_version_for(person(), public_id)
    if width not in WIDTHS or not has_page(version, page) or not is_open(version.blob):
        raise NotFoundError
    path = storage().derived(picture_name(version.blob.sha256, page, width))
    if path is None:
        raise NotFoundError
    return _sent(path, mimetype="image/webp", etag=f"{version.blob.sha256}-{page}-{width}")


@files.get("/fichiers/<string(length=10):public_id>/pages/<int:page>/etat")
@signed_in
def picture_state(public_id: str, page: int) -> ResponseReturnValue:
    """Say whether the picture of a page has been drawn: asked again until it has."""
    version = file_version_for(person(), public_id)
    if not has_page(version, page):
        raise NotFoundError
    drawn = storage().derived(picture_name(version.blob.sha256, page, VIEW_WIDTH)) is not None
    back = safe_next(request.args.get("retour"))
    return render_template("library/picture_state.html", version=version, page=page, drawn=drawn, back=back)


def has_page(version: FileVersion, page: int) -> bool:
    """Tell whether a file has a page of this number, from 1; a file that is one picture has one."""
    return 0 < page <= max(1, version.blob.page_count)


def _bytes_of(version: FileVersion) -> Path:
    """Return where the bytes of a file are. Raises NotFoundError when they are lost, and says so in the log."""
    try:
        return storage().path(version.blob.sha256)
    except FileNotFoundError as error:
        current_app.logger.exception("the bytes of file %s are missing", version.public_id)
        raise NotFoundError from error


def _sent(path: Path, **options: Any) -> Response:
    answer = send_file(path, conditional=True, max_age=None, **options)
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@files.get("/fichiers/<string(length=10):public_id>/etat")
@signed_in
def file_state(public_id: str) -> ResponseReturnValue:
    """Show what became of a file, as the line of a list: asked again until the reading has ended."""
    attachment = file_version_for(person(), public_id).attachment
    line = attachment_line(attachment, with_state=True, removable="retirer" in request.args)
    return render_template("library/file_line.html", file=line)


@files.get("/fichiers/recus/<string(length=10):public_id>/etat")
@signed_in
def received_state(public_id: str) -> ResponseReturnValue:
    """Show what became of a file sent for a form, to the person who sent it."""
    return render_template("library/file_line.html", file=received_line(received_file_for(person(), public_id)))


def take_files(form: str) -> tuple[list[ReceivedFile], list[str]]:
    """Take in the files of this request for a form; return those kept and a sentence for each one refused."""
    return take_in(lambda received: keep_received(person(), form, received))


def files_shown(taken: Sequence[ReceivedFile]) -> list[str] | None:
    """Return the files the form being sent shows, by public id, and those that came with it; None: it does not say."""
    if ORDER not in request.form:
        return None
    return [*request.form.getlist(ORDER), *(one.public_id for one in taken)]


def take_in(keep: Callable[[Received], Kept]) -> tuple[list[Kept], list[str]]:
    """Take in the files of this request, each kept by ``keep`` inside a transaction of its own.

    Return what became of those kept and a sentence for each one refused.
    """
    kept, problems = [], []
    sent = [one for one in request.files.getlist("files") if one.filename]
    if len(sent) > MOST_FILES:
        problems.append(too_many_files(len(sent)))
    for one in sent[:MOST_FILES]:
        UPLOADS.take(str(person().id))
        try:
            received = receive(one.stream, one.filename or "")  # type: ignore[arg-type]
            with transaction():
                kept.append(keep(received))
        except DomainError as refusal:
            if not isinstance(refusal, FileRefusedError) and refusal.status != CONFLICT:
                raise
            problems.append(str(refusal.message))
    return kept, problems


def too_many_files(number: int) -> str:
    """Return what is said of more files than are sent at once."""
    return _(
        "Vous avez choisi %(number)s fichiers : les %(most)s premiers ont été pris. Choisissez ensuite les autres.",
        number=number,
        most=MOST_FILES,
    )


def take_out_of_mail(form: str) -> list[str]:
    """Join the chosen files of a mail where its button was pressed; return a sentence for each one refused."""
    if TAKE_OUT not in request.form:
        return []
    UPLOADS.take(str(person().id))
    received = received_file_for(person(), request.form[TAKE_OUT])
    if received.form != form[:300]:
        raise NotFoundError
    chosen = [number_in(one) for one in request.form.getlist(f"{CHOSEN_PART}{received.public_id}")]
    parts = [n for n in chosen if n is not None]
    if not parts:
        return [_("Cochez les pièces à joindre.")]
    _taken, problems = take_out(person(), form, received, parts)
    return problems


def _take_sent(form: str) -> list[ReceivedFile]:
    """Take in for a form the file that came in pieces; nothing when an answer that was lost is asked for again."""
    upload = sent_by(person(), request.form[PIECES])
    name, size = upload.name, upload.size
    row = finish(person(), upload)
    if row is None:
        return [one for one in received_for(person(), form) if (one.name, one.blob.size) == (name, size)][:1]
    with transaction():
        return [hand_over(person(), row, form, name, size)]


def answer_upload(form: str) -> ResponseReturnValue:
    """Answer the script that sends files one by one: what became of this one, in words."""
    kept, problems = (_take_sent(form), []) if PIECES in request.form else take_files(form)
    if not kept:
        return jsonify(error=problems[0] if problems else _("Choisissez un fichier.")), 422
    line = received_line(kept[0])
    sentence = already_here(person(), kept[0].blob) or line.status
    return jsonify(
        token=kept[0].public_id,
        name=line.name,
        meta=line.meta,
        status=sentence,
        message=sentence,
        url="",
        poll_url=line.poll_url,
        html=render_template("library/file_line.html", file=line),
    ), 201
