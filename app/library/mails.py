"""Mails among the files of a form: what they carry, and what of it the person takes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app

from app.accounts.models import User
from app.core.db import transaction
from app.core.i18n import format_size, ngettext
from app.core.i18n import gettext as _
from app.core.storage import storage
from app.library.files import keep_received
from app.library.models import Blob, ReceivedFile
from app.library.reading.filetypes import accepted_extensions
from app.library.reading.names import safe_name, split_extension
from app.library.reading.unpack import open_mail
from app.library.receiving import FileRefusedError, filetype_of, receive
from config import MEBIBYTE

TNEF = "winmail.dat"  # Outlook's own wrapping (MS-OXTNEF)
MOST_AT_ONCE = 30


@dataclass(frozen=True)
class Carried:
    """One file in a mail, as a box to tick; ``trouble`` says why it cannot be taken, ``ticked`` proposes it."""

    n: int
    name: str
    size: str
    trouble: str
    ticked: bool


@dataclass(frozen=True)
class MailParts:
    """What a mail carries; ``more`` says how much of it is not listed."""

    public_id: str
    parts: list[Carried]
    more: str


def parts_of_mail(received: ReceivedFile) -> MailParts | None:
    """Return what a mail that waits for its form carries, None for other files and for mails that carry nothing."""
    listed = received.blob.proposed.get("carries") or []
    more = int(received.blob.proposed.get("carries_more") or 0)
    if not listed:
        return None
    words = ngettext("et %(num)s autre, qui n'est pas montrée", "et %(num)s autres, qui ne sont pas montrées", more)
    return MailParts(received.public_id, [_carried(one) for one in listed], words if more else "")


def _carried(one: dict[str, object]) -> Carried:
    name, size = safe_name(str(one["name"])), int(str(one["size"]))
    trouble = ""
    if name.lower() == TNEF:
        trouble = _("pièces enfermées par Outlook : demandez à l'expéditeur de les renvoyer autrement")
    elif split_extension(name)[1].lower() not in accepted_extensions():
        trouble = _("ce format n'est pas accepté")
    return Carried(
        int(str(one["n"])), name, format_size(size) if size else "", trouble, not trouble and not one["inline"]
    )


def take_out(person: User, form: str, received: ReceivedFile, parts: Sequence[int]) -> tuple[int, list[str]]:
    """Join files of a mail to the form the mail waits for; return how many, and a sentence for each refusal.

    Not inside ``transaction()``: they are taken in like files that are sent.
    """
    offered = {one.n for one in (parts_of_mail(received) or MailParts("", [], "")).parts if not one.trouble}
    wanted = [n for n in parts if n in offered][:MOST_AT_ONCE]
    blob: Blob = received.blob
    path, most = storage().path(blob.sha256), current_app.config["SETTINGS"].max_file_mb * MEBIBYTE
    taken, problems = 0, []
    with open_mail(path, filetype_of(blob.type), wanted, most) as found:
        for name, place in found:
            try:
                with place.open("rb") as stream:
                    one = receive(stream, name)
            except FileRefusedError as refusal:
                problems.append(str(refusal.message))
                continue
            with transaction():
                keep_received(person, form, one)
            taken += 1
        if len(found) < len(wanted):
            problems.append(_("Des pièces de « %(name)s » n'ont pas pu être sorties.", name=received.name))
    return taken, problems
