"""The folders of the index: each rebuild makes a new one, a small file names the one in use, an atomic rename swaps."""

import json
import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.search.analysis import ANALYSER_VERSION
from app.search.engine import IndexUnavailableError

_CURRENT = "current.json"


@dataclass(frozen=True)
class Generations:
    """The index folders under one root, of one `format`: its name and version, that of the engine which writes them.

    Engines share a root: what another one wrote is an index of another version.
    """

    root: Path
    format: str
    schema: int

    @property
    def versions(self) -> dict[str, object]:
        """What an index must have been written with to be read."""
        return {"analyser": ANALYSER_VERSION, "schema": self.schema, "format": self.format}

    def current(self) -> Path:
        """Give the folder in use. Raises IndexUnavailableError when there is none or another version wrote it."""
        try:
            named = json.loads((self.root / _CURRENT).read_text("utf-8"))
            folder = self.root / str(named.pop("folder"))
        except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
            raise IndexUnavailableError("no index yet") from error
        if named != self.versions:
            raise IndexUnavailableError(f"index of another version: {named}")
        if folder.parent != self.root or not folder.is_dir():
            raise IndexUnavailableError("the folder of the index is missing")
        return folder

    @property
    def made_with(self) -> str:
        """The same as one text."""
        return json.dumps(self.versions, sort_keys=True)

    def new(self) -> Path:
        """Make an empty folder for a new index."""
        folder = self.root / f"g-{secrets.token_hex(6)}"
        folder.mkdir(mode=0o700, parents=True)
        return folder

    def named(self, name: str) -> Path:
        """Give the folder of a name. Raises IndexUnavailableError when there is none."""
        folder = self.root / name
        if not name.startswith("g-") or folder.parent != self.root or not folder.is_dir():
            raise IndexUnavailableError(f"no folder {name!r} of an index")
        return folder

    def drop(self, name: str) -> None:
        """Remove a folder, or what is left of it."""
        with suppress(IndexUnavailableError):
            shutil.rmtree(self.named(name), ignore_errors=True)

    def use(self, folder: Path) -> None:
        """Make a folder the one in use, at once and for every process.

        The one used before stays until the next time, for those who are just reading it.
        """
        before = self.name_in_use()
        _sync(folder)
        _write_whole(self.root / _CURRENT, json.dumps({"folder": folder.name, **self.versions}))
        kept = {folder.name, before}
        for old in self.root.glob("g-*"):
            if old.name not in kept:
                shutil.rmtree(old, ignore_errors=True)

    def name_in_use(self) -> str:
        """Give the name of the folder in use; nothing when there is none."""
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
