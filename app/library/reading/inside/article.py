"""What a page of the web says of the article it holds, and the words of the article itself.

Read in this order: JSON-LD of schema.org (what news sites publish for search engines), the tags of OpenGraph and of
Dublin Core, then what is seen (h1, time, title). https://schema.org/NewsArticle, https://ogp.me.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from .cleaning import clean_text
from .language import guess_language
from .metadata import plausible_date, plausible_language
from .reach import target_of
from .trouble import CannotRead

FEWEST_WORDS = 40
LONGEST_TEXT = 300_000
_LONGEST_LINE, _LONGEST_SUMMARY, _MOST_AUTHORS = 250, 1500, 12
_DEEPEST, _MOST_NODES = 12, 2000
_SILENT_WORDS = (
    "script style template noscript svg math iframe object select textarea button nav aside footer figcaption"
)
_SILENT = frozenset(_SILENT_WORDS.split())
_TEXTUAL = frozenset(["p", "h2", "h3", "h4", "blockquote", "li", "pre"])
_VOID_WORDS = "area base br col embed hr img input link meta source track wbr"
_VOID = frozenset(_VOID_WORDS.split())
_MARKS = frozenset({"fbclid", "gclid", "dclid", "msclkid", "xtor", "mc_cid", "mc_eid", "igshid", "ref_src"})
_OUTLETS = ("og:site_name", "citation_journal_title", "application-name", "dc.publisher")
_PUBLISHED = ("article:published_time", "og:article:published_time", "datepublished", "citation_publication_date")
_KEEPS_OUT = re.compile(r"\b(noindex|nosnippet|noarchive|none|tdm-reservation)\b", re.IGNORECASE)


@dataclass
class Article:
    """What was found: proposals for a form, and ``text``, empty where the site does not want it kept."""

    title: str = ""
    outlet: str = ""
    authors: list[str] = field(default_factory=list)
    date: str = ""
    address: str = ""
    summary: str = ""
    lang: str = ""
    text: str = ""
    is_article: bool = False


def read_article(source: str, url: str, robots: str = "") -> Article:
    """Return what a page says; ``url`` is where it came from. Never raises for bad markup."""
    page = _Page()
    page.feed(source.replace("\0", ""))
    page.close()
    said, metas = _of_json_ld(page.json_ld), page.metas
    text = "\n\n".join(page.article or page.loose)
    declared = _line(said.get("inLanguage") or page.language or metas.get("og:locale"))
    found = Article(
        title=_title(said, page),
        outlet=_outlet(said, metas, url),
        authors=_authors(said, metas),
        date=_date(said, page),
        address=_canonical(page.canonical or metas.get("og:url", ""), url),
        summary=_text(said.get("description") or _first(metas, "og:description", "description", "dc.description")),
        lang=guess_language(text) or plausible_language(declared) or "",
    )
    body = clean_text(unescape(_string(said.get("articleBody")))) or clean_text(text)
    found.is_article = bool(said) or metas.get("og:type", "").lower() == "article" or len(body.split()) >= FEWEST_WORDS
    reserved = metas.get("tdm-reservation", "").strip() == "1"
    if found.is_article and not reserved and not _KEEPS_OUT.search(f"{robots} {metas.get('robots', '')}"):
        found.text = body[:LONGEST_TEXT]
    return found


class _Page(HTMLParser):
    """Collects claims and paragraphs; those inside an article or the main part first."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.metas: dict[str, str] = {}
        self.canonical, self.language, self.time = "", "", ""
        self.json_ld: list[str] = []
        self.headings: dict[str, list[str]] = {}
        self.article: list[str] = []
        self.loose: list[str] = []
        self._silent: list[str] = []
        self._inside = 0
        self._words: list[str] | None = None
        self._named: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element claims of the article, and where its text begins."""
        values = {name: value or "" for name, value in attrs}
        self._claim(tag, values)
        if self._silent:
            self._silent += [tag] if tag == self._silent[-1] else []
        elif tag in _SILENT:
            self._silent.append(tag)
            if tag == "script" and values.get("type", "").split(";")[0].strip().lower() == "application/ld+json":
                self._named = []
                self.json_ld.append("")
        else:
            self._begin(tag)

    def _begin(self, tag: str) -> None:
        if tag in {"article", "main"}:
            self._inside += 1
        elif tag in {"h1", "title"}:
            self._named = self.headings.setdefault(tag, []) if tag not in self.headings else None
        elif tag in _TEXTUAL:
            self._close_words()
            self._words, self._named = [], None
        elif tag == "br" and self._words is not None:
            self._words.append("\n")

    def _claim(self, tag: str, values: dict[str, str]) -> None:
        if tag == "html":
            self.language = self.language or values.get("lang") or values.get("xml:lang") or ""
        elif tag == "meta":
            name = (values.get("property") or values.get("name") or values.get("itemprop") or "").strip().lower()
            if name and values.get("content", "").strip():
                self.metas.setdefault(name, values["content"])
        elif tag == "link" and "canonical" in values.get("rel", "").lower().split():
            self.canonical = self.canonical or values.get("href", "")
        elif tag == "time" and values.get("datetime") and (not self.time or values.get("itemprop") == "datePublished"):
            self.time = values["datetime"]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close what the element had opened: silence, a title, a paragraph."""
        if self._silent:
            if tag == self._silent[-1]:
                self._silent.pop()
                if tag == "script" and self._named is not None:
                    self.json_ld[-1] = "".join(self._named)
                    self._named = None
            return
        if tag in {"article", "main"}:
            self._inside = max(0, self._inside - 1)
        elif tag in {"h1", "title"}:
            self._named = None
        elif tag in _TEXTUAL:
            self._close_words()

    def handle_data(self, data: str) -> None:
        if self._named is not None:
            self._named.append(data)
        elif not self._silent and self._words is not None:
            self._words.append(data.replace("\r", " ").replace("\n", " "))

    def close(self) -> None:
        super().close()
        self._close_words()

    def _close_words(self) -> None:
        if self._words is not None:
            text = clean_text("".join(self._words))
            if text:
                (self.article if self._inside else self.loose).append(text)
        self._words = None


