"""The text of an HTML page, by the standard library's forgiving parser.

kreuzberg was tried: it answers in Markdown ("**P****résents**" splits a word in two) and believes the charset the
page declares.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_SILENT = frozenset(
    {"script", "style", "template", "noscript", "svg", "math", "iframe", "object", "select", "textarea"}
)
_BLOCK_WORDS = (
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol p pre section "
    "summary table ul caption title"
)
_BLOCKS = frozenset(_BLOCK_WORDS.split())
_LINES = frozenset({"br", "tr", "option"})
_CELLS = frozenset({"td", "th"})
_DATES = frozenset(
    {"date", "dcterms.date", "dc.date", "dcterms.created", "dcterms.issued", "created", "article:published_time"}
)
_TITLES = frozenset({"dc.title", "dcterms.title", "og:title"})
_AUTHORS = frozenset({"author", "dc.creator", "dcterms.creator", "article:author"})
_DEEPEST = 10_000_000


@dataclass
class HtmlPage:
    """The text of a page, paragraphs separated by empty lines, and what its head says."""

    text: str = ""
    language: str | None = None
    about: dict[str, str] = field(default_factory=dict)


def read_html(source: str) -> HtmlPage:
    """Return the visible text and the head's claims; never raises for bad markup."""
    parser = _Reader()
    parser.feed(source.replace("\0", ""))
    parser.close()
    return HtmlPage("".join(parser.parts), parser.language, parser.claims)


class _Reader(HTMLParser):
    """Collects text; one level of silence (script, style …) at a time, ended by its own end tag only."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.language: str | None = None
        self.claims: dict[str, str] = {}
        self._silent = ""
        self._title: list[str] | None = None
        self._preformatted = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin what the element opens; nothing inside a silent one counts."""
        if self._silent:
            return
        if tag in _SILENT:
            self._silent = tag
        values = {name: value or "" for name, value in attrs}
        if tag in {"html", "body"}:
            self.language = self.language or values.get("lang") or values.get("xml:lang")
        elif tag == "meta":
            self._claim(values)
        elif tag == "title":
            self._title = []
        self._preformatted = self._preformatted or tag == "pre"
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = ""
        elif tag == "title" and self._title is not None:
            self.claims.setdefault("title", "".join(self._title))
            self._title = None
        self._preformatted = self._preformatted and tag != "pre"
        self._break(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _SILENT:
            self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._title is not None:
            self._title.append(data)
        else:
            self.parts.append(data if self._preformatted else data.replace("\r", " ").replace("\n", " "))

    def _break(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n\n")
        elif tag in _LINES:
            self.parts.append("\n")
        elif tag in _CELLS:
            self.parts.append("  ")

    def _claim(self, values: dict[str, str]) -> None:
        name = (values.get("name") or values.get("property") or "").lower()
        for key, names in (("date", _DATES), ("title", _TITLES), ("author", _AUTHORS)):
            if name in names:
                self.claims.setdefault(key, values.get("content", ""))
