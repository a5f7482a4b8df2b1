"""Who gets what at the addresses of who sees what, of entering and of the journal."""

from __future__ import annotations

from tests.architecture.addresses.lines import ADMINS, ADMINS_SEND, Line, post
from tests.people import OPEN, PRIVATE, REQUEST

#: Only those who run a space read its part of the journal: no administrator, who has the whole of it.
RUN = {OPEN: "drnnrryrrr", REQUEST: "dnnnrryrrr", PRIVATE: "dnrnnrynnr"}

TABLE: list[Line] = [
    Line("admin_access.access_page", "/administration/acces", ADMINS),
    Line("admin_access.person_page", "/administration/acces/personnes/{person}", ADMINS),
    post("admin_access.find_thing_view", "/administration/acces/chose", ADMINS_SEND, chose="/espaces/atelier-ouvert"),
    post("admin_access.look_view", "/administration/acces/ressources/{resource}", ADMINS_SEND),
    Line("admin_access.thing_page", "/administration/acces/discussions/{thread}", ADMINS),
    Line("admin_journal.journal_page", "/administration/journal", ADMINS),
    post("admin_journal.export_journal", "/administration/journal/export", ADMINS_SEND),
    Line("space_journal.journal_page", "/espaces/{slug}/journal", RUN),
    Line("admin_access.rules_page", "/administration/acces/regles", ADMINS),
    Line("admin_archives.file_page", "/administration/espaces/importer", ADMINS),
    Line("admin_entering.enter_page", "/administration/espaces/{space}/entrer", ADMINS),
]

#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE: dict[str, str] = {
    "admin_archives.archive_page": "tests/spaces/archive/test_screens.py",
    "admin_archives.start_view": "tests/spaces/archive/test_screens.py",
    "admin_archives.forget_view": "tests/spaces/archive/test_screens.py",
    "admin_archives.state_view": "tests/spaces/archive/test_screens.py",
    "admin_entering.leave_view": "tests/admin/test_entering.py",
}
