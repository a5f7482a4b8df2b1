"""What is asked of files on their way: each person sees their own, and no others."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, inspect, select

from app.accounts.models import User
from app.core.clock import now
from app.core.errors import NotFoundError
from app.core.parts import parts
from app.extensions import db
from app.library.uploads.models import Upload
from app.library.uploads.protocol import metadata_of
from app.spaces.models import Space


def upload_for(person: User, space: Space, public_id: str) -> Upload:
    """Return an upload of this very person in a space. Raises NotFoundError for anybody else, and anywhere else."""
    found = sent_by(person, public_id)
    if found.space_id != space.id:
        raise NotFoundError
    return found


def sent_by(person: User, public_id: str) -> Upload:
    """Return an upload of this very person, wherever it goes. Raises NotFoundError for anybody else."""
    mine = (Upload.person_id == person.id) & (Upload.public_id == public_id)
    found: Upload | None = db.session.scalar(select(Upload).where(mine))
    if found is None:
        raise NotFoundError
    return found


def read_again(upload: Upload) -> Upload:
    """Return an upload as it is now. Raises NotFoundError when it was given up meanwhile."""
    found = db.session.get(Upload, inspect(upload).identity[0], populate_existing=True)
    if found is None:
        raise NotFoundError
    return found


def unfinished_of(person: User, space: Space) -> list[Upload]:
    """Return the files a person has begun to send to a space, the oldest first."""
    mine = (Upload.person_id == person.id) & (Upload.space_id == space.id)
    query = select(Upload).where(mine, Upload.finished_at.is_(None), Upload.expires_at > now())
    return list(db.session.scalars(query.order_by(Upload.id)))


def named(upload: Upload) -> str:
    """Return the name of a file as its browser knows it, by which it recognises the file chosen again."""
    return metadata_of(upload.said).get("filename", "")


def weight_of_unfinished(person: User) -> tuple[int, int]:
    """Return how many files a person has on their way, wherever, and how many bytes they announce."""
    mine = (Upload.person_id == person.id) & Upload.finished_at.is_(None)
    number, size = db.session.execute(select(func.count(), func.sum(Upload.size)).where(mine)).one()
    return number, int(size or 0)


def come_of(uploads: Iterable[Upload]) -> dict[str, int]:
    """Return how many bytes of each upload have come, by public id; those whose bytes are lost begin again at 0."""
    come = {}
    for one in uploads:
        try:
            come[one.public_id] = parts().size(one.public_id)
        except FileNotFoundError:
            come[one.public_id] = 0
    return come
