"""Organisations, people, and what proves and lets them in."""

from __future__ import annotations

from app.accounts.models.coming_in import AccessRequest, CharterVersion, DataExport, RequestState
from app.accounts.models.organisations import Organisation, OrganisationDomain, OrganisationKind
from app.accounts.models.people import Expertise, Mandate, ShownTo, User, UserKind
from app.accounts.models.proofs import EmailChange, IdentityLink, RecoveryCode, SecretLink

__all__ = [
    "AccessRequest",
    "CharterVersion",
    "DataExport",
    "EmailChange",
    "Expertise",
    "IdentityLink",
    "Mandate",
    "Organisation",
    "OrganisationDomain",
    "OrganisationKind",
    "RecoveryCode",
    "RequestState",
    "SecretLink",
    "ShownTo",
    "User",
    "UserKind",
]
