"""Who gets what at the addresses of requests for access."""

from __future__ import annotations

from tests.architecture.addresses.lines import ADMINS, ALL, Line, post

QUEUE = "/administration/demandes"
ONE = f"{QUEUE}/{{request}}"
MINE = "/moi/demandes"
REFERENTS = "dnnnnnnnyn"  # a referent's own page; what they may decide there has tests of its own
UNKNOWN = "aaaaaaaaaa"

TABLE: list[Line] = [
    Line("access_requests.ask_page", "/demande-acces", ALL),
    Line("access_requests.confirm_page", "/demande-acces/unknown", "nnnnnnnnnn"),
    Line("access_requests.list_page", MINE, REFERENTS),
    Line("access_requests.request_page", f"{MINE}/{{request}}", REFERENTS),
    Line("access_requests.refuse_page", f"{MINE}/{{request}}/refuser", REFERENTS),
    post("access_requests.take_back", f"{MINE}/{UNKNOWN}/annuler", "dnnnnnnnnn"),
    Line("admin_requests.list_page", QUEUE, ADMINS),
    Line("admin_requests.request_page", ONE, ADMINS),
    Line("admin_requests.refuse_page", f"{ONE}/refuser", ADMINS),
    post("admin_requests.take_back", f"{QUEUE}/{UNKNOWN}/annuler", "dnnnnnnnnn"),
]

#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE: dict[str, str] = {}
