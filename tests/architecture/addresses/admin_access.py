"""Who gets what at the addresses of who sees what, of entering and of the journal."""

from __future__ import annotations

from tests.architecture.addresses.lines import ADMINS, Line

TABLE: list[Line] = [
    Line("admin_access.access_page", "/administration/acces", ADMINS),
    Line("admin_entering.enter_page", "/administration/espaces/{space}/entrer", ADMINS),
]

#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE: dict[str, str] = {
    "admin_entering.leave_view": "tests/admin/test_entering.py",
}
