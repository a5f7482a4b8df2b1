"""Who may see and decide the requests of strangers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, false, true

from app.accounts.models import AccessRequest
from app.core.i18n import lazy_gettext as _l
from app.core.rules import Rule


def _answers_for(person: Any) -> int | None:
    """Return the organisation a person speaks for as its referent, None for the others."""
    return person.organisation_id if person.is_referent and person.is_member else None


def _test(person: Any, request: AccessRequest) -> bool:
    own = _answers_for(person)
    return bool(person.is_admin) or (own is not None and request.organisation_id == own)


def _clause(person: Any) -> ColumnElement[bool]:
    if person.is_admin:
        return true()
    own = _answers_for(person)
    return false() if own is None else AccessRequest.organisation_id == own


can_decide_request = Rule(
    "can_decide_request",
    _l("la personne administre le site, ou est référente de la collectivité reconnue à l'adresse du demandeur"),
    _test,
    _clause,
    otherwise=_l("la personne n'administre pas le site et n'est pas référente de cette collectivité"),
    title=_l("Répondre à une demande d'accès"),
    joined="or",
)
