"""What « ET », « OU » and brackets ask for: groups of items, of each of which one must be met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from app.search.query.asked import Form, Item

DEEPEST = 8
MOST_GROUPS = 64


class Sign(StrEnum):
    """What stands between the items."""

    OR = "or"
    AND = "and"
    OPEN = "("
    CLOSE = ")"


Token = Item | Sign
Group = tuple[Item, ...]


@dataclass(frozen=True)
class Needs:
    """The groups of what must be met.

    `lame`: an operator lacks a side; `unbalanced`: brackets that matter do not pair.
    """

    groups: tuple[Group, ...] = ()
    lame: bool = False
    unbalanced: bool = False


def needs_of(tokens: Sequence[Token]) -> Needs:
    """Read the tokens of a query. « ET » anywhere makes every word one that must be met; else only phrases are."""
    reader = _Reader(tokens, strict=Sign.AND in tokens)
    found = reader.alternatives(0)
    while reader.at < len(tokens):  # closing brackets that nothing opened
        reader.unbalanced = True
        reader.at += 1
        more = reader.alternatives(0)
        found = _Found(found.groups + more.groups, found.items + more.items)
    matters = Sign.AND in tokens or Sign.OR in tokens
    return Needs(found.groups, reader.lame, matters and reader.unbalanced)


@dataclass(frozen=True)
class _Found:
    groups: tuple[Group, ...] = ()
    items: Group = ()


@dataclass
class _Reader:
    """Goes through the tokens once: alternatives joined by « OU », sides joined by « ET », items beside each other."""

    tokens: Sequence[Token]
    strict: bool
    at: int = 0
    lame: bool = False
    unbalanced: bool = False

    def alternatives(self, depth: int) -> _Found:
        """Read up to the end or to a closing bracket."""
        sides = [self._together(depth)]
        while self._next() is Sign.OR:
            self.at += 1
            sides.append(self._together(depth))
        said = [side for side in sides if side.items]
        self.lame |= len(said) < len(sides) > 1
        return _either(said)

    def _together(self, depth: int) -> _Found:
        groups: list[Group] = []
        items: list[Item] = []
        side_is_empty, joined = True, False
        while (token := self._next()) not in {None, Sign.OR, Sign.CLOSE}:
            self.at += 1
            if token is Sign.AND:
                self.lame |= side_is_empty
                side_is_empty = joined = True
                continue
            found = self._bracket(depth) if token is Sign.OPEN else self._single(token)
            groups += found.groups
            items += found.items
            side_is_empty &= not found.items
        self.lame |= joined and side_is_empty
        return _Found(tuple(groups), tuple(items))

    def _bracket(self, depth: int) -> _Found:
        if depth >= DEEPEST:
            self.unbalanced = True
            return _Found()
        found = self.alternatives(depth + 1)
        if self._next() is Sign.CLOSE:
            self.at += 1
        else:
            self.unbalanced = True
        return found

    def _single(self, token: object) -> _Found:
        if not isinstance(token, Item):
            return _Found()
        needed = self.strict or token.form is Form.PHRASE
        return _Found(((token,),) if needed else (), (token,))

    def _next(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None


def _either(sides: Sequence[_Found]) -> _Found:
    """Ask for one of several sides: one group for each way to choose a group of every side."""
    items = tuple(item for side in sides for item in side.items)
    if not any(side.groups for side in sides):
        return _Found((), items)
    choices = [side.groups or (side.items,) for side in sides]
    many = 1
    for groups in choices:
        many *= len(groups)
    if many > MOST_GROUPS:
        return _Found((tuple(dict.fromkeys(items)),), items)
    groups = tuple(tuple(dict.fromkeys(item for group in way for item in group)) for way in product(*choices))
    return _Found(tuple(dict.fromkeys(groups)), items)
