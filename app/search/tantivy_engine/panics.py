"""A broken index can make the library panic, which Python knows as no ordinary exception: here it becomes one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

_PANICS = "pyo3_runtime"


class PanicError(Exception):
    """The library gave up in the middle of a call."""


@contextmanager
def without_panic() -> Iterator[None]:
    """Turn a panic of the library into PanicError."""
    try:
        yield
    except BaseException as error:
        if type(error).__module__ != _PANICS:
            raise
        raise PanicError(str(error)) from error
