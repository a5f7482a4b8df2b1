"""How details of the journal are told: small words that features share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask_babel.speaklater import LazyString

from app.core.i18n import format_datetime
from app.core.i18n import gettext as _

PAIR = 2
Teller = Callable[[Any], str]


def choice(label: LazyString, words: Mapping[str, LazyString] | None = None) -> Teller:
    """Tell a setting: « rôle : animateur », or « rôle : de membre à animateur » for a pair (before, after)."""

    def word(value: Any) -> str:
        return str((words or {}).get(str(value), value if value not in (None, "") else "–"))

    def told(value: Any) -> str:
        if isinstance(value, list) and len(value) == PAIR:
            return _("%(label)s : de « %(old)s » à « %(new)s »", label=label, old=word(value[0]), new=word(value[1]))
        return _("%(label)s : %(value)s", label=label, value=word(value))

    return told


def moment(label: LazyString) -> Teller:
    """Tell a moment kept in ISO 8601."""

    def told(value: Any) -> str:
        return _("%(label)s : %(value)s", label=label, value=format_datetime(datetime.fromisoformat(str(value))))

    return told


def flag(when_true: LazyString) -> Teller:
    """Tell something that is so; nothing when it is not."""
    return lambda value: str(when_true) if value is True else ""


def listed(label: LazyString, words: Mapping[str, LazyString]) -> Teller:
    """Tell the names of what changed; a name without words is left out."""

    def told(value: Any) -> str:
        known = [str(words[name]) for name in value if name in words]
        return _("%(label)s : %(value)s", label=label, value=", ".join(known)) if known else ""

    return told
