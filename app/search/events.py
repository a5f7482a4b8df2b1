"""What happens in search, told to whoever listens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class IndexChanged:
    """The index has taken in what changed: something may be found that was not. Sent by the work that indexes."""

    at: datetime
