"""Whatever stands in an address or a header: an answer a person can use, never a crash."""

from __future__ import annotations

import random
from urllib.parse import quote

import pytest
from flask import Flask

from tests.journeys.oddities import filled, is_clear, rules, wrong
from tests.people import MEMBER
from tests.support import Browser, on_sqlite

pytestmark = pytest.mark.thorough

FEW_ODD = ("%00", "%ED%A0%80", "99999999999")
SEED = 20_210_705
ROUNDS = 2
#: One address in so many takes each odd thing: all of the site takes all of them, and no address the same as the next.
SHARE = 4
#: Every argument that an address of the site reads.
ARGUMENTS = (
    *("page", "q", "kind", "espace", "mot", "tri", "type", "voir", "vue", "next", "citer", "nouveau", "tout", "de"),
    *("fichier", "retour", "retirer", "enregistrer", "vignette", "key", "lang"),
)
#: Odd values, as they stand in an address: percent-encoded bytes.
ODD = (
    *("", "%00", "a%00b", "%ED%A0%80", "%FF%FE", "%C3", "%E2%80%AE", "%F0%9F%8E%89", "%E6%9D%B1%E4%BA%AC", "%D7%A9"),
    *("99999999999", str(2**63), str(2**64), "-1", "0", "1e9", "%D9%A1%D9%A2", "%C2%B2", "NaN", "0x10", "1%20"),
    *(
        "../../etc/passwd",
        "%2e%2e%2f",
        "//ailleurs.example",
        "%5C%5Cailleurs",
        "javascript:alert(1)",
        "%0D%0ASet-Cookie:x",
    ),
    *("'%20OR%201=1--", "%25s%25s%25n", "{{7*7}}", "%3Cscript%3E", "a" * 4000, "%C3%A9" * 800, "%25%25%25", "[]", "{}"),
)


