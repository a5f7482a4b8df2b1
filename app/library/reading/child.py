"""The bounded child, run as a script by `bounded.py`: sets its own limits, then does one piece of work.

It must stay light (only the standard library above the work itself) and must not import the application: the
folder of this file is loaded as a package of its own.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

PACKAGE = "beffroi_reading"
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Read the order on standard input, bind this process, do the work."""
    order = json.loads(sys.stdin.buffer.read())
    bind(order["limits"])
    die_with_parent(order["parent"])
    load_package()
    work = importlib.import_module(f"{PACKAGE}.inside.work")
    work.perform(order["work"], order["request"], order["limits"], Path(order["folder"]))


def bind(limits: dict[str, Any]) -> None:
    """Lower the limits of this process; they cannot be raised again, nor by what it starts."""
    for what, bound in (
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_CPU, limits["cpu"]),
        (resource.RLIMIT_FSIZE, limits["output"]),
        (resource.RLIMIT_NOFILE, limits["open_files"]),
        (resource.RLIMIT_CORE, 0),
    ):
        # The first limit of CPU sends SIGXCPU, which tells why; the second, a second later, cannot be ignored.
        hard = bound + 1 if what == resource.RLIMIT_CPU else bound
        resource.setrlimit(what, (bound, hard))
    os.umask(0o077)


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when the one that started it dies (Linux; elsewhere limits suffice)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit(1)


def load_package() -> None:
    """Make the folder of this file importable under a name of its own, without touching the search path."""
    here = Path(__file__).parent
    spec = importlib.util.spec_from_file_location(PACKAGE, here / "__init__.py", submodule_search_locations=[str(here)])
    if spec is None or spec.loader is None:
        raise ImportError(PACKAGE)
    package = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = package
    spec.loader.exec_module(package)


if __name__ == "__main__":
    main()
