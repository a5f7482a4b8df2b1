"""Where pages send what is being typed: one address for every form of the site."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, jsonify, request
from sqlalchemy.exc import IntegrityError

from app.core.access import before_anything_else, person, signed_in
from app.core.db import transaction
from app.core.drafts import drop_draft, keep_draft
from app.core.errors import DomainError
from app.core.i18n import format_time
from app.core.i18n import lazy_gettext as _l
from app.core.navigation import safe_next
from app.core.text import clean_text

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

LONGEST_KEY = 300
MOST_FIELDS = 60
NEVER_KEPT = {"csrf_token", "key"}

blueprint = Blueprint("drafts", __name__)


@blueprint.post("/brouillons")
@signed_in
@before_anything_else
def keep_draft_view() -> ResponseReturnValue:
    """Keep the fields of a form; ``key`` (in the address or among the fields) is the path the form posts to.

    Answers ``{"time": "10 h 42"}``. A form left empty forgets its draft. Raises DomainError for a key that is no path.
    """
    key = safe_next(request.values.get("key"))
    if key is None or len(key) > LONGEST_KEY:
        raise DomainError(_l("Ce brouillon n'appartient à aucun formulaire."))
    try:
        moment = _keep(key, typed_fields())
    except IntegrityError:  # the same form in two tabs made its first draft twice at once: the row is there now
        moment = _keep(key, typed_fields())
    return jsonify(time=format_time(moment) if moment else "")


def typed_fields() -> dict[str, str]:
    """Return the texts of the form being sent, without tokens and passwords."""
    pairs = list(request.form.items())[:MOST_FIELDS]
    return {
        clean_text(name)[:60]: clean_text(value)
        for name, value in pairs
        if name not in NEVER_KEPT and "password" not in name
    }


def _keep(key: str, fields: dict[str, str]) -> datetime | None:
    with transaction():
        if any(value.strip() for value in fields.values()):
            return keep_draft(person(), key, fields)
        drop_draft(person(), key)
        return None


def register(app: Flask) -> None:
    """Attach the address to an application."""
    app.register_blueprint(blueprint)
