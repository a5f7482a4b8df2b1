"""Signs of life of the workers of an instance: a file each, under a lock that the kernel lets go when they die."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = "workers"
log = logging.getLogger("beffroi.worker")


@contextmanager
def life_sign(instance: Path, name: str) -> Iterator[None]:
    """Show that the worker of this name lives, until the block ends or its process dies in whatever way.

    Where no file can be written (a full disk), the worker works all the same; its leases then end by their time.
    """
    folder, descriptor = instance / FOLDER, None
    draft, sign = folder / f".{name}", folder / name
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(draft, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        draft.replace(sign)  # locked before it has its name, so that nobody takes a newborn for dead
    except OSError:
        log.warning("no sign of life can be left in %s", folder, exc_info=True)
    try:
        yield
    finally:
        sign.unlink(missing_ok=True)
        if descriptor is not None:
            os.close(descriptor)


def the_dead(instance: Path) -> list[str]:
    """Return the names of workers of this instance that died without a word."""
    folder = instance / FOLDER
    names = sorted(path.name for path in folder.glob("[!.]*")) if folder.is_dir() else []
    return [name for name in names if _is_free(folder / name)]


def bury(instance: Path, name: str) -> None:
    """Forget a dead worker, once what it held has been taken back."""
    (instance / FOLDER / name).unlink(missing_ok=True)


def _is_free(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True
