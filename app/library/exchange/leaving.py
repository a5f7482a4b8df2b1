"""Resources as references that leave the library."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import current_app
from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from app.accounts.models import User
from app.core.text import slugify
from app.extensions import db
from app.library.exchange.references import Reference
from app.library.kinds import kind_of
from app.library.listing import Wanted, resources_named_to
from app.library.models import Resource

AT_ONCE = 200  # resources read in one statement while a list is sent


def reference_of(resource: Resource, n: int = 1) -> Reference:
    """Return a resource as a reference."""
    kind = kind_of(resource.kind)
    day = (resource.dated_on or "") if kind.asks("dated_on") else ""
    site = current_app.config["SETTINGS"].public_url
    return Reference(
        kind=kind,
        title=resource.title,
        summary=resource.summary,
        body=resource.body,
        source=resource.source if kind.asks("source") else "",
        date=day,
        lang=resource.lang,
        tags=[tag.name for tag in resource.tags],
        fields={one.name: value for one, value in kind.filled(resource.fields)},
        key=resource.public_id,
        link=f"{site}/ressources/{resource.public_id}-{slugify(resource.title)}",
        n=n,
    )


def leaving(person: User, wanted: Wanted) -> tuple[int, Iterator[Reference]]:
    """Return how many references a list holds for a person, and the references: what the list shows, in its order.

    Read as they are sent, some hundred at a time.
    """
    query: Select[Any] = resources_named_to(person, wanted)
    number = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    return number, _read(query)


def _read(query: Select[Any]) -> Iterator[Reference]:
    several = query.options(selectinload(Resource.tags)).execution_options(yield_per=AT_ONCE)
    for n, resource in enumerate(db.session.scalars(several), 1):
        yield reference_of(resource, n)
