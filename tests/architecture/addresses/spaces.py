"""Who gets what at the addresses of spaces."""

from __future__ import annotations

from tests.architecture.addresses.lines import ADMINS, READ, SIGNED_IN, Line, post

TABLE: list[Line] = [
    Line("space_list.spaces_page", "/espaces", SIGNED_IN),
    Line("space_list.new_space_page", "/espaces/nouveau", ADMINS),
    post("space_list.preview_view", "/espaces/apercu", SIGNED_IN, body="**Un texte**"),
    Line("spaces.space_page", "/espaces/{slug}", READ),
    Line("spaces.members_page", "/espaces/{slug}/membres", READ),
]

#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE: dict[str, str] = {
    "spaces.join_space": "tests/spaces",
    "spaces.leave_space": "tests/spaces",
    "spaces.ask_for_space": "tests/spaces",
}
