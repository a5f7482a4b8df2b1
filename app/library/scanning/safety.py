"""Which files may be opened: those the antivirus found nothing in, or that came when the site had none."""

from __future__ import annotations

from flask import current_app

from app.accounts.models import User
from app.core.errors import DomainError
from app.core.i18n import lazy_gettext as _l
from app.library.models import Blob, FileVersion, Safety
from app.library.receiving import FileRefusedError

#: Files that came before the site had an antivirus stay open while they wait for their turn.
OPEN = frozenset({Safety.CLEAN, Safety.UNCHECKED})


class NotServedError(DomainError):
    """A file is there and cannot be opened: not checked yet, or put away because of what was found in it."""

    template = "errors/not_served.html"


def has_antivirus() -> bool:
    """Tell whether the site has an antivirus."""
    return bool(current_app.config["SETTINGS"].antivirus_url)


def first_state() -> Safety:
    """Return what is known of the safety of a file that comes in."""
    return Safety.WAITING if has_antivirus() else Safety.UNCHECKED


def is_open(blob: Blob) -> bool:
    """Tell whether a file may be opened by all who read its resource."""
    return blob.safety in OPEN


def may_open(person: User, version: FileVersion) -> bool:
    """Tell whether a person who may read a file may open it: who brought it does so before it is checked."""
    return is_open(version.blob) or (version.blob.safety == Safety.WAITING and version.by_id == person.id)


def require_open(person: User, version: FileVersion) -> None:
    """Raise NotServedError, which says why, unless a person who may read a file may open it."""
    if may_open(person, version):
        return
    if version.blob.safety == Safety.INFECTED:
        raise NotServedError(_quarantined(version.name) if version.by_id == person.id else _put_away(version.name))
    raise NotServedError(
        _l(
            "« %(name)s » n'est pas encore vérifié par l'antivirus. Il s'ouvrira dès qu'il l'aura été.",
            name=version.name,
        )
    )


def refuse_infected(name: str, blob: Blob) -> None:
    """Raise FileRefusedError for a file in which something was found."""
    if blob.safety == Safety.INFECTED:
        raise FileRefusedError(_quarantined(name), "infected")


def _put_away(name: str) -> object:
    return _l(
        "L'antivirus a trouvé un programme malveillant dans « %(name)s » : il est en quarantaine, personne ne peut "
        "l'ouvrir.",
        name=name,
    )


def _quarantined(name: str) -> object:
    return _l(
        "L'antivirus a trouvé un programme malveillant dans « %(name)s » : il est en quarantaine, personne ne peut "
        "l'ouvrir. Retirez-le, et vérifiez votre poste.",
        name=name,
    )
