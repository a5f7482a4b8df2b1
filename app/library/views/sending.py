"""The files themselves: sent to those who may read their resource, received from those who share one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Response, jsonify, render_template, request, send_file, url_for

from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.errors import NotFoundError
from app.core.i18n import format_size
from app.core.i18n import gettext as _
from app.core.storage import storage
from app.core.throttle import Limit
from app.library.addresses import download_url, resource_url
from app.library.files import keep_received, received_file_for, received_for
from app.library.models import Blob, ReceivedFile, Resource
from app.library.queries import file_version_for, resources_carrying
from app.library.reading.pictures import THUMBNAIL_WIDTH, VIEW_WIDTH, picture_name
from app.library.receiving import FileRefusedError, filetype_named, receive
from app.library.states import file_facts, state_of
from app.library.views.doors import files

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.datastructures import FileStorage

#: A file is shown by the browser only if it cannot run anything; and even then in a sandbox, without the site's rights.
FILE_POLICY = "sandbox; default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'none'"
SHOWN_INLINE = frozenset({"application/pdf", "text/plain", "image/png", "image/jpeg", "image/webp", "image/gif"})
WIDTHS = frozenset({VIEW_WIDTH, THUMBNAIL_WIDTH})
UPLOADS = Limit("upload", free=400, first=timedelta(seconds=10))
ICONS = {"pdf": "file-pdf", "image": "file-image", "sheet": "file-sheet", "slide": "file-slides"}


@files.get("/fichiers/<string(length=10):public_id>/<name>")
@signed_in
def download(public_id: str, name: str) -> ResponseReturnValue:  # noqa: ARG001 - the name is for the reader's eyes
    """Send a file to those who may read its resource: shown by the browser where that is safe, else saved."""
    version = file_version_for(person(), public_id)
    media_type = filetype_named(version.name).media_type
    inline = media_type in SHOWN_INLINE and "enregistrer" not in request.args
    return _sent(
        storage().path(version.blob.sha256),
        mimetype=media_type,
        as_attachment=not inline,
        download_name=version.name,
        last_modified=version.at,
        etag=version.blob.sha256,
    )


@files.get("/fichiers/<string(length=10):public_id>/pages/<int:page>-<int:width>.webp")
@signed_in
def picture(public_id: str, page: int, width: int) -> ResponseReturnValue:
    """Send the picture of a page, once it has been drawn, to those who may read the resource."""
    version = file_version_for(person(), public_id)
    if width not in WIDTHS or not page:
        raise NotFoundError
    path = storage().derived(picture_name(version.blob.sha256, page, width))
    if path is None:
        raise NotFoundError
    return _sent(path, mimetype="image/webp", etag=f"{version.blob.sha256}-{page}-{width}")


def _sent(path: Any, **options: Any) -> Response:
    answer = send_file(path, conditional=True, max_age=None, **options)
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@files.get("/fichiers/<string(length=10):public_id>/etat")
@signed_in
def file_state(public_id: str) -> ResponseReturnValue:
    """Show what became of a file, as the line of a list: asked again until the reading has ended."""
    version = file_version_for(person(), public_id)
    url = url_for("files.file_state", public_id=public_id)
    return render_template("library/file_line.html", file=_line(version.name, version.blob, download_url(version), url))


@files.get("/fichiers/recus/<string(length=10):public_id>/etat")
@signed_in
def received_state(public_id: str) -> ResponseReturnValue:
    """Show what became of a file sent for a form, to the person who sent it."""
    return render_template("library/file_line.html", file=received_line(received_file_for(person(), public_id)))


@dataclass(frozen=True)
class FileLine:
    """One line of a list of files, as ``components/upload.html`` shows it."""

    name: str
    meta: str
    status: str = ""
    tone: str = ""
    url: str = ""
    icon: str = "file"
    poll_url: str = ""
    remove_name: str = ""
    remove_value: str = ""
    proposed: dict[str, str] | None = None


def file_lines(resource: Resource, *, with_state: bool, removable: bool = False) -> list[FileLine]:
    """Return the files of a resource; their state for those who may do something about it."""
    lines = []
    for attachment in resource.attachments:
        version = attachment.current
        url = url_for("files.file_state", public_id=version.public_id) if with_state else ""
        remove = {"remove_name": "detacher", "remove_value": attachment.public_id} if removable else {}
        lines.append(_line(version.name, version.blob, download_url(version, attached=False), url, **remove))
    return lines


def received_line(received: ReceivedFile) -> FileLine:
    """Return a file that waits for its form."""
    url = url_for("files.received_state", public_id=received.public_id)
    remove = {"remove_name": "retirer", "remove_value": received.public_id}
    return _line(received.name, received.blob, "", url, **remove, proposed=received.blob.proposed)


def _line(name: str, blob: Blob, url: str, state_url: str, **more: Any) -> FileLine:
    state = state_of(blob)
    meta = f"{file_facts(name, blob)}, {format_size(blob.size)}"
    shown = {"status": state.sentence, "tone": state.tone} if state_url else {}
    poll = "" if state.is_final else state_url
    return FileLine(name, meta, url=url, icon=_icon(name), poll_url=poll, **shown, **more)


def _icon(name: str) -> str:
    kind = filetype_named(name)
    return ICONS.get(kind.family) or ICONS.get(kind.unit, "file-text")


def take_files(form: str) -> tuple[list[ReceivedFile], list[str]]:
    """Take in the files of this request for a form; return those kept and a sentence for each one refused."""
    kept, problems = [], []
    for sent in request.files.getlist("files"):
        if not sent.filename:
            continue
        try:
            kept.append(_take(sent, form))
        except FileRefusedError as refusal:
            problems.append(str(refusal.message))
    return kept, problems


def _take(sent: FileStorage, form: str) -> ReceivedFile:
    subject = str(person().id)
    UPLOADS.check(subject)
    UPLOADS.count(subject)
    received = receive(sent.stream, sent.filename or "")  # type: ignore[arg-type]
    with transaction():
        return keep_received(person(), form, received)


def answer_upload(form: str) -> ResponseReturnValue:
    """Answer the script that sends files one by one: what became of this one, in words."""
    kept, problems = take_files(form)
    if not kept:
        return jsonify(error=problems[0] if problems else _("Choisissez un fichier.")), 422
    line = received_line(kept[0])
    sentence = already_here(kept[0].blob) or line.status
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


def already_here(blob: Blob) -> str:
    """Return « déjà dans la bibliothèque : … » when this very person may see where; nothing otherwise."""
    carrying = resources_carrying([blob.id], person())
    return _("Déjà dans la bibliothèque : « %(title)s »", title=carrying[0].title) if carrying else ""


def waiting_lines(form: str) -> list[FileLine]:
    """Return the files that wait for a form."""
    return [received_line(one) for one in received_for(person(), form)]


def known_addresses(form: str) -> list[tuple[str, str]]:
    """Return (title, address) of resources this person may see that already carry a file waiting for a form."""
    blobs = [one.blob_id for one in received_for(person(), form)]
    found = resources_carrying(blobs, person()) if blobs else []
    return [(one.title, resource_url(one)) for one in found]
