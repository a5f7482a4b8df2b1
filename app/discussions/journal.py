"""What discussions write in the journal."""

from __future__ import annotations

from app.core.audit import describe
from app.core.i18n import lazy_gettext as _l

describe(
    {
        "thread.moved": _l("Discussion déplacée dans un autre espace"),
        "post.hidden": _l("Message masqué"),
        "post.removed": _l("Message supprimé"),
    }
)
