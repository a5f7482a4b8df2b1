"""Who gets what at the addresses of search."""

from __future__ import annotations

from tests.architecture.addresses.lines import ALL, SIGNED_IN, Line

TABLE: list[Line] = [
    Line("search.results_page", "/recherche?q=ville", SIGNED_IN),
    Line("search.help_page", "/recherche/aide", SIGNED_IN),
    Line("search.near_page", "/recherche/proches?q=ville", SIGNED_IN),
    Line("search.opensearch", "/recherche/navigateur.xml", ALL),
]

#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE: dict[str, str] = {}
