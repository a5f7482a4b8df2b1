"""What the directory writes in the journal."""

from __future__ import annotations

from app.core.audit import describe
from app.core.i18n import lazy_gettext as _l

describe(
    {
        "profile.changed": _l("Profil modifié"),
        "profile.directory_answered": _l("Présence dans l'annuaire choisie"),
        "profile.photo_changed": _l("Photo de profil changée"),
        "profile.photo_removed": _l("Photo de profil retirée"),
    }
)
