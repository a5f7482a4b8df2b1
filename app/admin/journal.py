"""What the administration writes in the journal."""

from __future__ import annotations

from app.core.audit import describe
from app.core.i18n import lazy_gettext as _l

describe(
    {
        "access.looked": _l("Consultation de qui lit une chose d'un espace fermé"),
        "people.exported": _l("Liste des personnes exportée"),
    }
)
