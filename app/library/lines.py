"""Files as lines of a list: what each one is, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from flask import url_for

from app.accounts.models import User
from app.core.i18n import format_size
from app.core.i18n import gettext as _
from app.library.addresses import DOCUMENT, download_url, resource_url, version_url
from app.library.carriers import resources_carrying
from app.library.files import received_for
from app.library.mails import MailParts, parts_of_mail
from app.library.models import Attachment, Blob, FileVersion, ReceivedFile, Resource
from app.library.quotas import beyond
from app.library.receiving import filetype_named
from app.library.saying import may_be_told
from app.library.scanning.safety import is_open
from app.library.states import FileState, file_facts, state_of
from app.library.viewing import can_be_shown

ICONS = {"pdf": "file-pdf", "mail": "mail", "image": "file-image", "sheet": "file-sheet", "slide": "file-slides"}
#: Names of the buttons that take a file away from a form, or from its resource.
REMOVE, DETACH = "retirer", "detacher"
#: The button that takes files out of a mail, and the beginning of the names of the boxes that choose them.
TAKE_OUT, CHOSEN_PART = "sortir", "piece-"
#: Name of the hidden fields which tell, one a line, in what order the files stand on the page; an empty one stands
#: above the lines, so that a page without any says so too.
ORDER = "ordre"


@dataclass(frozen=True)
class FileLine:
    """One line of a list of files, as ``library/parts.html`` shows it.

    ``poll_url`` is asked again until the reading has ended; ``remove_name`` and ``remove_value`` make the button of the
    form around that takes the file away; ``order_name`` carries the line's place to that form; ``proposed`` is what the
    file says of itself; ``mail`` what a mail carries, to be chosen from; ``is_shown``: it is the one open on the page.
    """

    name: str
    meta: str
    status: str = ""
    tone: str = ""
    url: str = ""
    icon: str = "file"
    poll_url: str = ""
    remove_name: str = ""
    remove_value: str = ""
    order_name: str = ""
    proposed: dict[str, str] = field(default_factory=dict)
    mail: MailParts | None = None
    is_shown: bool = False


def file_lines(
    resource: Resource, *, with_state: bool, removable: bool = False, shown: FileVersion | None = None
) -> list[FileLine]:
    """Return the files of a resource; their state for those who may do something about it; ``shown``: the open one."""
    lines = [attachment_line(one, with_state=with_state, removable=removable) for one in resource.attachments]
    several = len(lines) > 1
    return [
        replace(line, is_shown=several and shown is not None and shown.attachment_id == one.id)
        for line, one in zip(lines, resource.attachments, strict=True)
    ]


def attachment_line(attachment: Attachment, *, with_state: bool, removable: bool = False) -> FileLine:
    """Return one file of a resource."""
    version = attachment.current
    state = state_of(version.blob)
    asked = url_for("files.file_state", public_id=version.public_id, retirer=1 if removable else None)
    return FileLine(
        version.name,
        _meta(version.name, version.blob),
        status=state.sentence if with_state or not is_open(version.blob) else "",
        tone=state.tone,
        url=_url(attachment, on_its_page=not removable) if is_open(version.blob) else "",
        icon=_icon(version.name),
        poll_url=asked if with_state and not state.is_final else "",
        remove_name=DETACH if removable else "",
        remove_value=attachment.public_id,
    )


def _url(attachment: Attachment, *, on_its_page: bool) -> str:
    """Return where a file is read: one of several on the page of their resource, else by itself."""
    version = attachment.current
    if on_its_page and len(attachment.resource.attachments) > 1 and can_be_shown(version.blob):
        return version_url(attachment.resource, version, _anchor=DOCUMENT)
    return download_url(version, attached=False)


def received_line(received: ReceivedFile, *, fits: bool = True, in_table: bool = False) -> FileLine:
    """Return a file that waits for its form; not ``fits``: its space has no place left for it.

    ``in_table``: it waits in the table of files to complete, which has no column for a summary.
    """
    told = may_be_told(received)
    state = state_of(received.blob) if told else FileState(_("Lecture en cours"), "", is_final=False)
    if not fits:
        state = FileState(_("Ne tient plus dans l'espace : retirez ce fichier, ou demandez de la place."), "warn")
    asked = url_for("files.received_state", public_id=received.public_id)
    return FileLine(
        received.name,
        _meta(received.name, received.blob) if told else format_size(received.blob.size),
        status=_said_in_table(state) if in_table else state.sentence,
        tone=state.tone,
        icon=_icon(received.name),
        poll_url="" if state.is_final else asked,
        remove_name=REMOVE,
        remove_value=received.public_id,
        order_name=ORDER,
        proposed={name: one for name, one in received.blob.proposed.items() if isinstance(one, str)} if told else {},
        mail=parts_of_mail(received) if told else None,
    )


def _said_in_table(state: FileState) -> str:
    """Return what is said of a file, with what can be done about it where it stands."""
    if not state.fact:
        return state.sentence
    advice = _("Pour ajouter un résumé, enregistrez cette ligne en brouillon.")
    return f"{state.fact} {advice}"


def waiting_lines(person: User, form: str, order: Sequence[str] = ()) -> list[FileLine]:
    """Return the files a person has sent for a form, in an order (see ``received_for``)."""
    waiting = received_for(person, form, order)
    left = beyond(form, [one.blob for one in waiting])
    return [received_line(one, fits=one.blob_id not in left) for one in waiting]


def already_here(person: User, blob: Blob) -> str:
    """Return « Déjà dans la bibliothèque : … » when this very person may see where; nothing otherwise."""
    carrying = resources_carrying([blob.id], person)
    return _("Déjà dans la bibliothèque : « %(title)s »", title=carrying[0].title) if carrying else ""


def known_addresses(person: User, form: str) -> list[tuple[str, str]]:
    """Return (title, address) of resources this person may see that already carry a file waiting for a form."""
    blobs = [one.blob_id for one in received_for(person, form)]
    found = resources_carrying(blobs, person) if blobs else []
    return [(one.title, resource_url(one)) for one in found]


def _meta(name: str, blob: Blob) -> str:
    return f"{file_facts(name, blob)}, {format_size(blob.size)}"


def _icon(name: str) -> str:
    kind = filetype_named(name)
    return ICONS.get(kind.family) or ICONS.get(kind.unit, "file-text")