@on_sqlite
def test_no_address_falls_over_one_odd_argument(app: Flask, me: Browser, names: dict[str, str]) -> None:
    """Each argument is odd in one way at an address, in another at another."""
    found = []
    for shift, rule in enumerate(rules(app, "GET")):
        for place, argument in list(enumerate(ARGUMENTS))[shift % SHARE :: SHARE]:
            odd = FEW_ODD[(shift // SHARE + place) % len(FEW_ODD)]
            found += wrong(me, f"{filled(rule, names)}?{argument}={odd}")
    assert found == []


@on_sqlite
def test_no_address_falls_over_all_arguments_odd(app: Flask, me: Browser, names: dict[str, str]) -> None:
    every = [
        (rule, "&".join(f"{argument}={odd}" for argument in ARGUMENTS)) for rule in rules(app, "GET") for odd in FEW_ODD
    ]
    assert [line for rule, arguments in every for line in wrong(me, f"{filled(rule, names)}?{arguments}")] == []


@on_sqlite
def test_no_address_falls_over_odd_parts(app: Flask, me: Browser, names: dict[str, str]) -> None:
    found = []
    every = (*ODD, "%00" * 10, "a%00bcdefghi", "%ED%A0%80abcdefg", "ABCDEFGHIJ", "a'b\"c<d>e%")
    for shift, rule in enumerate(rule for rule in rules(app, "GET") if rule.arguments):
        for odd in every[shift % SHARE :: SHARE]:
            found += wrong(me, filled(rule, names, odd or "-"))
    assert found == []


@on_sqlite
def test_no_address_falls_over_what_chance_makes(app: Flask, me: Browser, names: dict[str, str]) -> None:
    chance = random.Random(SEED)  # noqa: S311 - the same every time
    found = []
    for rule in rules(app, "GET") * ROUNDS:
        arguments = [f"{chance.choice(ARGUMENTS)}={chance.choice(ODD)}" for _ in range(chance.randint(1, 8))]
        odd = chance.choice(ODD) if chance.random() < 0.2 else ""
        found += wrong(me, f"{filled(rule, names, odd)}?{'&'.join(arguments)}")
    assert found == []


@on_sqlite
@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
def test_every_address_answers_every_method(app: Flask, me: Browser, names: dict[str, str], method: str) -> None:
    everywhere = {filled(rule, names) for rule in app.url_map.iter_rules() if rule.endpoint != "static"}
    assert [line for path in sorted(everywhere) for line in wrong(me, path, method=method)] == []


@pytest.mark.parametrize(
    "host", ["", "localhost:99999999", "a b", "[::1", "éèà.example", "x" * 3000, "evil.example", "../..", "a\x00b"]
)
def test_odd_host_is_answered(me: Browser, host: str) -> None:
    sent = host.encode().decode("latin-1")
    assert [
        *wrong(me, "/", environ_overrides={"HTTP_HOST": sent}),
        *wrong(me, "/nulle-part", environ_overrides={"HTTP_HOST": sent}),
    ] == []


@pytest.mark.parametrize("value", ["é", "\x00", "a" * 60_000, '"; beffroi="', "\udced", "%00", "=;=;", "🎉"])
def test_odd_cookie_is_answered(app: Flask, me: Browser, value: str) -> None:
    raw = value.encode("utf-8", "surrogatepass").decode("latin-1")
    for name in (app.config["SESSION_COOKIE_NAME"], "beffroi_device", "é"):
        header = {"HTTP_COOKIE": f"{name.encode().decode('latin-1')}={raw}"}
        fields = {"email": MEMBER, "password": "mauvais mot de passe"}
        assert wrong(me, "/", environ_overrides=header) == []
        assert wrong(me, "/connexion", method="POST", data=fields, environ_overrides=header) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept-Language": "é" * 900},
        {"Accept-Language": "fr;q=nan, *;q=-1, " + "x-" * 2000},
        {"Referer": "http://[::1/é%00"},
        {"Referer": "http://localhost/%ED%A0%80?x=%00"},
        {"User-Agent": "\udc00".encode("utf-8", "surrogatepass").decode("latin-1") * 500},
        {"Range": "bytes=99999999999999999999-"},
        {"Range": "bytes=-0,1-,é"},
        {"If-Modified-Since": "hier"},
        {"If-None-Match": '"' * 500},
        {"X-Forwarded-For": "é, , 999.1.1.1"},
        {"X-Requested-With": "fetch"},
    ],
)
def test_odd_headers_are_answered(me: Browser, names: dict[str, str], headers: dict[str, str]) -> None:
    raw = {name: value.encode("utf-8", "surrogatepass").decode("latin-1") for name, value in headers.items()}
    for path in ("/", "/nulle-part", "/connexion", f"/fichiers/{names['file']}/note.txt", "/recherche?q=note"):
        assert wrong(me, path, headers=raw) == []
    assert wrong(me, "/deconnexion", method="POST", headers=raw) == []


QUERIES = [
    "-",
    "--",
    "*",
    "***",
    "a* b* c*",
    "a* " * 300,
    '"',
    '"a',
    '"a "b" c" "',
    "«a «b» c»",
    '""""""',
    '-"',
    '-" "',
    "(((((",
    "kind:",
    "espace:\x00",
    'kind:"é" espace:"',
    "AND OR NOT ET OU SAUF",
    "\ud800",
    "\x00\x01\x02",
    "🎉🎉",
    "東京 政策",
    "שלום מדיניות",
    "\u202eabc",
    "é" * 5000,
    "x" * 10_000,
    "mot " * 250_000,
    "\\" * 2000,
    "%_%_",
    "note^2~3[a TO b]",
]


@on_sqlite
@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_any_search_is_answered(app: Flask, me: Browser, query: str) -> None:
    asked = quote(query.encode("utf-8", "surrogatepass"))
    for more in ("", "&page=99999999999", "&kind=report&kind=%00&espace=%00", "&tri=date&page=-1"):
        answer = me.get(f"/recherche?q={asked}{more}")
        assert is_clear(answer)
        assert len(answer.data) < 200_000
