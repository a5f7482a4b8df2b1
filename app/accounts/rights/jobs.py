"""Copies of people's data made in the background, and the promise that the erased stay erased."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.accounts.models import DataExport, User
from app.accounts.rights.erasing import erased_again, forget_again
from app.accounts.rights.exporting import KEPT, zipped
from app.core.audit import record
from app.core.clock import now
from app.core.db import transaction
from app.core.i18n import lazy_gettext as _l
from app.core.jobs import job, run_at_each_start
from app.core.mail import send
from app.core.navigation import address
from app.core.storage import storage
from app.extensions import db


@job("accounts.copy", timeout=900, max_attempts=3)
def make_copy(payload: dict[str, Any]) -> None:
    """Make the ZIP of a person's data, then tell them it is there. Made twice, the last one counts."""
    copy = db.session.get(DataExport, payload["export_id"])
    user = db.session.get(User, copy.user_id) if copy is not None else None
    if copy is None or user is None or user.erased_at is not None or copy.ready_at is not None:
        return
    with zipped(user) as file:
        stored = storage().put(file)
    with transaction():
        copy = db.session.get(DataExport, payload["export_id"])
        if copy is None:
            return
        copy.sha256, copy.size, copy.ready_at, copy.expires_at = stored.sha256, stored.size, now(), now() + KEPT
        user = db.session.get_one(User, copy.user_id)
        record("user.copy_made", user, user)
        link = address("rights.data_page")
        subject = _l("La copie de vos données est prête")
        about = {"user": user, "link": link, "until": copy.expires_at}
        send(user.email, subject, "copy_ready", language=user.language, timezone=user.timezone, **about)


@job("accounts.drop_copies", every=timedelta(hours=6), timeout=300)
def drop_copies(_payload: dict[str, Any]) -> None:
    """Remove the copies nobody can fetch any more, their bytes at once."""
    with transaction() as session:
        over = session.scalars(select(DataExport).where(DataExport.expires_at <= now())).all()
        hashes = [one.sha256 for one in over if one.sha256]
        for one in over:
            session.delete(one)
    for sha256 in hashes:
        storage().remove(sha256)


@job("accounts.erase_again", every=timedelta(minutes=30))
def keep_erased(_payload: dict[str, Any]) -> None:
    """Forget again the people whom an older copy of the database brought back."""
    for public_id, withdraw in list(erased_again()):
        with transaction():
            forget_again(public_id, withdraw=withdraw)


run_at_each_start("accounts.erase_again")  # an older copy may just have been put back
