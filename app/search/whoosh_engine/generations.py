"""The folders of the index: each rebuild makes a new one, a small file names the one in use, an atomic rename swaps."""

import json
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from app.search.analysis import ANALYSER_VERSION
from app.search.engine import IndexUnavailableError
from app.search.whoosh_engine.schema import SCHEMA_VERSION

_CURRENT = "current.json"
_VERSIONS = {"analyser": ANALYSER_VERSION, "schema": SCHEMA_VERSION, "format": "whoosh-2.7.4"}


@dataclass(frozen=True)
class Generations:
    """The index folders under one root."""

    root: Path

    def current(self) -> Path:
        """Give the folder in use. Raises IndexUnavailableError when there is none or another version wrote it."""
        try:
            named = json.loads((self.root / _CURRENT).read_text("utf-8"))
            folder = self.root / str(named.pop("folder"))
        except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
            raise IndexUnavailableError("no index yet") from error
        if named != _VERSIONS:
            raise IndexUnavailableError(f"index of another version: {named}")
        if folder.parent != self.root or not folder.is_dir():
            raise IndexUnavailableError("the folder of the index is missing")
        return folder

    def new(self) -> Path:
        """Make an empty folder for a new index."""
        folder = self.root / f"g-{secrets.token_hex(6)}"
        folder.mkdir(mode=0o700, parents=True)
        return folder

    def use(self, folder: Path) -> None:
        """Make a folder the one in use, at once and for every process.

        The one used before stays until the next time, for those who are just reading it.
        """
        before = self._named()
        _sync(folder)
        _write_whole(self.root / _CURRENT, json.dumps({"folder": folder.name, **_VERSIONS}))
        kept = {folder.name, before}
        for old in self.root.glob("g-*"):
            if old.name not in kept:
                shutil.rmtree(old, ignore_errors=True)

    def drop(self, folder: Path) -> None:
        """Remove a folder that will not be used after all."""
        shutil.rmtree(folder, ignore_errors=True)

    def _named(self) -> str:
        try:
            return self.current().name
        except IndexUnavailableError:
            return ""


def _sync(folder: Path) -> None:
    """Have the files of a new index on the disk before anything names it: Whoosh never asks for that."""
    for path in (*folder.iterdir(), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _write_whole(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
