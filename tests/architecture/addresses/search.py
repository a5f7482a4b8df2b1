"""Who gets what at the addresses of search."""

from __future__ import annotations

from tests.architecture.addresses.lines import ALL, SIGNED_IN, Line, post

TABLE: list[Line] = [
    Line("search.results_page", "/recherche?q=ville", SIGNED_IN),
    Line("search.help_page", "/recherche/aide", SIGNED_IN),
    Line("search.near_page", "/recherche/proches?q=ville", SIGNED_IN),
    Line("search.suggestions", "/recherche/suggestions?q=vi", SIGNED_IN),
    Line("search.recent_page", "/recherche/recentes", SIGNED_IN),
    post("search.remember_view", "/recherche/recentes", SIGNED_IN, q="ville"),
    post("search.forget_view", "/recherche/recentes/aaaaaaaaaa/effacer", "dnnnnnnnnn"),
    post("search.forget_all_view", "/recherche/recentes/effacer", SIGNED_IN),
    Line("search.opensearch", "/recherche/navigateur.xml", ALL),
]

#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE: dict[str, str] = {}
