"""Who gets what at the addresses of the organisations."""

from __future__ import annotations

from tests.architecture.addresses.lines import ADMINS, Line, post

HERE = "/administration/collectivites"
ONE = f"{HERE}/{{organisation}}"

TABLE: list[Line] = [
    Line("admin_organisations.list_page", HERE, ADMINS),
    Line("admin_organisations.export", f"{HERE}/export.csv", ADMINS),
    Line("admin_organisations.new_page", f"{HERE}/nouvelle", ADMINS),
    Line("admin_organisation_lists.import_page", f"{HERE}/importer", ADMINS),
    Line("admin_organisation_lists.doubles_page", f"{HERE}/doublons", ADMINS),
    Line("admin_organisation_lists.choose_double_page", f"{ONE}/fusionner", ADMINS),
    Line("admin_organisation_lists.merge_page", f"{ONE}/fusionner/{{other_organisation}}", ADMINS),
    Line("admin_places.suggestions", f"{HERE}/lieux", ADMINS),
    Line("admin_places.suggestions", f"{ONE}/lieux", ADMINS),
    Line("admin_organisations.organisation_page", ONE, ADMINS),
    Line("admin_organisations.edit_page", f"{ONE}/modifier", ADMINS),
    Line("admin_organisations.delete_page", f"{ONE}/supprimer", ADMINS),
    post("admin_organisations.referent", f"{ONE}/referents/aaaaaaaaaa", "dnnnnnnnnn"),
]

#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE: dict[str, str] = {}
