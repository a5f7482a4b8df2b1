"""The published places compiled once for all applications of the tests: each would spend some seconds on them."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from flask import Flask

from app.accounts.places.finding import FOLDER, compile_places
from config import ROOT

KEPT = ROOT / ".cache" / "places"


def lay_places(app: Flask) -> None:
    """Put the compiled places into the folder of an application; compile them first where these were not yet."""
    folder = Path(app.config["SETTINGS"].instance) / FOLDER
    KEPT.mkdir(parents=True, exist_ok=True)
    shutil.copytree(KEPT, folder, dirs_exist_ok=True)
    with app.app_context():
        compiled = compile_places()
    if not (KEPT / compiled.name).exists():
        _keep(compiled)


def _keep(compiled: Path) -> None:
    draft = KEPT / f".{compiled.name}.{os.getpid()}"
    shutil.copy(compiled, draft)
    for old in KEPT.glob("*.sqlite3"):
        with suppress(FileNotFoundError):
            old.unlink()
    draft.replace(KEPT / compiled.name)
