"""Who gets what at the addresses of core."""

from __future__ import annotations

from tests.architecture.addresses.lines import ALL, SIGNED_IN, Line, post

TABLE: list[Line] = [
    Line("static", "/static/css/tokens.css", ALL),
    Line("health.healthz", "/healthz", ALL),
    post("drafts.keep_draft_view", "/brouillons", SIGNED_IN, key="/x", body="y"),
]

#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE: dict[str, str] = {}
