"""The history of a resource in words: which fields changed, and what they said before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.accounts.models import User
from app.core.differences import Piece, pieces_of
from app.core.i18n import format_day_number, local
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.extensions import db
from app.library.forms import LANGUAGES, ResourceForm
from app.library.history import Change
from app.library.kinds import Field, kind_of
from app.library.kinds.moments import Moment
from app.library.models import Resource
from app.spaces.models import Space
from app.spaces.permissions import can_see_space

LABELS = {
    "audience": _l("Lisible par"),
    "state": _l("État"),
    "space_id": _l("Espace"),
    "files": _l("Fichiers"),
    "review_on": _l("À revoir le"),
    "verified_at": _l("Vérifiée le"),
}
STATES = {"draft": _l("brouillon"), "published": _l("publiée"), "archived": _l("archivée")}
AUDIENCES = {"space": _l("L'espace"), "network": _l("Tout le réseau")}


@dataclass(frozen=True)
class FieldDifference:
    """What one field said before and after, as one text in pieces."""

    label: str
    pieces: list[Piece]


def names_of(change: Change, resource: Resource) -> str:
    """Return what a change was about: « Titre, Résumé »."""
    if change.is_arrival:
        return _("Rangée dans cet espace")
    kinds = [change.after.get("kind", resource.kind), change.before.get("kind", resource.kind)]
    return ", ".join(dict.fromkeys(_label(name, kinds) for name in _told(change, kinds)))


def _told(change: Change, kinds: list[str]) -> list[str]:
    """Return what is told of a change: the day that another field gives goes without saying."""
    asks = any(kind_of(kind).asks("dated_on") for kind in kinds)
    return [name for name in change.names if name != "dated_on" or asks]


def differences_of(change: Change, reader: User) -> list[FieldDifference]:
    """Return what changed, field by field, as a person who keeps the resource reads it."""
    kinds = [str(change.after["kind"]), str(change.before["kind"])]
    return [
        FieldDifference(
            _label(name, kinds),
            pieces_of(_shown(name, change.before, kinds[1], reader), _shown(name, change.after, kinds[0], reader)),
        )
        for name in _told(change, kinds)
    ]


def _label(name: str, kinds: list[str]) -> str:
    if name in LABELS:
        return str(LABELS[name])
    known = _field(name, kinds)
    if known is not None:
        return known.name_on_page
    called = next((kind_of(kind).called[name] for kind in kinds if name in kind_of(kind).called), None)
    field = getattr(ResourceForm, name, None)
    return str(called or (field.args[0] if field is not None and field.args else name))


def _field(name: str, kinds: list[str]) -> Field | None:
    return next((one for kind in kinds for one in kind_of(kind).fields if one.name == name), None)


def _shown(name: str, state: Mapping[str, Any], kind: str, reader: User) -> str:
    own = _field(name, [kind])
    value = state.get("fields", {}).get(name) if name not in state else state.get(name)
    if value in (None, "", [], {}):
        return ""
    if own is not None and name not in state:
        return str(own.type.written(value) if own.main else own.type.shown(value))
    return _common(name, value, reader)


def _common(name: str, value: Any, reader: User) -> str:
    words = {
        "kind": lambda: str(kind_of(str(value)).label),
        "state": lambda: str(STATES.get(str(value), value)),
        "audience": lambda: str(AUDIENCES.get(str(value), value)),
        "lang": lambda: _("Plusieurs langues") if value == "mul" else LANGUAGES.get(str(value), str(value)),
        "files": lambda: _files(value),
        "space_id": lambda: _space(int(value), reader),
        "dated_on": lambda: Moment().shown(value),
        "review_on": lambda: format_day_number(date.fromisoformat(str(value))),
        "verified_at": lambda: format_day_number(local(datetime.fromisoformat(str(value))).date()),
    }
    if name in words:
        return words[name]()
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _files(files: list[dict[str, Any]]) -> str:
    """Return the files of a resource, one a line; which version where there was more than one."""
    again = _("version %(n)s")
    return "\n".join(f"{one['name']} ({again % {'n': one['n']}})" if one["n"] > 1 else one["name"] for one in files)


def _space(space_id: int, reader: User) -> str:
    space = db.session.get(Space, space_id)
    return space.name if space is not None and can_see_space(reader, space) else _("un autre espace")