def _of_json_ld(scripts: list[str]) -> dict[str, Any]:
    """Return the first thing of schema.org that is an article."""
    for script in scripts:
        try:
            read = json.loads(script.strip().removesuffix(";"), strict=False)
        except (ValueError, RecursionError):
            continue
        for node in _nodes(read):
            types = node.get("@type")
            names = types if isinstance(types, list) else [types]
            if any(isinstance(name, str) and name.endswith(("Article", "Posting", "Report")) for name in names):
                return node
    return {}


def _nodes(read: Any) -> Iterator[dict[str, Any]]:
    waiting, seen = [(read, 0)], 0
    while waiting and seen < _MOST_NODES:
        one, depth = waiting.pop(0)
        seen += 1
        if isinstance(one, dict):
            yield one
        inner = one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
        if depth < _DEEPEST:
            waiting += [(value, depth + 1) for value in inner if isinstance(value, dict | list)]


def _first(metas: dict[str, str], *names: str) -> str:
    return next((metas[name] for name in names if name in metas), "")


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _line(value: Any, most: int = _LONGEST_LINE) -> str:
    text = " ".join(clean_text(unescape(_string(value)[: most * 8])).split())
    return text if len(text) <= most else text[: most - 1] + "…"


def _text(value: Any) -> str:
    return _line(re.sub(r"<[^<>]{1,200}>", " ", _string(value)[: _LONGEST_SUMMARY * 8]), _LONGEST_SUMMARY)


def _title(said: dict[str, Any], page: _Page) -> str:
    claimed = _line(said.get("headline") or said.get("name"))
    claimed = claimed or _line(_first(page.metas, "og:title", "citation_title", "dc.title", "twitter:title"))
    if claimed:
        return claimed
    heading = _line("".join(page.headings.get("h1", [])))
    if heading:
        return heading
    # « Un titre - Le Journal », « Un titre | Le Journal »
    return re.split(r"\s+[|–—-]\s+(?=[^|–—]{2,40}$)", _line("".join(page.headings.get("title", []))))[0]


def _outlet(said: dict[str, Any], metas: dict[str, str], url: str) -> str:
    publisher = said.get("publisher")
    publisher = publisher[0] if isinstance(publisher, list) and publisher else publisher
    name = publisher.get("name") if isinstance(publisher, dict) else publisher
    claimed = _line(name) or _line(
        _first(metas, "og:site_name", "citation_journal_title", "application-name", "dc.publisher")
    )
    return claimed or (urlsplit(url).hostname or "").removeprefix("www.")


def _authors(said: dict[str, Any], metas: dict[str, str]) -> list[str]:
    value = said.get("author") or said.get("creator")
    entries = value if isinstance(value, list) else [value]
    names = [_name(one.get("name") if isinstance(one, dict) else one) for one in entries]
    names = [name for name in names if name]
    if not names:
        claimed = _name(_first(metas, "author", "article:author", "dc.creator", "citation_author"))
        names = [name for name in re.split(r"\s*[,;]\s*|\s+(?:et|and)\s+", claimed) if name]
    return list(dict.fromkeys(names))[:_MOST_AUTHORS]


def _name(value: Any) -> str:
    """Return a name of a person or body; an address is none."""
    name = re.sub(r"^(?:par|by)\s+", "", _line(value, 150), flags=re.IGNORECASE)
    return "" if "://" in name or "@" in name else name.replace(";", ",")


def _date(said: dict[str, Any], page: _Page) -> str:
    claims = (
        said.get("datePublished"),
        _first(
            page.metas,
            "article:published_time",
            "og:article:published_time",
            "datepublished",
            "citation_publication_date",
        ),
        _first(page.metas, "dc.date", "dcterms.date", "date"),
        page.time,
        said.get("dateModified"),
    )
    days = (plausible_date(_line(claim).replace("/", "-")) for claim in claims)
    return next((day for day in days if day), "")


def _canonical(claimed: str, url: str) -> str:
    """Return the address to keep: the one the page claims, if it is of the same site, without what follows readers."""
    parts = urlsplit(_whole(claimed, url) or url)
    kept = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name.lower() not in _MARKS and not name.lower().startswith("utm_")
    ]
    query = urlencode(kept) if len(kept) != len(parse_qsl(parts.query, keep_blank_values=True)) else parts.query
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path, query, ""))


def _whole(claimed: str, url: str) -> str:
    """Return the address a page claims, if it is one of the same site and more than its front page."""
    try:
        found, here = target_of(claimed, url) if claimed.strip() else None, target_of(url)
    except CannotRead:
        return ""
    same = found is not None and found.host.split(".")[-2:] == here.host.split(".")[-2:]
    return found.url if found is not None and same and found.path != "/" else ""
