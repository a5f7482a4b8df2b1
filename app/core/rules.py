"""Permissions that can be read aloud: one ``Rule`` answers for one thing and, as SQL, for a whole list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_

from app.core.errors import NotFoundError, RefusedError

Test = Callable[[Any, Any], bool]
Clause = Callable[[Any], ColumnElement[bool]]


@dataclass(frozen=True)
class Rule:
    """A named permission.

    ``test(person, thing)`` says whether one person may, for one thing; ``clause(person)`` is the same as an SQL
    condition over all things. Rules compose with ``&``, ``|`` and ``~``, and both answers compose together, so that a
    page, a list, a count and a search never disagree.
    """

    name: str
    sentence: str
    test: Test
    clause: Clause

    def __call__(self, person: Any, thing: Any) -> bool:
        """Tell whether this person may, for this thing."""
        return self.test(person, thing)

    def where(self, person: Any) -> ColumnElement[bool]:
        """Return the condition that keeps the things for which this person may."""
        return self.clause(person)

    def require(self, person: Any, thing: Any, *, hidden: bool = False) -> None:
        """Raise RefusedError (or NotFoundError when ``hidden``) unless this person may."""
        if not self(person, thing):
            if hidden:
                raise NotFoundError
            raise RefusedError

    def __and__(self, other: Rule) -> Rule:
        return Rule(
            f"{self.name} & {other.name}",
            f"{self.sentence} et {other.sentence}",
            lambda person, thing: self(person, thing) and other(person, thing),
            lambda person: and_(self.where(person), other.where(person)),
        )

    def __or__(self, other: Rule) -> Rule:
        return Rule(
            f"{self.name} | {other.name}",
            f"({self.sentence} ou {other.sentence})",
            lambda person, thing: self(person, thing) or other(person, thing),
            lambda person: or_(self.where(person), other.where(person)),
        )

    def __invert__(self) -> Rule:
        return Rule(
            f"not {self.name}",
            f"sauf si {self.sentence}",
            lambda person, thing: not self(person, thing),
            lambda person: not_(self.where(person)),
        )
