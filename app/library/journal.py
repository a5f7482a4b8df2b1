"""What the library writes in the journal."""

from __future__ import annotations

from app.core.audit import describe
from app.core.i18n import lazy_gettext as _l

describe(
    {
        "resource.shared": _l("Ressource partagée"),
        "resource.edited": _l("Ressource modifiée"),
        "resource.file_removed": _l("Fichier retiré"),
        "resource.moved": _l("Ressource déplacée dans un autre espace"),
        "resource.removed": _l("Ressource mise à la corbeille"),
        "resource.restored": _l("Ressource sortie de la corbeille"),
    }
)
