"""What is done with a space itself, by those who run it: change it, archive it, delete it, put it back.

Every function is called inside ``transaction()``; ``by`` is None for a command on the host.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.accounts.models import User
from app.core.audit import record
from app.core.clock import now
from app.core.db import lock
from app.core.errors import DomainError, EditConflictError, NotFoundError, RefusedError
from app.core.i18n import lazy_gettext as _l
from app.core.text import one_line
from app.extensions import db
from app.search.models import touch_audience
from app.spaces.archive.models import is_arriving
from app.spaces.models import SECTIONS, Membership, Space, fields_of
from app.spaces.operations import SpaceDetails, write_details
from app.spaces.permissions import can_run_space, has_entered, takes_part

SETTINGS = ("visibility", "join_policy", "hidden_sections", "reviews_resources", "closed_keywords")
WORDS = ("name", "short_name", "summary", "purpose", "partner", "welcome")


def edit_space(
    space: Space,
    details: SpaceDetails,
    sections: set[str],
    seen_version: int | None = None,
    *,
    reviews_resources: bool | None = None,
    closed_keywords: bool | None = None,
    by: User | None = None,
) -> None:
    """Change what is said of a space, who reads it, how one comes in and which sections it shows; its address stays.

    ``reviews_resources``: whether what members share is read before it is published; ``closed_keywords``: whether they
    take keywords of the common list alone; None leaves them as they are.

    Who may read what changes at once, everywhere. ``seen_version`` is the version the person had before their eyes:
    EditConflictError when it has changed since. Raises RefusedError, and DomainError as ``write_details``.
    """
    _hold(space, by)
    _leave_the_door(space, details, by)
    if seen_version is not None and space.edit_version != seen_version:
        raise EditConflictError(
            _l("Quelqu'un d'autre a modifié ces réglages pendant que vous écriviez. Votre saisie est gardée.")
        )
    before = fields_of(space, *SETTINGS, *WORDS)
    write_details(space, details)
    space.hidden_sections = [one for one in SECTIONS if one not in sections]
    if reviews_resources is not None:
        space.reviews_resources = reviews_resources
    if closed_keywords is not None:
        space.closed_keywords = closed_keywords
    changed = [name for name in before if getattr(space, name) != before[name]]
    if not changed:
        return
    space.edit_version += 1
    moved: dict[str, Any] = {name: [before[name], getattr(space, name)] for name in SETTINGS if name in changed}
    record("space.edited", by, space, fields=[name for name in changed if name in WORDS], **moved)
    touch_audience()


def _leave_the_door(space: Space, details: SpaceDetails, by: User | None) -> None:
    """Refuse that somebody inside for a time changes who reads or comes in: it would outlive their stay."""
    door = (str(space.visibility), str(space.join_policy)) != (str(details.visibility), str(details.join_policy))
    if by is not None and door and has_entered(by, space) and not takes_part(by, space):
        raise DomainError(_l("Qui est entré pour un temps ne change ni qui lit l'espace ni comment on y vient."))


def archive_space(space: Space, *, by: User | None = None) -> None:
    """Make a space read-only: all it holds is still read and found. Raises RefusedError."""
    _hold(space, by)
    if space.archived_at is None:
        space.archived_at = now()
        record("space.archived", by, space)


def reopen_space(space: Space, *, by: User | None = None) -> None:
    """Let people write again in an archived space. Raises RefusedError."""
    _hold(space, by)
    if space.archived_at is not None:
        space.archived_at = None
        record("space.reopened", by, space)


def delete_space(space: Space, typed_name: str | None = None, *, by: User | None = None) -> None:
    """Put a space and all it holds out of everybody's sight, at once; nothing is erased and it can come back.

    ``typed_name`` is its name typed again, unless a command asks. Raises RefusedError for anybody but an administrator,
    DomainError when the name is another.
    """
    lock(space)
    _administer(by)
    if typed_name is not None and one_line(typed_name).casefold() != space.name.casefold():
        raise DomainError(_l("Ce n'est pas le nom de l'espace : recopiez-le tel qu'il est écrit."))
    if space.deleted_at is None:
        space.deleted_at = now()
        record("space.deleted", by, space)
        touch_audience()


def restore_space(space: Space, *, by: User | None = None) -> None:
    """Bring a deleted space back as it was, with those who took part in it.

    Raises RefusedError for anybody but an administrator, DomainError while it is being brought in.
    """
    lock(space)
    _administer(by)
    if is_arriving(space):
        raise DomainError(_l("Cet espace est en train d'être repris d'une archive : attendez qu'il soit entier."))
    if space.deleted_at is not None:
        space.deleted_at = None
        record("space.restored", by, space)
        touch_audience()


def take_image(space: Space, sha256: str | None, *, by: User) -> None:
    """Give a space the image of these stored bytes, or its own plan again for None. Raises RefusedError."""
    _hold(space, by)
    if space.image_sha256 != sha256:
        space.image_sha256 = sha256
        record("space.image_changed", by, space, has_image=sha256 is not None)


def welcome_seen(space: Space, person: User) -> None:
    """Remember that a newcomer has read the welcome of a space. Raises NotFoundError for who takes no part in it."""
    query = select(Membership).where(Membership.space_id == space.id, Membership.user_id == person.id)
    found = db.session.scalar(query)
    if found is None:
        raise NotFoundError
    if found.welcomed_at is None:
        found.welcomed_at = now()


def _administer(by: User | None) -> None:
    if by is not None and not (by.is_admin and by.is_member):
        raise RefusedError


def _hold(space: Space, by: User | None) -> None:
    lock(space)
    if by is not None:
        can_run_space.require(by, space)
