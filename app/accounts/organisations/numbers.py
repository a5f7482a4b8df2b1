"""Numbers as people write them."""

from __future__ import annotations

import math

LONGEST_NUMBER = 20


def whole_number(text: str) -> int:
    """Return a number written with or without spaces between its thousands. Raises ValueError."""
    bare = "".join(text.split()).replace(".", "").replace("'", "").replace("’", "")
    if not bare.isascii() or not bare.isdigit() or len(bare) > LONGEST_NUMBER:
        raise ValueError(text)
    return int(bare)


def decimal_number(text: str) -> float:
    """Return a number written with a comma or a point. Raises ValueError."""
    number = float(text.strip().replace(",", ".")[:LONGEST_NUMBER])
    if not math.isfinite(number):
        raise ValueError(text)
    return number
