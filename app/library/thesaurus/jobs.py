"""The work behind the thesaurus: what carries a keyword that changed is indexed again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, union

from app.core.db import transaction
from app.core.jobs import job
from app.extensions import db
from app.library.models import Resource, resource_tag
from app.library.thesaurus.models import tag_refused
from app.library.thesaurus.writing import REINDEX
from app.search.operations import index_soon

AT_ONCE = 100  # resources asked for in one transaction, so that nobody waits behind a widespread keyword


@job(REINDEX, timeout=300)
def index_keywords(payload: dict[str, Any]) -> None:
    """Have the resources that carry some keywords indexed again; run twice, it changes nothing."""
    carried, taken_off = (
        select(one.c.resource_id).where(one.c.tag_id.in_(payload["tags"])) for one in (resource_tag, tag_refused)
    )
    touched = Resource.id.in_(union(carried, taken_off))
    ids = db.session.scalars(select(Resource.id).where(touched).order_by(Resource.id)).all()
    db.session.rollback()
    for start in range(0, len(ids), AT_ONCE):
        with transaction():
            for one in ids[start : start + AT_ONCE]:
                index_soon("resource", one)
