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
        "invitation.narrowed": _l("Espace retiré d'une invitation"),
        "invitation.accepted": _l("Invitation acceptée"),
        "guest.extended": _l("Accès d'un invité prolongé"),
        "guest.membership_asked": _l("Invité proposé comme membre du réseau"),
        "user.became_member": _l("Invité devenu membre du réseau"),
    }
)
