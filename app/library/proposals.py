"""What files say of themselves, proposed to the person who brought them: never believed, always shown as proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.library.fields_form import text_of
from app.library.forms import ResourceForm
from app.library.kinds import UnreadableError
from app.library.lines import may_be_told
from app.library.models import ReceivedFile


@dataclass(frozen=True)
class Proposal:
    """What a file proposes for a field; ``is_taken``: it stands in the field now."""

    name: str
    value: str
    file: str
    is_taken: bool


def propose(form: ResourceForm, waiting: Sequence[ReceivedFile], taken: str = "") -> dict[str, Proposal]:
    """Fill what nobody has typed from what the files say, and return what they propose, by field.

    ``taken`` names a field whose proposal the person takes in place of what they had typed.
    """
    found: dict[str, Proposal] = {}
    for received in waiting:
        for name, value in _said(form, received).items():
            if name in found:
                continue
            if name == taken or not text_of(form[name]).strip():
                form[name].data = value
            found[name] = Proposal(name, value, received.name, text_of(form[name]) == value)
    return found


def _said(form: ResourceForm, received: ReceivedFile) -> dict[str, str]:
    """Return what one file says, by field of the form: as much as its fields can read."""
    said: dict[str, Any] = dict(received.blob.proposed) if may_be_told(received) else {}
    stem = received.name.rpartition(".")[0].replace("_", " ").replace("-", " ").strip()
    said["title"] = said.get("title") or stem
    types = {one.name: one.type for one in form.of_kind.fields}
    values = {}
    for field in form:
        value = str(said.get((field.render_kw or {}).get("data-proposal", "")) or "")
        if value and field.name in types:
            try:
                value = types[field.name].written(types[field.name].read(value))
            except UnreadableError:
                continue
        if value:
            values[field.name] = value
    return values
