"""What people write becomes safe pages, and nothing unstorable gets through."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import lxml.html
import pytest

from app.core.text import clean_text, excerpt, fill_placeholders, one_line, placeholders, render_markdown, slugify

PAYLOADS = Path(__file__).parents[3] / "shared" / "data" / "C_security"
SAFE = {
    "html",
    "head",
    "body",
    "p",
    "br",
    "hr",
    "strong",
    "em",
    "del",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "a",
}
ATTRIBUTES = {"href", "title", "rel", "align", "start"}
SAFE |= {"h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td", "sup", "sub"}


SCHEME = re.compile(r"[\x00-\x20]*([a-z][a-z0-9+.-]*):", re.IGNORECASE)


def dangers(source: str) -> list[str]:
    """Return what a browser would find dangerous in the page made of a source."""
    html = render_markdown(source)
    found = []
    for element in lxml.html.fragment_fromstring(html, create_parent="body").iter():
        if element.tag not in SAFE:
            found.append(str(element.tag))
        found += [f"{element.tag} {name}" for name in element.attrib if name not in ATTRIBUTES]
        scheme = SCHEME.match(str(element.attrib.get("href", "")))
        if scheme and scheme.group(1).lower() not in {"http", "https", "mailto"}:
            found.append(f"{element.tag} {element.attrib['href']}")
    return found


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](JaVa\tScript:alert(1))",
        '![x](x" onerror="alert(1))',
        "<a href='data:text/html,<script>'>x</a>",
        "<svg/onload=alert(1)>",
        "[a](<javascript:alert(1)>)",
        "`<img src=x onerror=alert(1)>`",
        '<https://x.test/"onmouseover=alert(1)>',
        "[x]: javascript:alert(1)\n[y][x]",
    ],
)
def test_hostile_source_gives_a_harmless_page(source: str) -> None:
    assert dangers(source) == []


@pytest.mark.slow
@pytest.mark.skipif(not PAYLOADS.is_dir(), reason="the shared payload lists are not on this machine")
def test_payload_lists_give_harmless_pages() -> None:
    lines = (PAYLOADS / "xss_payloadbox" / "xss-payload-list.txt").read_text(errors="replace").splitlines()[::12]
    strings = json.loads((PAYLOADS / "naughty_strings" / "blns.json").read_text())
    files = [file.read_text(errors="replace") for file in (PAYLOADS / "markdown_xss").glob("*.md")]
    assert [source for source in [*lines, *strings, *files] if dangers(source)] == []


def test_markdown_of_every_day_is_kept() -> None:
    html = render_markdown("# Titre\n\nUn **mot**, une\nligne.\n\n- a\n- b\n\n> cité\n\n[lien](https://ville.example)")
    assert html == (
        "<h3>Titre</h3>\n<p>Un <strong>mot</strong>, une<br>\nligne.</p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"
        "<blockquote>\n<p>cité</p>\n</blockquote>\n"
        '<p><a href="https://ville.example" rel="noopener noreferrer nofollow">lien</a></p>'
    )


def test_raw_html_is_shown_as_text() -> None:
    assert render_markdown("a < b & <i>c</i>") == "<p>a &lt; b &amp; &lt;i&gt;c&lt;/i&gt;</p>"


@pytest.mark.parametrize(
    ("raw", "clean"),
    [("a\x00b", "ab"), ("a\ud800b", "ab"), ("a\r\nb", "a\nb"), ("e\u0301", "é"), ("abc\u202egnp.exe", "abcgnp.exe")],
)
def test_unstorable_characters_are_dropped(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


def test_names_stand_on_one_line() -> None:
    assert one_line("  Lanvallec\n\t et\u00a0 environs ") == "Lanvallec et environs"


@pytest.mark.parametrize("text", ["", " \u00a0 ", "\x00", "\u200b\u200b", "\u2060\ufeff"])
def test_names_of_which_nothing_can_be_seen_are_empty(text: str) -> None:
    assert one_line(text) == ""


@pytest.mark.parametrize(
    ("text", "slug"),
    [("Œuvrer à l’État !", "oeuvrer-a-l-etat"), ("", "page"), ("مرحبا", "page"), ("a" * 300, "a" * 80)],
)
def test_slug_is_readable_ascii(text: str, slug: str) -> None:
    assert slugify(text) == slug


def test_excerpt_is_cut_on_a_word() -> None:
    assert excerpt("**Un** texte [long](https://x.example) qui continue", 18) == "Un texte long qui…"


def test_placeholders_become_cards_of_this_reader() -> None:
    html = render_markdown("Voir [[resource:abcdefghij]] et [[resource:zzzzzzzzzz]].")
    assert placeholders(html) == [("resource", "abcdefghij"), ("resource", "zzzzzzzzzz")]
    shown = fill_placeholders(html, lambda _kind, key: None if key.startswith("z") else "CARTE")  # type: ignore[return-value,arg-type]
    assert shown == "<p>Voir CARTE et .</p>"


@pytest.mark.parametrize("piece", ["[", "[a", "![a", "[a](", '[a](b "c)', "[a](b'", "][[a]"])
def test_brackets_that_begin_no_link_cost_nothing(piece: str) -> None:
    source, start = piece * (20_000 // len(piece)), time.process_time()
    render_markdown(source)
    excerpt(source)
    assert time.process_time() - start < 3  # a minute or more where each one is looked for to the end


@pytest.mark.parametrize(
    "link",
    [
        "[Note](https://ville.example/a)",
        '[a b\nc](https://ville.example/x_(y) "l\'avis")',
        "[a][1]\n\n[1]: https://ville.example",
        "voir [2] et [3](https://ville.example/?a[0]=1)",
    ],
)
def test_every_way_of_writing_a_link_makes_one(link: str) -> None:
    assert render_markdown(link).count('<a href="https://ville.example') == 1


@pytest.mark.parametrize("text", ["[x] fait, [ ] à faire", "voir [1]", "`[a`", "    [code]"])
def test_other_brackets_stay_as_they_were_typed(text: str) -> None:
    assert lxml.html.fromstring(render_markdown(text)).text_content().strip() == text.strip("` ")


@pytest.mark.parametrize(
    "address",
    [
        "https://www.rennes.bzh/securite",
        "https://handicap.paris/",
        "http://intranet/notes?a=1",
        "http://127.0.0.1:8000/ressources/abc",
        "https://ville.fr/x_(y)",
    ],
)
def test_address_written_whole_is_a_link_whatever_its_name_ends_in(address: str) -> None:
    assert f'<a href="{address}" rel="noopener noreferrer nofollow">' in render_markdown(f"Voir {address}, puis (ici).")


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "le fichier notes.bzh", "https://", "a.b", "`http://intranet/a`"]
)
def test_what_is_no_address_makes_no_link(text: str) -> None:
    assert "<a " not in render_markdown(text)


def test_name_before_the_host_is_no_host() -> None:
    assert 'href="https://moi"' not in render_markdown("https://moi:secret@ville.fr/ et https://moi@ville.bzh/")


def test_a_long_run_of_addresses_takes_no_minute() -> None:
    start = time.process_time()
    render_markdown("http://" + "a-" * 20_000 + " " + "https://a." * 4_000)
    assert time.process_time() - start < 3
