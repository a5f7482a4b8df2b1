"""Who gets what at the addresses of admin."""

from __future__ import annotations

from tests.architecture.addresses.lines import ADMINS, ADMINS_SEND, Line, post

SEARCH = "/administration/recherche"
#: No space of the table is deleted, and no rule is so named (tests/admin/test_search_rules.py has some): those who run
#: the site learn that there is none.
NOTHING_THERE, NOTHING_SENT = "drrrrrrnrn", "dnnnnnnnnn"

TABLE: list[Line] = [
    Line("admin.overview_page", "/administration", ADMINS),
    Line("admin_charter.charter_page", "/administration/charte", ADMINS),
    Line("admin_search.state_page", SEARCH, ADMINS),
    Line("admin_search.progress_fragment", f"{SEARCH}/avancement", ADMINS),
    post("admin_search.rebuild_view", f"{SEARCH}/refaire", ADMINS_SEND),
    Line("admin_search.synonyms_page", f"{SEARCH}/synonymes?q=ville", ADMINS),
    Line("admin_search.change_synonyms_page", f"{SEARCH}/synonymes/aaaaaaaaaa/modifier", NOTHING_THERE),
    Line("admin_search.ignored_page", f"{SEARCH}/ignores", ADMINS),
    Line("admin_search.first_page", f"{SEARCH}/tete", ADMINS),
    post("admin_search.remove_view", f"{SEARCH}/synonymes/aaaaaaaaaa/retirer", NOTHING_SENT),
    Line("admin_search.log_page", f"{SEARCH}/journal", ADMINS),
    post("admin_search.erase_log_view", f"{SEARCH}/journal/effacer", ADMINS_SEND),
    post("admin_search.undo_view", f"{SEARCH}/synonymes/aaaaaaaaaa/annuler", NOTHING_SENT),
    Line("admin_search.ranking_page", f"{SEARCH}/classement?q=ville", ADMINS),
    Line("admin_spaces.spaces_page", "/administration/espaces", ADMINS),
    Line("admin_spaces.facilitator_page", "/administration/espaces/{space}/animation", ADMINS),
    Line("admin_spaces.restore_page", "/administration/espaces/aaaaaaaaaa/restaurer", NOTHING_THERE),
    Line("admin_spaces.delete_page", "/administration/espaces/{space}/supprimer", ADMINS),
]

#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE: dict[str, str] = {}
