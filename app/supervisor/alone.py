"""One command of the application on a prepared site: `./run worker`, `./run demo`."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from config import Settings, UnsafeSettingError

from .places import ROOT
from .prepare import child_environ, prepare


def main() -> NoReturn:
    """Bring the schema forward, then become `flask WORDS`. Exits with 1 when the site cannot be prepared."""
    try:
        settings = Settings.from_environ()
    except UnsafeSettingError as error:
        sys.exit(str(error))
    if not prepare(settings, demo=False):
        sys.exit("The site could not be prepared (see above).")
    words = [sys.executable, "-m", "flask", "--app", str(ROOT / "wsgi.py"), *sys.argv[1:]]
    os.execve(sys.executable, words, child_environ(settings))  # noqa: S606 - our own interpreter


if __name__ == "__main__":
    main()
