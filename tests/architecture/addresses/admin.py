"""Who gets what at the addresses of admin."""

from __future__ import annotations

from tests.architecture.addresses.lines import ADMINS, Line

TABLE: list[Line] = [
    Line("admin.overview_page", "/administration", ADMINS),
    Line("admin_charter.charter_page", "/administration/charte", ADMINS),
]

#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE: dict[str, str] = {}
