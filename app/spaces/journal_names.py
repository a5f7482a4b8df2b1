"""How the journal names what spaces hold: a title only to who may read the thing."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask_babel.speaklater import LazyString
from sqlalchemy import select

from app.core.i18n import gettext as _
from app.core.journal import Namer
from app.core.rules import Rule
from app.extensions import db
from app.spaces.models import Space


def names_content(model: Any, rule: Rule, word: LazyString, *, home: bool = True) -> Namer:
    """Return how a kind of content is named: its title to who may read it, else a word; ``home``: with its space."""

    def namer(ids: Collection[int], reader: Any) -> dict[int, str]:
        homes = db.session.execute(
            select(model.id, Space.name).join(Space, Space.id == model.space_id).where(model.id.in_(ids))
        )
        readable = select(model.id, model.title).where(model.id.in_(ids), rule.where(reader)) if reader else None
        titles = {row.id: row.title for row in db.session.execute(readable)} if readable is not None else {}
        return {row.id: _named(titles.get(row.id), word, row.name if home else "") for row in homes}

    return namer


def _named(title: str | None, word: LazyString, space: str) -> str:
    if not space:
        return _("« %(title)s »", title=title) if title else str(word)
    if title:
        return _("« %(title)s », dans « %(space)s »", title=title, space=space)
    return _("%(word)s, dans « %(space)s »", word=word, space=space)
