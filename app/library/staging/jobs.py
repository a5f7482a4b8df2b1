"""Rows published many at once; what nobody completes is forgotten, a week after its person was told."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.core.clock import now
from app.core.db import transaction
from app.core.i18n import lazy_gettext as _l
from app.core.jobs import job
from app.core.mail import send
from app.core.navigation import address
from app.extensions import db
from app.library.permissions import can_add_resource
from app.library.staging.models import StagedResource
from app.library.staging.operations import forget_rows
from app.library.staging.publishing import JOB, forget_publications, go_on, work_on
from app.library.staging.queries import KEPT, WARNED_BEFORE


@job(JOB, timeout=120)
def publish_staged(payload: dict[str, Any]) -> None:
    """Publish the next rows of those ticked together; taken again after a crash, it goes on where it was."""
    if work_on(payload["id"]):
        with transaction():
            go_on(payload["id"])


@job("library.tidy_staging", every=timedelta(hours=12))
def tidy_staging(_payload: dict[str, Any]) -> None:
    """Forget what nobody has touched for so long and was told of, then tell of what comes next."""
    with transaction():
        forget_publications()
    with transaction():
        forget_rows(_untouched(StagedResource.warned_at < now() - WARNED_BEFORE, days=KEPT))
    with transaction():
        soon = _untouched(StagedResource.warned_at.is_(None), days=KEPT - WARNED_BEFORE)
        for _person_id, mine in groupby(sorted(soon, key=lambda one: one.person_id), key=lambda one: one.person_id):
            _warn(list(mine))


def _untouched(condition: Any, *, days: timedelta) -> list[StagedResource]:
    query = select(StagedResource).where(condition, StagedResource.touched_at < now() - days)
    return list(db.session.scalars(query.options(joinedload(StagedResource.person), joinedload(StagedResource.space))))


def _warn(rows: list[StagedResource]) -> None:
    """Tell a person, in one mail, of the rows of those spaces in which they still write."""
    person: User = rows[0].person
    for row in rows:
        row.warned_at = now()
    spaces = {row.space_id: row.space for row in rows}
    links = {
        space_id: address("space_library.staging_page", slug=space.slug)
        for space_id, space in spaces.items()
        if person.disabled_at is None and can_add_resource(person, space)
    }
    mine = [row for row in rows if row.space_id in links]
    if mine:
        about = {"user": person, "number": len(mine), "links": list(links.values()), "until": now() + WARNED_BEFORE}
        subject = _l("Des fichiers attendent d'être complétés")
        send(person.email, subject, "staged", language=person.language, timezone=person.timezone, **about)
