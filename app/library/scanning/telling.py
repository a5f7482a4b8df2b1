"""Telling of a file put away: to who brought it, and to those who run the spaces where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from app.accounts.models import User
from app.core.i18n import lazy_gettext as _l
from app.core.mail import send
from app.core.navigation import address
from app.extensions import db
from app.library.models import Attachment, Blob, FileVersion, ReceivedFile, Resource
from app.library.permissions import can_prepare_resource, can_read_resource, can_review_resource
from app.spaces.queries import facilitators_of

opens_resource = can_read_resource | can_prepare_resource | can_review_resource


@dataclass
class _Told:
    """What one person is told of a file: its name, whether they brought it, and where it stands as far as they see."""

    person: User
    name: str
    brought: bool = False
    places: dict[str, str] = field(default_factory=dict)


def tell_of(blob: Blob) -> None:
    """Mail each of them once, whatever the number of resources that carry the file. Inside ``transaction()``."""
    told: dict[int, _Told] = {}
    for version in _versions_of(blob):
        resource = version.attachment.resource
        for person in [*([version.by] if version.by else []), *facilitators_of(resource.space)]:
            sees = opens_resource(person, resource)
            if person.id == version.by_id or sees:
                one = told.setdefault(person.id, _Told(person, version.name))
                one.brought = one.brought or person.id == version.by_id
                if sees:
                    one.places[resource.title] = address("library.resource_page", public_id=resource.public_id)
    for name, person in _waiting_with(blob):
        told.setdefault(person.id, _Told(person, name)).brought = True
    for one in told.values():
        if one.person.disabled_at is None:
            _mail(one)


def _versions_of(blob: Blob) -> list[FileVersion]:
    query = select(FileVersion).join(FileVersion.attachment).join(Attachment.resource)
    loaded = contains_eager(FileVersion.attachment).contains_eager(Attachment.resource).joinedload(Resource.space)
    return list(db.session.scalars(query.where(FileVersion.blob_id == blob.id).options(loaded)))


def _waiting_with(blob: Blob) -> list[tuple[str, User]]:
    waiting = select(ReceivedFile.name, User).join(User, User.id == ReceivedFile.person_id)
    return [(name, person) for name, person in db.session.execute(waiting.where(ReceivedFile.blob_id == blob.id))]


def _mail(told: _Told) -> None:
    send(
        told.person.email,
        _l("L'antivirus a mis un fichier en quarantaine"),
        "quarantined",
        language=told.person.language,
        timezone=told.person.timezone,
        user=told.person,
        name=told.name,
        brought=told.brought,
        places=sorted(told.places.items()),
    )
