"""What comes before the first request: the schema brought forward, the demo loaded into a new database.

It runs as a process of its own (`python -m app.supervisor.prepare`), under the instance's lock: of several
starts one does it and the others find it done, and no supervisor carries the application in its memory.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import signal
import subprocess
import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

from .children import leash
from .locks import held
from .places import PYTHON, ROOT
from .prepared import recall, remember

if TYPE_CHECKING:
    from flask import Flask

    from config import Settings

LOCK = "setup.lock"
# Stands in the instance folder until the demo is in: an interrupted load is taken up again.
UNFINISHED = "demo-unfinished"


def prepare(settings: Settings, *, demo: bool) -> bool:
    """Prepare the instance in a child process, one start at a time; return whether it went well.

    `demo`: load the demo when nobody has an account yet and the settings allow it; show them.
    """
    os.umask(0o077)
    settings.prepare_instance()
    greeting = recall(settings)
    if greeting is not None:
        print(greeting if demo else "", end="")
        return True
    python = str(PYTHON) if PYTHON.exists() else sys.executable
    command = [python, "-m", "app.supervisor.prepare"]
    if demo:
        command.append("--demo" if settings.demo_allowed else "--welcome")
    with held(settings.instance / LOCK, _waiting):
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=child_environ(settings),
            check=False,
            preexec_fn=leash(signal.SIGTERM),
        )
    return done.returncode == 0


def _waiting() -> None:
    print("  another start is preparing the site, waiting for it", file=sys.stderr, flush=True)


def child_environ(settings: Settings) -> dict[str, str]:
    """Return the environment of what runs the application from the project's folder."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return environ | {"BEFFROI_INSTANCE": str(settings.instance), "PYTHONUNBUFFERED": "1"}


def main() -> None:
    """Bring the schema forward; with `--demo`, load the demo into a new database and show its accounts."""
    parser = argparse.ArgumentParser(prog="prepare")
    parser.add_argument("--welcome", action="store_true", help="say how to make the first account")
    parser.add_argument("--demo", action="store_true", help="load and show the demo")
    wants = parser.parse_args()
    from wsgi import app  # not before the lock is held: the supervisor imports this module too

    with app.app_context():
        _bring_forward()
        _command(app, "library", "thesaurus", "start", "--if-new")
        if wants.demo:
            _see_to_demo(app)
        if wants.demo or wants.welcome:
            _greet(app)


def _greet(app: Flask) -> None:
    """Print who can sign in or how to make the first account; note it for the next start."""
    settings = app.config["SETTINGS"]
    if _nobody_lives_here(app):
        print("\n  Nobody has an account yet: ./run flask users create --admin --help")
        return
    greeting = _accounts(app) if settings.demo_allowed else ""
    print(greeting, end="")
    if not (settings.instance / UNFINISHED).exists():
        remember(settings, greeting)


def _bring_forward() -> None:
    from flask_migrate import upgrade  # only in the environment, see main()

    upgrade()


def _see_to_demo(app: Flask) -> None:
    """Load the demo where nobody lives yet, or finish an interrupted load."""
    unfinished = app.config["SETTINGS"].instance / UNFINISHED
    if _nobody_lives_here(app):
        unfinished.touch(mode=0o600)
    if unfinished.exists():
        print("  loading the demo network", file=sys.stderr, flush=True)
        if _command(app, "demo", "load"):
            print("  the demo could not be loaded (see above); the site starts without", file=sys.stderr)
        else:
            unfinished.unlink()


def _nobody_lives_here(app: Flask) -> bool:
    from sqlalchemy import select  # only in the environment, see main()

    database = app.extensions["sqlalchemy"]
    people = database.metadata.tables["user"]
    with database.engine.connect() as connection:
        return connection.execute(select(people.c.id).limit(1)).first() is None


def _accounts(app: Flask) -> str:
    """Return one demo account of each role as a small table, empty when there is no demo."""
    said = io.StringIO()
    with redirect_stdout(said):
        failed = _command(app, "demo", "accounts", "--json")
    try:
        accounts = [] if failed else json.loads(said.getvalue())
    except ValueError:
        accounts = []
    first_of_role: dict[str, dict[str, Any]] = {}
    for account in accounts:
        first_of_role.setdefault(account["role"], account)
    if not first_of_role:
        return ""
    width = max(len(account["email"]) for account in first_of_role.values())
    rows = (
        f"    {role:<16}{account['email']:<{width}}  {account.get('password') or ''}".rstrip()
        for role, account in first_of_role.items()
    )
    return "\n".join(["\n  Demo accounts (all of them: ./run flask demo accounts)\n", *rows, ""])


def _command(app: Flask, *words: str) -> int:
    """Run one of the application's commands in this process; return its exit code."""
    try:
        app.cli.main(list(words), prog_name="flask")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)


if __name__ == "__main__":
    main()
