"""All permissions on one page that the network's staff can read: written by the rules themselves."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from flask import current_app
from flask_babel.speaklater import LazyString

from app.core.access import Access, declared_access
from app.core.i18n import lazy_gettext as _l
from app.core.rules import Rule

#: What each feature's rules are about, lowest feature first: a rule belongs to the lowest one that holds it.
SUBJECTS: dict[str, LazyString] = {
    "spaces": _l("Les espaces, et qui s'y voit"),
    "library": _l("Les ressources"),
    "discussions": _l("Les discussions"),
    "accounts": _l("L'entrée dans le réseau"),
    "directory": _l("L'annuaire"),
}
OTHERS = _l("Le reste")


@dataclass(frozen=True)
class Address:
    """An address of the site and how it is asked."""

    path: str
    methods: str


@dataclass(frozen=True)
class Condition:
    """What must hold: a sentence, or several of which all (``and``) or one (``or``) must hold."""

    sentence: str
    joined: str = ""
    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Permission:
    """An act, when it is allowed, and what forbids it whoever asks; ``condition`` is None when it always is else."""

    title: str
    condition: Condition | None
    never: tuple[str, ...]


def permission_of(rule: Rule) -> Permission:
    """Return a rule as it is told: what of it looks at the thing alone is said apart, as what forbids."""
    made = rule.behind or rule
    asked = made.joined_by("and")
    never = tuple(str(one.denied()) for one in asked if one.of_thing)
    rest = tuple(condition_of(one) for one in asked if not one.of_thing)
    condition = rest[0] if len(rest) == 1 else Condition("", "and", rest)
    return Permission(str(rule.title), condition if rest else None, never)


def condition_of(rule: Rule) -> Condition:
    """Return what a rule asks for, opened as far as the rules that have a name."""
    if not rule.parts:
        return Condition(str(rule.sentence))
    return Condition("", rule.joined, tuple(condition_of(one) for one in rule.parts))


def permissions_by_subject() -> list[tuple[str, list[Permission]]]:
    """Return every rule that allows an act, once, by what it is about, in the order of the code."""
    known: set[str] = set()
    groups: list[tuple[str, list[Permission]]] = []
    for feature in (*SUBJECTS, ""):
        found = {str(rule.title): rule for rule in _titled_rules(feature) if str(rule.title) not in known}
        known |= set(found)
        if found:
            groups.append((str(SUBJECTS.get(feature, OTHERS)), [permission_of(rule) for rule in found.values()]))
    return groups


def _titled_rules(feature: str) -> Iterator[Rule]:
    """Yield the rules with a title that the modules of a feature hold, those of its permissions first."""
    start = f"app.{feature}." if feature else "app."
    modules = [name for name in sys.modules if name.startswith(start)]
    for name in sorted(modules, key=lambda name: (not name.endswith(".permissions"), name.count("."), name)):
        for key, rule in vars(sys.modules[name]).items():
            if isinstance(rule, Rule) and rule.title is not None and not key.startswith("_"):
                yield rule


def addresses_by_access() -> list[tuple[Access, list[Address]]]:
    """Return the declarations of access, each with the addresses it opens."""
    groups: dict[str, tuple[Access, set[Address]]] = {}
    for rule in current_app.url_map.iter_rules():
        access = declared_access(current_app.view_functions[rule.endpoint])
        if access is not None:
            methods = ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
            groups.setdefault(access.name, (access, set()))[1].add(Address(rule.rule, methods))
    gathered = sorted(groups.values(), key=lambda group: str(group[0].sentence))
    return [(access, sorted(found, key=lambda one: (one.path, one.methods))) for access, found in gathered]
