"""Pages of the files of a resource that are spoken of: which page it was, and where it is to be found now."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.core.i18n import gettext as _
from app.extensions import db
from app.library.addresses import version_url
from app.library.models import Attachment, FileVersion, Resource


@dataclass(frozen=True)
class PageSeen:
    """A page of one file of a resource, as it stands before a reader's eyes."""

    file: Attachment
    n: int

    @property
    def link_words(self) -> str:
        """Offer to link what is said to it."""
        if len(self.file.resource.attachments) > 1:
            name = self.file.current.name
            return _("Lier à la page %(number)s de « %(name)s »", number=self.n, name=name)
        return _("Lier à la page %(number)s", number=self.n)


@dataclass(frozen=True)
class Anchor:
    """What a message says of the page it is about, and the address of that page now: empty once its file is gone."""

    words: str
    url: str


class Anchors:
    """Where the pages of one resource are now that were spoken of: two statements, however many are asked for."""

    def __init__(self, resource: Resource) -> None:
        query = select(Attachment).where(Attachment.resource_id == resource.id, Attachment.removed_at.is_(None))
        versions = selectinload(Attachment.versions).joinedload(FileVersion.blob)
        self._files = list(db.session.scalars(query.order_by(Attachment.position).options(versions)))
        self._resource = resource

    def find(self, file: str, n: int) -> Attachment | None:
        """Return the file that has, or had in an earlier version, a page of this number; None when it never did."""
        found = self._file(file)
        return found if found is not None and 0 < n <= max(one.blob.page_count for one in found.versions) else None

    def to(self, file: str, n: int) -> Anchor:
        """Return the way to a page: in the version shown or, when that one is shorter, in the last that had it."""
        found = self._file(file)
        if found is None:
            return Anchor(_("à propos de la page %(number)s d'un fichier retiré depuis", number=n), "")
        having = (one for one in reversed(found.versions) if one.blob.page_count >= n)
        url = version_url(self._resource, next(having, found.current), page=n)
        if len(self._files) > 1:
            name = found.current.name
            return Anchor(_("à propos de la page %(number)s de « %(name)s »", number=n, name=name), url)
        return Anchor(_("à propos de la page %(number)s", number=n), url)

    def _file(self, public_id: str) -> Attachment | None:
        """Return a file by its public id; empty, as in what was written before files were named, is the first one."""
        return next((one for one in self._files if public_id in {"", one.public_id}), None)
