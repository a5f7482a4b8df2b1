"""How much place the files of a space may take: the site's setting, or the space's own value."""

from __future__ import annotations

import re

from flask import current_app

from app.accounts.models import User
from app.core.audit import record
from app.core.db import lock
from app.core.errors import DomainError, RefusedError
from app.core.i18n import lazy_gettext as _l
from app.core.slots import collect
from app.spaces.models import Space
from app.spaces.permissions import can_run_space
from config import MEBIBYTE

#: A space of its own without a limit, beside None: what the setting says.
UNLIMITED = 0
#: From this share of the place on, those who run the space are told.
NEARLY_FULL = 0.9
LARGEST = 2**50
_SIZE = re.compile(r"(\d{1,9}(?:[.,]\d{1,3})?)\s*([kmgt]?)[io]?[bo]?", re.IGNORECASE)
_UNITS = {"": 1, "k": 1024, "m": MEBIBYTE, "g": 1024 * MEBIBYTE, "t": MEBIBYTE * MEBIBYTE}
#: What a command or a form may say instead of a size.
WORDS = {"default": None, "none": UNLIMITED}


def quota_of(space: Space) -> int | None:
    """Return the place the files of a space may take in bytes, None without a limit."""
    return limit_of(space.quota)


def limit_of(own: int | None) -> int | None:
    """Return the limit that a space's own value means, None without a limit."""
    usual = current_app.config["SETTINGS"].space_quota_mb * MEBIBYTE
    return (usual if own is None else own) or None


def stored_in(space: Space) -> int:
    """Return the bytes of all the files a space holds, equal ones counted once."""
    return sum(collect("space.stored", space))


def set_quota(space: Space, quota: int | None, *, by: User | None = None) -> None:
    """Give a space its own limit in bytes, ``UNLIMITED``, or None for the setting's. Call inside ``transaction()``.

    What the space holds already stays, even beyond it. Raises RefusedError for anybody but an administrator who runs
    the space; ``by`` is None for a command.
    """
    lock(space)
    if by is not None and not (can_run_space(by, space) and by.is_admin):
        raise RefusedError
    if space.quota == quota:
        return
    before, space.quota = space.quota, quota
    space.nearly_full_at = None
    record("space.quota_changed", by, space, size=quota, size_before=before)


def size_in(text: str) -> int | None:
    """Return the bytes that « 5 Go », « 500M », « default » or « none » says (1 Go = 1024 Mo). Raises DomainError."""
    word = text.strip().casefold()
    if word in WORDS:
        return WORDS[word]
    found = _SIZE.fullmatch(word)
    size = round(float(found[1].replace(",", ".")) * _UNITS[found[2]]) if found else 0
    if not 0 < size <= LARGEST:
        raise DomainError(_l("Écrivez une taille, comme « 500 Mo » ou « 5 Go »."))
    return size


def is_nearly_full(used: int, quota: int | None) -> bool:
    """Tell whether so little place remains that those who run the space must know."""
    return quota is not None and used >= NEARLY_FULL * quota
