"""What invitations and the lives of guests write in the journal."""

from __future__ import annotations

from app.core.audit import describe
from app.core.i18n import lazy_gettext as _l

SENT, RESENT = "invitation.sent", "invitation.resent"

describe(
    {
        SENT: _l("Invitation envoyée"),
        RESENT: _l("Invitation renvoyée"),
        "invitation.cancelled": _l("Invitation annulée"),
        "invitation.accepted": _l("Invitation acceptée"),
        "user.became_member": _l("Invité devenu membre du réseau"),
    }
)
