"""A supervisor of stub children, run as a real process by the tests: `python watched.py STOP_SECONDS COMMAND…`."""

from __future__ import annotations

import sys

from supervisor.children import Child, Patience
from supervisor.watch import Watch

QUICK = Patience(first=0.05, longest=0.2)


def main() -> None:
    """Watch one child for each Python program given as an argument."""
    seconds, *programs = sys.argv[1:]
    children = [
        Child(f"child{n}", [sys.executable, "-c", program], patience=QUICK)
        for n, program in enumerate(programs, start=1)
    ]
    Watch(children, stop_seconds=float(seconds)).run()


if __name__ == "__main__":
    main()
