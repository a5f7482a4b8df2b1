"""Who gets what at the addresses of the administration of people."""

from __future__ import annotations

from tests.architecture.addresses.lines import ADMINS, ADMINS_SEND, Line, post

NOT_THEIRS = "drrrrrrnrn"  # a list somebody else brought: tests/admin/test_people_import.py shows it to its owner
NOBODYS = "dnnnnnnnnn"

TABLE: list[Line] = [
    Line("admin_people.people_page", "/administration/personnes", ADMINS),
    post("admin_people.export_people", "/administration/personnes/export", ADMINS_SEND),
    Line("admin_person.person_page", "/administration/personnes/{person}", ADMINS),
    Line("admin_person.edit_page", "/administration/personnes/{person}/modifier", ADMINS),
    Line("admin_person.act_page", "/administration/personnes/{person}/fermer", ADMINS),
    post("admin_person.act_page", "/administration/personnes/{person}/essais", ADMINS_SEND),
    Line("admin_person.act_page", "/administration/personnes/{person}/referent", ADMINS),
    Line("admin_person.grave_act_page", "/administration/personnes/{person}/administration", ADMINS),
    Line("admin_import.sheet_page", "/administration/personnes/importer", ADMINS),
    Line("admin_import.columns_page", "/administration/personnes/importer/aaaaaaaaaa", NOT_THEIRS),
    Line("admin_import.trial_page", "/administration/personnes/importer/aaaaaaaaaa/apercu", NOT_THEIRS),
    Line("admin_import.report_page", "/administration/personnes/importer/aaaaaaaaaa/rapport", NOT_THEIRS),
    Line("admin_import.progress_fragment", "/administration/personnes/importer/aaaaaaaaaa/avancement", NOT_THEIRS),
    Line("admin_import.report_csv", "/administration/personnes/importer/aaaaaaaaaa/rapport.csv", NOT_THEIRS),
    post("admin_import.start_import", "/administration/personnes/importer/aaaaaaaaaa/lancer", NOBODYS),
    post("admin_import.stop_import", "/administration/personnes/importer/aaaaaaaaaa/arreter", NOBODYS),
]

#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE: dict[str, str] = {}
