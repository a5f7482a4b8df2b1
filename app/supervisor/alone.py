"""One command of the application on a prepared site: `./run worker`, `./run demo`, `./run flask …`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from config import Settings, UnsafeSettingError

from .places import ROOT
from .prepare import child_environ, prepare
from .prepared import embedded_database

# These look after the schema themselves, or need none.
APART = {"db", "routes", "shell", "--help", "--version"}


def main() -> NoReturn:
    """Bring the schema forward, then become `flask WORDS`. Exits with 1 when the site cannot be prepared.

    With `--only-if-new` as first word, only a database that is not there yet is prepared: commands stay quick.
    """
    words = sys.argv[1:]
    only_if_new = words[:1] == ["--only-if-new"]
    words = words[1:] if only_if_new else words
    try:
        settings = Settings.from_environ()
    except UnsafeSettingError as error:
        sys.exit(str(error))
    if not (only_if_new and _needs_nothing(settings, words)) and not prepare(settings, demo=False):
        sys.exit("The site could not be prepared (see above).")
    flask = [sys.executable, "-m", "flask", "--app", str(ROOT / "wsgi.py"), *words]
    os.execve(sys.executable, flask, child_environ(settings))  # noqa: S606 - our own interpreter


def _needs_nothing(settings: Settings, words: Sequence[str]) -> bool:
    """Whether the command may run as things stand: it needs no schema, or the embedded database is there."""
    if not words or words[0] in APART or "--help" in words:
        return True
    database = embedded_database(settings)
    return database is not None and database.exists()


if __name__ == "__main__":
    main()
