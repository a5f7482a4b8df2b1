"""The rules in force, kept by each process and read again when they have changed."""

from __future__ import annotations

from typing import cast

from flask import current_app
from sqlalchemy import select

from app.extensions import db
from app.search.rules.compiled import Rules
from app.search.rules.models import SearchRule, rules_version
from app.search.sources import meanings


class RulesKeeper:
    """The rules as this process knows them, with the version they were read at."""

    def __init__(self) -> None:
        self._kept: tuple[int, Rules] | None = None

    def latest(self) -> Rules:
        """Return the rules in force: one statement, and as many as it takes to read them when they have changed."""
        version, kept = rules_version(), self._kept
        if kept is None or kept[0] != version:
            query = select(SearchRule.kind, SearchRule.said).where(SearchRule.removed_at.is_(None))
            rows = db.session.execute(query.order_by(SearchRule.id))
            kept = self._kept = (version, Rules.of(((row.kind, row.said) for row in rows), meanings()))
        return kept[1]


def rules() -> Rules:
    """Return the rules of the search in force."""
    return cast("RulesKeeper", current_app.extensions["search_rules"]).latest()
