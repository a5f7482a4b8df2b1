"""Text written by people: Markdown to safe HTML, excerpts, slugs, and what may be stored at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from html import escape, unescape
from itertools import groupby
from typing import Any

import nh3
from bleach.linkifier import LinkifyFilter, build_url_re
from bleach.sanitizer import Cleaner
from markdown import Markdown
from markupsafe import Markup

from app.core.i18n import french_spaces

RENDERER_VERSION = 1
LARGEST_SOURCE = 100_000
SLUG_LENGTH = 80
PROSE_TAGS = ("p", "br", "hr", "strong", "em", "del", "code", "pre", "blockquote", "ul", "ol", "li", "a", "sup", "sub")
TABLE_TAGS = ("table", "thead", "tbody", "tr", "th", "td")
ALLOWED_TAGS = frozenset({*PROSE_TAGS, *TABLE_TAGS, "h3", "h4", "h5", "h6"})
ALLOWED_ATTRIBUTES = {"a": ["href", "title", "rel"], "th": ["align"], "td": ["align"], "ol": ["start"]}
ALLOWED_PROTOCOLS = frozenset({"http", "https", "mailto"})
EXTENSIONS = ["markdown.extensions.tables", "markdown.extensions.nl2br", "markdown.extensions.sane_lists"]

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_ITEM = re.compile(r"^[-–•*]\s+")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_TAG = re.compile(r"<[^>]*>")
# What follows the bracket of a link, at full length or by reference. All other brackets are kept away from Markdown,
# which looks for the end of each one to the end of the text: 30 000 of them would take minutes.
_ADDRESS = r"""[^()"']{0,2000}(?:\([^()"']{0,500}\)[^()"']{0,500})?(?:"[^"()]{0,300}"|'[^'()]{0,300}')?\s{0,3}"""
_LINK = rf"[^\[\]]{{0,1000}}\](?:\({_ADDRESS}\)|\[[^\[\]]{{0,300}}\]|:)"
_LONE_BRACKET = re.compile(rf"(?<!\])\[(?!{_LINK})")
_STAND_IN = "\ue05b"  # of the private use area: it means nothing to anybody
# An address written with its https:// is one whatever its name ends in (.paris, .bzh, a name of a town hall's network);
# without, the endings known to bleach alone make one.
_WRITTEN_WHOLE = r"""\bhttps?://(?![^\s/]*@)(?:[\w-]+\.)*[\w-]+(?::[0-9]+)?(?!\.\w)\b(?:[/?][^\s\{\}\|\\\^`<>"]*)?"""
_URL = re.compile(rf"{_WRITTEN_WHOLE}|{build_url_re().pattern}", re.IGNORECASE | re.VERBOSE)
_HEADING = re.compile(r"(</?)h([12])\b", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\[\[([a-z]+):([a-z0-9][a-z0-9-]{0,80})\]\]")
# What a card must never be put into: code, and tags, whose attributes people fill (the address and title of a link).
_NOT_TEXT = r'<(?:code|pre)>.*?</(?:code|pre)>|<(?:[^">]|"[^"]*")*>'
_PLACEHOLDER_IN_TEXT = re.compile(rf"{_NOT_TEXT}|{_PLACEHOLDER.pattern}", re.DOTALL)


def clean_text(text: str) -> str:
    """Return text that every database and page can hold.

    NUL and other control characters, lone surrogates and directional overrides are dropped, line ends are those of
    Unix and the form is NFC (Unicode Annex 15).
    """
    text = _BIDI.sub("", _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    return unicodedata.normalize("NFC", text)


def is_blank(text: str) -> bool:
    """Tell whether nothing in a text can be seen (spaces, controls, invisible marks)."""
    return not any(character.isprintable() and not character.isspace() for character in text)


def one_line(text: str) -> str:
    """Return text cleaned and on one line, for titles and names; empty when nothing in it can be seen."""
    text = " ".join(clean_text(text).split())
    return "" if is_blank(text) else text


def slugify(text: str) -> str:
    """Return the readable part of an address: ASCII letters, digits and hyphens, never empty."""
    text = text.replace("’", " ").replace("œ", "oe").replace("Œ", "oe").replace("æ", "ae").replace("ß", "ss")
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", folded)
    slug = "-".join(words)
    if len(slug) > SLUG_LENGTH:
        slug = slug[:SLUG_LENGTH].rsplit("-", 1)[0]
    return slug or "page"


def _external_links(attributes: Any, new: bool = False) -> Any:  # noqa: ARG001, FBT001, FBT002 - bleach calls it so
    attributes[(None, "rel")] = "noopener noreferrer nofollow"
    return attributes


def _linkify(source: Any) -> LinkifyFilter:
    return LinkifyFilter(source, callbacks=[_external_links], skip_tags={"pre", "code"}, url_re=_URL)


def _cleaner() -> Cleaner:
    return Cleaner(
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        protocols=ALLOWED_PROTOCOLS,
        strip=True,
        strip_comments=True,
        filters=[_linkify],
    )


def render_markdown(source: str) -> str:
    """Return safe HTML for a Markdown source (tables, lists, quotes; headings begin at level 3).

    Raw HTML in the source is shown as text. An allow-list (bleach), then a second sanitiser (nh3), stand behind.
    """
    text = escape(clean_text(source)[:LARGEST_SOURCE], quote=False)
    # Markdown's own quote mark is the one character that must survive the escape, at the beginning of a line.
    text = re.sub(r"(?m)^(\s{0,3}(?:&gt;\s?)+)", lambda found: found.group(1).replace("&gt;", ">"), text)
    text = _LONE_BRACKET.sub(_STAND_IN, text)
    html = Markdown(extensions=EXTENSIONS, output_format="html").convert(text).replace(_STAND_IN, "[")
    html = _HEADING.sub(lambda found: f"{found.group(1)}h{int(found.group(2)) + 2}", html)
    html = _cleaner().clean(html.replace("&amp;lt;", "&lt;").replace("&amp;gt;", "&gt;").replace("&amp;amp;", "&amp;"))
    return nh3.clean(
        html,
        tags=set(ALLOWED_TAGS),
        attributes={tag: set(names) for tag, names in ALLOWED_ATTRIBUTES.items()} | {"a": {"href", "title"}},
        url_schemes=set(ALLOWED_PROTOCOLS),
        link_rel="noopener noreferrer nofollow",
    )


def plain_text(html: str) -> str:
    """Return the words of sanitised HTML, without tags."""
    return " ".join(unescape(_TAG.sub(" ", html)).split())


def excerpt(text: str, length: int = 200) -> str:
    """Return the beginning of a text (Markdown or plain), cut on a word, on one line."""
    bare = re.sub(r"[*_`#>|]+|\[\[|\]\]|!?\[([^\[\]]*)\]\([^()]*\)", lambda found: found.group(1) or "", text)
    bare = " ".join(bare.split())
    if len(bare) <= length:
        return bare
    return bare[:length].rsplit(" ", 1)[0].rstrip(" ,;:.–-") + "…"


def blocks_of(text: str) -> list[tuple[str, list[str]]]:
    """Return plain text cut for a page: ("p", lines), and ("ul", items) for lines that begin with a hyphen."""
    blocks: list[tuple[str, list[str]]] = []
    for paragraph in re.split(r"\n\s*\n", clean_text(text).strip()):
        lines = filter(None, map(str.strip, paragraph.split("\n")))
        for is_list, group in groupby(lines, key=lambda line: _ITEM.match(line) is not None):
            blocks.append(("ul" if is_list else "p", [_ITEM.sub("", line) for line in group]))
    return blocks


def placeholders(source: str) -> list[tuple[str, str]]:
    """Return the things a text points to as ``[[type:public_id]]``, in order, each once."""
    return list(dict.fromkeys((found.group(1), found.group(2)) for found in _PLACEHOLDER.finditer(source)))


def fill_placeholders(html: str, card: Callable[[str, str], Markup | None]) -> Markup:
    """Replace the placeholders of sanitised HTML by what ``card(type, public_id)`` gives this reader.

    None (the reader may not see it, or it is gone) leaves the same neutral words for everybody.
    """
    if "[[" not in html:
        return Markup(html)  # noqa: S704 - html comes from render_markdown

    def shown(found: re.Match[str]) -> str:
        if found.group(1) is None:
            return found.group(0)
        return str(card(found.group(1), found.group(2)) or "")

    return Markup(_PLACEHOLDER_IN_TEXT.sub(shown, html))  # noqa: S704 - html comes from render_markdown, cards from templates


def typographic(html: str) -> Markup:
    """Return sanitised HTML of a French text with no-break spaces, outside of tags and code."""
    return french_spaces(Markup(html))  # type: ignore[return-value]  # noqa: S704 - html comes from render_markdown
