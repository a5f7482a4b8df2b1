"""Who gets what at the addresses of home."""

from __future__ import annotations

from tests.architecture.addresses.lines import ALL, SIGNED_IN, Line

TABLE: list[Line] = [
    Line("home.legal_page", "/mentions-legales", ALL),
    Line("home.accessibility_page", "/accessibilite", ALL),
    Line("home.privacy_page", "/donnees-personnelles", ALL),
    Line("home.charter_page", "/charte", ALL),
    Line("home.robots", "/robots.txt", ALL),
    Line("home.favicon", "/favicon.ico", ALL),
    Line("home.home_page", "/", SIGNED_IN),
    Line("home.plan", "/plan/abcdefghij.svg", SIGNED_IN),
    Line("home.components", "/composants", SIGNED_IN),
    Line("demo.mailbox", "/demo/courrier", "dnnnnnnnnn"),
    Line("home.ask_page", "/discussions/nouvelle", SIGNED_IN),
]

#: Addresses that change what the table stands on have tests of their own, named here.
ELSEWHERE: dict[str, str] = {}
