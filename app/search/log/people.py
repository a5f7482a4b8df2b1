"""The names of people with an account, so that a search for one of them is not noted."""

from __future__ import annotations

import time

from sqlalchemy import select

from app.accounts.models import User
from app.core.db import sort_key
from app.extensions import db

ASKED_AGAIN_SECONDS = 600.0
SHORTEST = 3


class PeopleKnown:
    """The names as this process read them within ten minutes."""

    def __init__(self) -> None:
        self._at = float("-inf")
        self._names: list[frozenset[str]] = []
        self._last: frozenset[str] = frozenset()

    def named_in(self, words: str) -> bool:
        """Tell whether words hold two parts of one person's name, or are nothing but somebody's last name."""
        if time.monotonic() - self._at > ASKED_AGAIN_SECONDS:
            self._read()
        asked = {word for word in sort_key(words).split() if len(word) >= SHORTEST}
        return (len(asked) == 1 and asked <= self._last) or any(len(asked & name) > 1 for name in self._names)

    def _read(self) -> None:
        names = [sort_key(name).split() for name in db.session.scalars(select(User.name))]
        self._names = [frozenset(word for word in name if len(word) >= SHORTEST) for name in names]
        self._last = frozenset(name[-1] for name in names if len(name) > 1)
        self._at = time.monotonic()
