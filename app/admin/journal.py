"""What the administration writes in the journal."""

from __future__ import annotations

from app.core.audit import describe
from app.core.i18n import lazy_gettext as _l
from app.core.i18n import ngettext
from app.core.journal import tell

describe(
    {
        "access.looked": _l("Consultation de qui lit une chose d'un espace fermé"),
        "journal.exported": _l("Journal exporté"),
        "people.exported": _l("Liste des personnes exportée"),
    }
)

tell({"rows": lambda value: ngettext("%(num)s ligne", "%(num)s lignes", int(value))})
