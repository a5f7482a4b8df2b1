"""A rebuild from the command line: the only one at that moment, and taken over by others when it is killed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import Flask

from app.core.db import transaction
from app.core.leases import leases_held_by_others, release_lease, take_lease
from app.core.lives import life_sign
from app.core.worker import Worker

LEASE = "search-rebuild"
HELD_FOR = timedelta(minutes=30)


class AnotherAtWorkError(Exception):
    """The worker, or another command, is making the index anew."""


@contextmanager
def alone(app: Flask) -> Iterator[Callable[[], None]]:
    """Hold the lease of rebuilds; gives what says that one is still at work. Raises AnotherAtWorkError.

    What dead workers held is taken back first, and the kernel tells the others when this process dies.
    """
    name = f"{os.uname().nodename[:30]}-{os.getpid()}-{secrets.token_hex(3)}"
    owner = f"{name}-command"

    def go_on() -> None:
        with transaction():
            if not take_lease(LEASE, owner, HELD_FOR):
                raise AnotherAtWorkError

    with life_sign(app.config["SETTINGS"].instance, name):
        Worker(app).take_over()
        go_on()
        try:
            yield go_on
        finally:
            with transaction():
                release_lease(LEASE, owner)


def somebody_rebuilds() -> bool:
    """Tell whether a worker or a command holds the lease of rebuilds."""
    return LEASE in leases_held_by_others("")


def somebody_alive_rebuilds(app: Flask) -> bool:
    """Tell the same, once what dead workers held has been taken back."""
    Worker(app).take_over()
    return somebody_rebuilds()
