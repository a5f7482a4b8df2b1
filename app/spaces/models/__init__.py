"""Spaces, who takes part in them and how they come in, and what everything kept in a space has in common."""

from __future__ import annotations

from app.spaces.models.coming_in import ImportState, Invitation, InvitationSpace, PeopleImport, PeopleImportRow
from app.spaces.models.spaces import (
    LONGEST_TITLE,
    SECTIONS,
    Audience,
    JoinPolicy,
    JoinRequest,
    Membership,
    Role,
    Space,
    SpaceContent,
    SpaceEntry,
    State,
    Visibility,
    fields_of,
)

__all__ = [
    "LONGEST_TITLE",
    "SECTIONS",
    "Audience",
    "ImportState",
    "Invitation",
    "InvitationSpace",
    "JoinPolicy",
    "JoinRequest",
    "Membership",
    "PeopleImport",
    "PeopleImportRow",
    "Role",
    "Space",
    "SpaceContent",
    "SpaceEntry",
    "State",
    "Visibility",
    "fields_of",
]
