"""One clock for the whole application, so that tests can move it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def _system_clock() -> datetime:
    return datetime.now(UTC)


_clock: Clock = _system_clock


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return _clock()


def set_clock(clock: Clock | None) -> None:
    """Replace the clock (tests, replays); None puts the system's clock back."""
    global _clock  # noqa: PLW0603 - the clock is the one thing shared by everybody on purpose
    _clock = clock or _system_clock
