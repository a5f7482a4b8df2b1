"""What becomes of what people write: safe HTML, cards, quotations."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from markupsafe import Markup

from app.core import text
from app.core.text import fill_placeholders, render_markdown
from app.discussions import texts
from app.discussions.texts import checked_source, html_of, quotation, with_cards, written
from tests.discussions.talk import answer, start
from tests.people import MEMBER

html5lib = importlib.import_module("bleach._vendor.html5lib")  # bleach brings it and publishes no types
HOSTILE = Path(__file__).parents[3] / "shared" / "data" / "C_security"
ALLOWED = {"href", "title", "rel", "align", "start"}
SCHEME = re.compile(r"^[\x00-\x20]*([a-z][a-z0-9+.\-\s]*):", re.IGNORECASE)


def elements(html: str) -> Iterator[Any]:
    """Yield the elements a browser makes of a fragment."""
    for one in html5lib.parseFragment(html, namespaceHTMLElements=False).iter():
        if isinstance(one.tag, str) and one.tag != "DOCUMENT_FRAGMENT":
            yield one


def dangers(html: str) -> list[str]:
    """Return what could run in a reader's browser."""
    found = []
    for one in elements(html):
        if one.tag not in text.ALLOWED_TAGS or set(one.attrib) - ALLOWED:
            found.append(f"{one.tag} {one.attrib}")
        scheme = SCHEME.match(one.attrib.get("href", ""))
        if scheme and scheme.group(1).lower() not in text.ALLOWED_PROTOCOLS:
            found.append(one.attrib["href"])
    return found


def hostile_texts() -> list[str]:
    """Return the published lists of hostile texts."""
    if not HOSTILE.is_dir():
        pytest.skip("the published lists of hostile texts are not here")
    found = (HOSTILE / "xss_payloadbox" / "xss-payload-list.txt").read_text(errors="replace").splitlines()
    found += json.loads((HOSTILE / "xss_owasp" / "xss-filter-evasion-vectors.json").read_text())
    expectations = json.loads((HOSTILE / "sanitizer_dompurify" / "dompurify-expect.json").read_text())
    found += [str(one["payload"]) for one in expectations]
    found += [one.read_text(errors="replace") for one in sorted(HOSTILE.glob("*/*.md"))]
    found += [one.read_text(errors="replace") for one in sorted((HOSTILE / "sanitizer_bleach").glob("*.test"))]
    return [*found, *json.loads((HOSTILE / "naughty_strings" / "blns.json").read_text())]


@pytest.mark.slow
def test_no_hostile_text_survives() -> None:
    for one in hostile_texts():
        assert dangers(render_markdown(f"{one}\n\n[lien]({one})\n\n> {one}")) == [], one[:200]


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVa\tScript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        '[x](http://a "onmouseover=alert(1)")',
        '[x](http://a" onmouseover="alert(1))',
        "![x](https://tracker.example/x.png)",
        "<javascript:alert(1)>",
        "[a]: javascript:alert(1)\n\n[a]",
        "<a href='&#106;avascript:alert(1)'>x</a>",
        "<style>*{display:none}</style><form action=/x><input name=y></form><iframe src=//e.test></iframe>",
    ],
)
def test_nothing_runs(source: str) -> None:
    html = render_markdown(source)
    assert dangers(html) == []
    assert not [one for one in elements(html) if one.tag in {"script", "img", "style", "form", "input", "iframe"}]


def test_a_card_never_lands_inside_a_tag_or_code() -> None:
    mark = "[[resource:aaaaaaaaaa]]"
    source = f'[x](http://a/{mark} "t > {mark}") `{mark}`\n\n```\n{mark}\n```\n\n{mark}'
    filled = fill_placeholders(render_markdown(source), lambda _kind, _id: Markup('<b class="card">Carte</b>'))
    assert filled.count("Carte") == 1
    link = next(one for one in elements(filled) if one.tag == "a")
    assert link.attrib["href"].endswith(mark)
    assert link.attrib["title"] == f"t > {mark}"


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        ("/ressources/abcdefghij-un-titre", "[[resource:abcdefghij]]"),
        ("  https://ici.example/ressources/abcdefghij-un-titre?page=4#x ", "[[resource:abcdefghij]]"),
        ("https://ailleurs.example/ressources/abcdefghij-un-titre", None),
        ("Voir /ressources/abcdefghij-un-titre", None),
        ("/ressources/abcdefghij-un-titre et le reste", None),
        ("/ressources/trop-court", None),
    ],
)
def test_a_pasted_address_alone_on_its_line_becomes_a_card(line: str, becomes: str | None) -> None:
    source = f"Avant\n{line}\nAprès"
    expected = source if becomes is None else f"Avant\n{becomes}\nAprès"
    assert with_cards(source, frozenset({"https://ici.example"})) == expected


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (
            "Voir http://localhost/ressources/abcdefghij-nom-secret et dire.",
            "Voir http://localhost/ressources/abcdefghij et dire.",
        ),
        (
            "http://localhost/discussions/abcdefghij-un-titre?page=2#reponse-3",
            "http://localhost/discussions/abcdefghij?page=2#reponse-3",
        ),
        ("[ceci](/ressources/abcdefghij-nom)", "[ceci](/ressources/abcdefghij)"),
        ("/ressources/abcdefghij-nom", "/ressources/abcdefghij"),
        ("https://ailleurs.example/ressources/abcdefghij-nom", None),
        ("https://ailleurs.example/x/ressources/abcdefghij-nom", None),
        ("voir/ressources/abcdefghij-nom", None),
        ("/ressources/comparer-ici", None),
    ],
)
def test_addresses_of_this_site_are_kept_without_the_words_of_a_title(app: Flask, typed: str, kept: str | None) -> None:
    """Whoever may not open the thing would read its title there."""
    with app.test_request_context():
        assert checked_source(typed) == (kept or typed)


def test_a_quotation_quotes_the_message_but_not_what_it_quoted() -> None:
    assert quotation("Malik", "> Avant\n\nOui.\nVoilà.") == "> **Malik**\n> \n> Oui.\n> Voilà.\n\n"


@pytest.mark.usefixtures("context", "cast")
def test_an_old_rendering_is_made_anew_in_memory_only(monkeypatch: pytest.MonkeyPatch) -> None:
    post = answer(start(), MEMBER, "**Gras** : oui")
    kept = post.html
    assert str(html_of(post)) == kept
    post.html = "<p>ancien</p>"
    monkeypatch.setattr(texts, "RENDERER_VERSION", post.renderer_version + 1)
    assert str(html_of(post)) == kept
    assert post.html == "<p>ancien</p>"


@pytest.mark.usefixtures("context")
def test_french_typography_is_applied_on_output_only() -> None:
    one = written("Vraiment ? Oui : 3 %")
    assert one.source == "Vraiment ? Oui : 3 %"
    assert "Vraiment\u202f? Oui\u00a0: 3\u00a0%" in one.html
