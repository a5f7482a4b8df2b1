"""What happens to accounts, announced to the features that care."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AddressChanged:
    """A person has another address; the ``former`` one is theirs no more, and whoever reads it now may be another."""

    user_id: int
    former: str
