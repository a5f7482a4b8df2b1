"""All permissions on one page that the network's staff can read: written by the code itself."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from flask import current_app

from app.core.access import Access, declared_access
from app.core.rules import Rule


@dataclass(frozen=True)
class Address:
    """An address of the site and how it is asked."""

    path: str
    methods: str


def named_rules() -> list[Rule]:
    """Return every named rule of the features once: those made of others first, in the order of the code."""
    found: dict[int, Rule] = {}
    for name in sorted(module for module in sys.modules if module.startswith("app.")):
        for key, rule in vars(sys.modules[name]).items():
            if isinstance(rule, Rule) and not key.startswith("_"):
                found.setdefault(id(rule), rule)
    rules = list({str(rule.sentence): rule for rule in found.values()}.values())
    return sorted(rules, key=lambda rule: (rule.definition is None, str(rule.sentence)))


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
