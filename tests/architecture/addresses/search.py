"""Who gets what at the addresses of search."""

from __future__ import annotations

from tests.architecture.addresses.lines import SIGNED_IN, Line

TABLE: list[Line] = [
    Line("search.results_page", "/recherche?q=ville", SIGNED_IN),
]

#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE: dict[str, str] = {}
