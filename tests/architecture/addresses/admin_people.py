"""Who gets what at the addresses of the administration of people."""

from __future__ import annotations

from tests.architecture.addresses.lines import ADMINS, ADMINS_SEND, Line, post

TABLE: list[Line] = [
    Line("admin_people.people_page", "/administration/personnes", ADMINS),
    post("admin_people.export_people", "/administration/personnes/export", ADMINS_SEND),
    Line("admin_person.person_page", "/administration/personnes/{person}", ADMINS),
    Line("admin_person.edit_page", "/administration/personnes/{person}/modifier", ADMINS),
    Line("admin_person.act_page", "/administration/personnes/{person}/fermer", ADMINS),
    post("admin_person.act_page", "/administration/personnes/{person}/essais", ADMINS_SEND),
    Line("admin_person.grave_act_page", "/administration/personnes/{person}/administration", ADMINS),
]

#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE: dict[str, str] = {}
