"""What the groups of the demo read first, found useful, keep at hand, and are asked to look at again."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.accounts.models import User
from app.core.db import transaction
from app.core.i18n import local
from app.demo.content import FOLDER, typographic
from app.extensions import db
from app.library.marks import Kept, Useful, mark
from app.library.models import Resource
from app.library.reading_lists.models import ReadingList
from app.library.reading_lists.operations import add_to_list, make_list, pin
from app.library.validity import set_review_day
from app.spaces.models import Space

#: One of the network's people by their key, and one of its resources by its slug.
Who = Callable[[str], User]
What = Callable[[str], Resource]


def load_reading(who: Who, ids: Mapping[str, str], start: datetime) -> None:
    """Make the lists, pins and marks, once: a list that is there says that all of it was made."""
    said: dict[str, list[dict[str, Any]]] = tomllib.loads(typographic((FOLDER / "reading.toml").read_text("utf-8")))
    with transaction():
        if db.session.scalar(select(ReadingList.id).limit(1)) is not None:
            return
        found = {one.public_id: one for one in db.session.scalars(select(Resource))}
        _write(said, who, lambda slug: found[ids[slug]], start)


def _write(said: dict[str, list[dict[str, Any]]], who: Who, what: What, start: datetime) -> None:
    spaces = {one.slug: one for one in db.session.scalars(select(Space))}
    for one in said["list"]:
        reading = make_list(who(one["by"]), spaces[one["space"]], one["title"], one["intro"])
        reading.created_at = start - timedelta(days=one["days"])
        for entry in one["entry"]:
            add_to_list(who(one["by"]), reading, what(entry["resource"]), entry["words"])
    for one in said["pin"]:
        pin(who(one["by"]), spaces[one["space"]], what(one["resource"]), on=True)
    for name, kind in (("useful", Useful), ("kept", Kept)):
        for one in said[name]:
            for key in one["by"]:
                mark(who(key), what(one["resource"]), kind, on=True)
    for one in said["due"]:
        day = local(start - timedelta(days=one["days"])).date()
        set_review_day(who(one["by"]), what(one["resource"]), day)
