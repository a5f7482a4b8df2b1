"""Who gets what at the addresses of the administration of people."""

from __future__ import annotations

from tests.architecture.addresses.lines import ADMINS, ADMINS_SEND, Line, post

TABLE: list[Line] = [
    Line("admin_people.people_page", "/administration/personnes", ADMINS),
    post("admin_people.export_people", "/administration/personnes/export", ADMINS_SEND),
]

#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE: dict[str, str] = {}
