"""Writes docs/reference.md from the code: ``python docs/reference.py``. A test refuses a page that is behind."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import is_dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

from click import Group
from flask import Flask

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import app as package  # noqa: E402 - the project's folder must be on the path first
from app import create_app  # noqa: E402 - same
from app.core.access import declared_access  # noqa: E402 - same
from app.core.events import catalogue  # noqa: E402 - same
from app.core.jobs import KINDS  # noqa: E402 - same
from app.core.rules import Rule  # noqa: E402 - same
from app.core.slots import SLOTS  # noqa: E402 - same
from config import Settings  # noqa: E402 - same

PAGE = ROOT / "docs" / "reference.md"
HEAD = """# Reference

Written by `docs/reference.py` from the code; do not edit it by hand.
"""


def _table(title: str, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [f"## {title}", "", f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _sentence(thing: object) -> str:
    return (thing.__doc__ or "").strip().split("\n")[0]


def _is_ours(thing: object) -> bool:
    """Tell what the application declares from what tests add while they run."""
    return str(thing.__module__).startswith("app.")


def _views(app: Flask) -> list[tuple[str, ...]]:
    rows = []
    for rule in app.url_map.iter_rules():
        access = declared_access(app.view_functions[rule.endpoint])
        methods = ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        rows.append((f"`{rule.rule}`", methods, str(access.sentence) if access else "", f"`{rule.endpoint}`"))
    return sorted(rows)


def _declared(ending: str, kind: type) -> Iterator[tuple[str, Any]]:
    """Yield what the modules of a name hold of one kind, by the name it has there."""
    for module in walk_packages(package.__path__, "app."):
        if module.name.endswith(f".{ending}"):
            for name, value in vars(import_module(module.name)).items():
                if isinstance(value, kind):
                    yield name, value


def _rules() -> list[tuple[str, ...]]:
    return sorted(
        {(f"`{name}`", str(rule.sentence), str(rule.definition)) for name, rule in _declared("permissions", Rule)}
    )


def _commands(app: Flask) -> Iterator[tuple[str, ...]]:
    for name, group in sorted(app.cli.commands.items()):
        if isinstance(group, Group):
            for word, command in sorted(group.commands.items()):
                yield (f"`flask {name} {word}`", (command.help or "").split("\n")[0])


def _jobs() -> list[tuple[str, ...]]:
    return sorted(
        (f"`{kind.name}`", kind.queue, str(kind.every or "–"), _sentence(kind.handler))
        for kind in KINDS.values()
        if _is_ours(kind.handler)
    )


def _events() -> list[tuple[str, ...]]:
    heard = {kind: sum(map(_is_ours, listeners)) for kind, listeners in catalogue().items()}
    kinds = {kind for _name, kind in _declared("events", type) if is_dataclass(kind)}
    return sorted((f"`{kind.__name__}`", _sentence(kind), str(heard.get(kind, 0))) for kind in kinds)


def reference(app: Flask) -> str:
    """Return the whole page, its sentences in French."""
    with app.app_context():
        return _written(app)


def _written(app: Flask) -> str:
    return "\n".join(
        (
            HEAD,
            _table("Addresses", ("address", "methods", "who may call it", "view"), _views(app)),
            _table("Permissions", ("rule", "in words", "when"), _rules()),
            _table("Events", ("event", "when", "listeners"), _events()),
            _table("Jobs", ("job", "queue", "every", "what it does"), _jobs()),
            _table("Slots", ("slot", "what fills it"), sorted((f"`{name}`", text) for name, text in SLOTS.items())),
            _table("Commands", ("command", "what it does"), list(_commands(app))),
        )
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(reference(create_app(Settings(instance=Path(folder), demo="0"))))
