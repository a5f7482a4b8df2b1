"""One way to cut a long list into pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request
from sqlalchemy import Select, func, select

from app.extensions import db

Item = TypeVar("Item")
LARGEST_PAGE_NUMBER = 100_000


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page of a list: its items, its number from 1, the number of pages and of items in all."""

    items: Sequence[Item]
    number: int
    per_page: int
    total: int

    @property
    def pages(self) -> int:
        """Number of pages, at least 1."""
        return max(1, -(-self.total // self.per_page))

    @property
    def has_previous(self) -> bool:
        """Whether a page comes before."""
        return self.number > 1

    @property
    def has_next(self) -> bool:
        """Whether a page comes after."""
        return self.number < self.pages

    def around(self, reach: int = 2) -> list[int | None]:
        """Return the page numbers to show: first, those near, last; None stands for a gap."""
        wanted = {1, self.pages} | set(range(self.number - reach, self.number + reach + 1))
        shown: list[int | None] = []
        for number in sorted(n for n in wanted if 1 <= n <= self.pages):
            if shown and shown[-1] is not None and number - shown[-1] > 1:
                shown.append(None)
            shown.append(number)
        return shown


def page_number(argument: str = "page") -> int:
    """Return the page number asked for in the address; anything unreadable is page 1, huge ones are bounded."""
    raw = request.args.get(argument, "1")
    if not raw.isascii() or not raw.isdigit() or len(raw) > len(str(LARGEST_PAGE_NUMBER)):
        return 1
    return min(max(1, int(raw)), LARGEST_PAGE_NUMBER)


def paginate(query: Select[Any], number: int, per_page: int, *, unique: bool = False) -> Page[Any]:
    """Return one page of a query of one entity, in two statements. A number too high gives the last page."""
    narrow = query.with_only_columns(query.selected_columns[0])
    total = db.session.scalar(select(func.count()).select_from(narrow.order_by(None).subquery())) or 0
    last = max(1, -(-total // per_page))
    number = min(number, last)
    rows = db.session.scalars(query.limit(per_page).offset((number - 1) * per_page))
    return Page((rows.unique() if unique else rows).all(), number, per_page, total)
