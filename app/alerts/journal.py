"""What saved searches write in the journal: what is shared to a space; one's own are nobody else's business."""

from __future__ import annotations

from app.core.audit import describe
from app.core.i18n import lazy_gettext as _l

describe(
    {
        "search.shared": _l("Recherche partagée dans un espace"),
        "search.unshared": _l("Recherche retirée d'un espace"),
    }
)
