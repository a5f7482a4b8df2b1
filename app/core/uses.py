"""Where a thing is used: what each feature tells through the slot ``resource.uses``, for one reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Use:
    """One place where a thing is used, that the reader may open; ``meta`` is a short fact beside it."""

    title: str
    url: str
    meta: str = ""


@dataclass(frozen=True)
class UseGroup:
    """The places of one sort, under its name; only those the reader may see, so that their number tells no more."""

    title: str
    uses: Sequence[Use]
