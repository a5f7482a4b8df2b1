"""Who gets what at the addresses of spaces."""

from __future__ import annotations

from tests.architecture.addresses.lines import ADMINS, MODERATE, READ, SIGNED_IN, Line, post
from tests.people import OPEN, PRIVATE, REQUEST

#: Those who run the space, who then learn that nobody of that name is there.
NOBODY_THERE = {OPEN: "drnnrrnnrn", REQUEST: "dnnnrrnrrn", PRIVATE: "dnrnnrnnnn"}
#: No space of the table has an image: its readers learn that there is none.
NO_IMAGE = {OPEN: "dnnnnnnnnn", REQUEST: "dnnnrrnrrn", PRIVATE: "dnnnnnnnnn"}

LIMIT = {OPEN: "drnnrrryry", REQUEST: "dnnnrrrrry", PRIVATE: "dnrnnrrnny"}

TABLE: list[Line] = [
    Line("space_list.spaces_page", "/espaces", SIGNED_IN),
    Line("space_list.new_space_page", "/espaces/nouveau", ADMINS),
    post("space_list.preview_view", "/espaces/apercu", SIGNED_IN, body="**Un texte**"),
    Line("spaces.space_page", "/espaces/{slug}", READ),
    Line("spaces.members_page", "/espaces/{slug}/membres", READ),
    Line("spaces.settings_page", "/espaces/{slug}/reglages", MODERATE),
    post("spaces.quota_view", "/espaces/{slug}/reglages/place", LIMIT, quota=""),
    Line("spaces.image", "/espaces/{slug}/image", NO_IMAGE),
    Line("spaces.add_page", "/espaces/{slug}/membres/ajouter", MODERATE),
    Line("spaces.suggestions_view", "/espaces/{slug}/membres/suggestions?q=ma", MODERATE),
    post("spaces.role_view", "/espaces/{slug}/membres/aaaaaaaaaa/role", NOBODY_THERE, role="member"),
    Line("spaces.remove_view", "/espaces/{slug}/membres/aaaaaaaaaa/retirer", NOBODY_THERE),
    post("spaces.admit_view", "/espaces/{slug}/demandes/aaaaaaaaaa/accepter", NOBODY_THERE),
    Line("spaces.refuse_view", "/espaces/{slug}/demandes/aaaaaaaaaa/refuser", NOBODY_THERE),
    post("spaces.take_back_view", "/espaces/{slug}/demandes/aaaaaaaaaa/annuler", MODERATE),
    post("spaces.image_view", "/espaces/{slug}/reglages/image", MODERATE, remove="1"),
    Line("spaces.archive_page", "/espaces/{slug}/archive", MODERATE),
    post("spaces.ask_for_archive_view", "/espaces/{slug}/archive", MODERATE),
    Line("spaces.fetch_archive_view", "/espaces/{slug}/archive/aaaaaaaaaa.zip", NOBODY_THERE),
    post("spaces.reopen_view", "/espaces/{slug}/rouvrir", MODERATE),
]

#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE: dict[str, str] = {
    "spaces.archive_view": "tests/spaces",
    "spaces.welcome_view": "tests/spaces",
    "spaces.join_space": "tests/spaces",
    "spaces.leave_space": "tests/spaces",
    "spaces.ask_for_space": "tests/spaces",
}
