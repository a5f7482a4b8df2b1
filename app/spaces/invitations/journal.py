"""What invitations and the lives of guests write in the journal."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from app.core.audit import describe
from app.core.i18n import lazy_gettext as _l
from app.core.journal import belongs, names
from app.extensions import db
from app.spaces.models import Invitation, InvitationSpace

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


@names("invitation")
def named_invitations(ids: Collection[int], _reader: Any) -> dict[int, str]:
    """Name invitations by the address they were sent to."""
    rows = db.session.execute(select(Invitation.id, Invitation.email).where(Invitation.id.in_(ids)))
    return {row.id: row.email for row in rows}


belongs("invitation")(lambda ids: select(InvitationSpace.invitation_id).where(InvitationSpace.space_id.in_(ids)))
