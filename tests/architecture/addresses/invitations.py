"""Who gets what at the addresses of invitations and guests."""

from __future__ import annotations

from tests.architecture.addresses.lines import Line

TABLE: list[Line] = [
    Line("invitations.invitation_page", "/invitation/unknown", "nnnnnnnnnn"),
]

#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE: dict[str, str] = {}
