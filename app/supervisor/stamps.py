"""What was set up from which sources, so that a second start does nothing twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path


def digest(paths: Iterable[Path], *also: str) -> str:
    """Return one hexadecimal digest of the files' names and contents, missing or not, and of `also`."""
    total = hashlib.sha256()
    for path in paths:
        total.update(path.name.encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b"missing")
    for word in also:
        total.update(word.encode() + b"\0")
    return total.hexdigest()


class Stamps:
    """A small JSON file: name of the step, digest of what it was made from."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def get(self, name: str) -> str:
        """Return the digest kept for `name`; empty when there is none or the file cannot be read."""
        return self._read().get(name, "")

    def keep(self, name: str, value: str) -> None:
        """Write `value` for `name`, whole or not at all."""
        stamps = self._read() | {name: value}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(f"{self.path.name}.new")
        draft.write_text(json.dumps(stamps, indent=1) + "\n", encoding="utf-8")
        draft.replace(self.path)

    def _read(self) -> dict[str, str]:
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
