"""Tidying up files on their way: those left whole are taken in, those left behind are forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import delete, or_, select

from app.accounts.models import User
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import DomainError
from app.core.i18n import written_for
from app.core.jobs import job
from app.core.parts import parts
from app.extensions import db
from app.library.uploads.models import Upload
from app.library.uploads.operations import finish
from app.library.uploads.queries import come_of

#: A client whose last answer was lost asks again within a day.
KEPT_FINISHED = timedelta(days=1)
#: A whole file is taken in by the request that ended it, unless the server was killed meanwhile.
LEFT_WHOLE = timedelta(minutes=10)
ORPHAN_AGE = timedelta(days=1)


@job("library.tidy_uploads", queue="files", every=timedelta(minutes=30), timeout=600)
def tidy_uploads(_payload: dict[str, Any]) -> None:
    """Take in what is whole, forget what has expired, remove the parts that no row names."""
    _finish_whole()
    with transaction() as session:
        over = or_(Upload.finished_at < now() - KEPT_FINISHED, Upload.expires_at <= now())
        session.execute(delete(Upload).where(over))
    kept = set(db.session.scalars(select(Upload.public_id).where(Upload.finished_at.is_(None))))
    db.session.rollback()
    for name in list(parts().untouched(ORPHAN_AGE.total_seconds())):
        if name not in kept:
            parts().remove(name)


def _finish_whole() -> None:
    left = select(Upload).where(Upload.finished_at.is_(None), Upload.created_at < now() - LEFT_WHOLE)
    waiting = list(db.session.scalars(left.where(Upload.expires_at > now())))
    come = come_of(waiting)
    for one in waiting:
        if come[one.public_id] == one.size:
            person = db.session.get_one(User, one.person_id)
            try:
                with written_for(person.language, person.timezone):
                    finish(person, one)
            except DomainError as error:
                current_app.logger.info("upload %s stays where it is: %s", one.public_id, type(error).__name__)
