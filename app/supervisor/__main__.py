"""The words of `./run`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from . import environment, pages
from .environment import SITE, WORKSHOP, PackageList, SetupError
from .locks import held
from .places import PYTHON, ROOT

HELP = """\
./run                    set up what is missing, then serve the site (settings: BEFFROI_*, see docs)
./run test               style, types, arrows, all tests; --quick: one case each, none slow, SQLite alone;
                         --install: also install Chromium where it is missing; the rest goes to pytest
./run lint               style, types and arrows only
./run demo               load the demo network on purpose; accounts: who may sign in
./run worker             a worker alone, for a machine that serves no pages
./run bench              measure the site (--json FILE)
./run flask WORDS        any command of the application, e.g. ./run flask users list
./run setup              set up only, and try again at once what could not be fetched
./run help               this
"""

Words = Sequence[str]


def main() -> None:
    """Do what the words after `./run` say; set up first. Exits with the code of what was run."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    word, *rest = sys.argv[1:] or ["serve"]
    if word in {"help", "-h", "--help"}:
        print(HELP, end="")
        return
    deed = DEEDS.get(word)
    if deed is None:
        sys.exit(f"./run knows no {word!r}.\n\n{HELP}")
    try:
        deed(rest)
    except SetupError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


def set_up(*lists: PackageList, insist: bool = False) -> None:
    """Set up what is missing, one start at a time; a set-up that is whole takes no lock."""
    if not insist and environment.has_packages(*lists) and pages.are_ready():
        return
    with held(environment.SETUP_LOCK, environment.waiting):
        environment.install(*lists)
        pages.make_ready(insist=insist)


def become(module: str, *words: str) -> NoReturn:
    """Replace this process by a module run by the environment's Python.

    Our own modules keep the path they were found on; others get the project's folder only.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    environ = dict(os.environ)
    if not module.startswith("supervisor."):
        environ["PYTHONPATH"] = str(ROOT)
    sys.stdout.flush()
    os.execve(PYTHON, [str(PYTHON), "-m", module, *words], environ)  # noqa: S606 - our own interpreter


def serve(_rest: Words) -> None:
    """`./run`, `./run serve`."""
    set_up(SITE)
    become("supervisor.serve")


def setup(_rest: Words) -> None:
    """`./run setup`."""
    set_up(SITE, insist=True)


def test(rest: Words) -> None:
    """`./run test`."""
    set_up(SITE, WORKSHOP)
    become("supervisor.checks", "test", *rest)


def lint(rest: Words) -> None:
    """`./run lint`."""
    set_up(SITE, WORKSHOP)
    become("supervisor.checks", "lint", *rest)


def flask(rest: Words) -> None:
    """`./run flask …`: from the person's own folder, since words may be paths."""
    set_up(SITE)
    become("supervisor.alone", "--only-if-new", *rest)


def worker(rest: Words) -> None:
    """`./run worker`."""
    set_up(SITE)
    become("supervisor.alone", "jobs", "work", *rest)


def demo(rest: Words) -> None:
    """`./run demo`."""
    set_up(SITE)
    words = rest if rest and not rest[0].startswith("-") else ["load", *rest]
    become("supervisor.alone", "demo", *words)


def bench(rest: Words) -> None:
    """`./run bench`."""
    set_up(SITE)
    become("benchmarks", *rest)


DEEDS: dict[str, Callable[[Words], None]] = {
    "serve": serve,
    "setup": setup,
    "test": test,
    "lint": lint,
    "flask": flask,
    "worker": worker,
    "demo": demo,
    "bench": bench,
}

if __name__ == "__main__":
    main()
