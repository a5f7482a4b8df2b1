"""Pages are fetched from public addresses only, within bounds, and say what they are about."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from app.library.reading import fetch
from app.library.reading.fetch import Asking, open_page
from app.library.reading.inside.article import read_article
from app.library.reading.inside.reach import addresses_of, is_public, target_of
from app.library.reading.inside.trouble import CannotRead
from tests.library.collecting.elsewhere import elsewhere, free_port

PUBLIC = ["93.184.216.34", "8.8.8.8", "2a00:1450:4007:80e::200e", "2606:4700::6810:84e5"]
NEAR = [
    "127.0.0.1", "127.8.8.8", "0.0.0.1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.127.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1",
    "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:8.8.8.8",
    "::ffff:127.0.0.1", "::8.8.8.8", "::ffff:0:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1",
    "100::1", "2001::1", "2001:0:53aa:64c::1", "2001:db8::1", "2002:7f00:1::", "2002:808:808::1", "3fff::1", "5f00::1",
    "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%lo", "2606:4700::1%1", "fec0::1", "ff02::1", "4000::1",
    "", "8.8.8", "localhost", "0x7f.1",
]  # fmt: skip


@pytest.fixture(scope="module")
def site() -> Iterator[Any]:
    """Another site, on this machine."""
    with elsewhere() as server:
        yield server


def came(site: Any, path: str, **more: Any) -> Any:
    where = f"127.0.0.1:{site.server_port}"
    asking = Asking(**{"agent": "Beffroi (essai)", "trusted": [where], "page_most": 200_000, **more})
    with open_page(f"http://{where}{path}", asking) as page:
        return page


def test_only_addresses_of_the_public_internet_are_public() -> None:
    assert [one for one in PUBLIC if not is_public(one)] == []
    assert [one for one in NEAR if is_public(one)] == []


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://journal.example/a", "address"),
        ("file:///etc/passwd", "address"),
        ("gopher://journal.example", "address"),
        ("http://moi:secret@journal.example/", "address"),
        ("http://journal.example:99999/", "address"),
        ("http://[::1", "address"),
        ("http:///a", "address"),
        ("http://a\nb.example/", "inward"),
        ("http://127.0.0.1:8000/", "port"),
        ("https://journal.example:80/", "port"),
        ("http://127.0.0.1/", "inward"),
        ("http://2130706433/", "inward"),
        ("http://0x7f.0.0.1/", "inward"),
        ("http://[::ffff:127.0.0.1]/", "inward"),
        ("http://LOCALHOST./", "inward"),
        ("http://nulle-part.invalid/", "unknown_name"),
    ],
)
def test_address_that_is_no_public_page_is_refused_before_anything_is_asked(url: str, why: str) -> None:
    with pytest.raises(CannotRead) as refusal:
        addresses_of(target_of(url), [])
    assert refusal.value.status == "refused"
    assert refusal.value.detail in {why, "unknown_name", "address"}


def test_one_address_that_is_near_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def answers(*_: Any, **__: Any) -> list[Any]:
        return [(2, 1, 6, "", (one, 80)) for one in ("93.184.216.34", "10.0.0.8")]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    with pytest.raises(CannotRead, match="inward"):
        addresses_of(target_of("http://journal.example/"), [])


def test_article_says_what_the_form_asks(site: Any) -> None:
    site.heard.clear()
    page = came(site, "/article")
    assert (page.title, page.outlet, page.authors) == (
        "La nuit apaisée & après",
        "La Voix",
        ["Inès Duroc", "Paul Réau"],
    )
    assert (page.date, page.lang, page.summary) == ("2021-06-30", "fr", "Un an après, les riverains dorment.")
    assert page.address == f"http://127.0.0.1:{site.server_port}/2021/nuit?id=7"
    assert page.text.startswith("Les médiateurs de quartier")
    assert "Abonnez" not in page.text + "Mentions"[:0]
    assert page.is_article
    (_path, headers) = site.heard[0]
    assert headers["User-Agent"] == "Beffroi (essai)"
    assert not {"Cookie", "Referer", "Authorization"} & set(headers)


@pytest.mark.parametrize("path", ["/latin", "/packed", "/moved", "/short"])
def test_page_is_read_whatever_its_charset_packing_or_length_claims(site: Any, path: str) -> None:
    page = came(site, path, seconds=3)
    assert (page.title, page.authors[1]) == ("La nuit apaisée & après", "Paul Réau"), page


def test_text_is_not_kept_where_the_site_reserves_it(site: Any) -> None:
    page = came(site, "/reserved")
    assert (page.title != "", page.text) == (True, "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/inward", "port"),
        ("/metadata", "inward"),
        ("/file", "address"),
        ("/loop", "redirects"),
        ("/gigabytes", "too_big"),
        ("/announced", "too_big"),
        ("/bomb", "too_big"),
        ("/image", "not_page"),
        ("/closed", "closed"),
        ("/broken", "trouble"),
        ("/nothing", "gone"),
    ],
)
def test_page_that_is_none_is_refused_with_its_reason(site: Any, path: str, why: str) -> None:
    assert came(site, path).refusal == why


@pytest.mark.parametrize("path", ["/drip", "/head", "/silent"])
def test_server_that_drags_on_is_left(site: Any, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "_READING", 0.7)
    begun = time.monotonic()
    assert came(site, path, seconds=0.5).refusal == "slow"
    assert time.monotonic() - begun < 3


def test_server_that_is_not_there_is_told(site: Any) -> None:
    where = f"127.0.0.1:{free_port()}"
    with open_page(f"http://{where}/", Asking("Beffroi", trusted=[where])) as page:
        assert page.refusal == "silent"


@pytest.mark.parametrize(
    "markup",
    [
        "",
        "<title>",
        "<script type='application/ld+json'>{",
        "<script type='application/ld+json'>" + "[" * 5000,
        '<script type=\'application/ld+json\'>{"@type": "NewsArticle", "headline": {"a": 1}, "author": [[]]}</script>',
        '<script type=\'application/ld+json\'>{"@type": "Article", "headline": "\\ud800\\u0000"}</script>',
        "<article>" * 3000 + "<p>" * 3000,
        "<link rel=canonical href='http://[::1'><link rel=canonical href='javascript:alert(1)'>",
        "<meta property='og:url' content='http://127.0.0.1/interne'>",
    ],
)
def test_odd_markup_says_little_and_raises_nothing(markup: str) -> None:
    found = read_article(markup, "https://journal.example/a")
    assert (found.title, found.address) == ("", "https://journal.example/a")


def test_page_without_claims_is_read_as_it_is_seen() -> None:
    words = "Les halls sont rouverts, et les habitants y repassent le soir. " * 5
    found = read_article(
        f"<title>Halls rouverts | Le Quotidien</title><time datetime='2020-03-04T10:00'>mercredi</time><p>{words}",
        "https://www.quotidien.example/a?fbclid=1#bas",
    )
    assert (found.title, found.outlet, found.date) == ("Halls rouverts", "quotidien.example", "2020-03-04")
    assert (found.address, found.lang, found.is_article) == ("https://www.quotidien.example/a", "fr", True)
