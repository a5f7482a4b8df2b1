"""The text of a Markdown file without its marks, and what its front matter says."""

from __future__ import annotations

import re

from .cleaning import clean_text
from .extractor import extract_bytes

_FRONT = re.compile(r"\A\s*(---|\+\+\+)[ \t]*\n(.{0,20000}?)\n(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_ENTRY = re.compile(r"^([A-Za-z_][\w-]*)[ \t]*[:=][ \t]*(.+?)[ \t]*$", re.MULTILINE)
_HEADING = re.compile(r"^#{1,2}[ \t]+(.+?)[ \t#]*$|^([^\n]+)\n={3,}[ \t]*$", re.MULTILINE)
_KEYS = {
    "title": "title", "titre": "title", "author": "author", "auteur": "author", "authors": "author",
    "date": "date", "publication_date": "date", "lang": "lang", "language": "lang",
}  # fmt: skip


def read_markdown(source: str) -> tuple[str, dict[str, str]]:
    """Return the plain text and a dict with title, author, date, lang where the file gives them.

    The front matter is kept out of the text but for its title: the rest is written for machines.
    """
    source = source.replace("\r\n", "\n")
    front, body = split_front_matter(source)
    if "title" not in front and (heading := _HEADING.search(body)):
        front["title"] = _plain(heading[1] or heading[2]).strip()
    elif "title" in front:
        body = f"# {front['title']}\n\n{body}" if front["title"] not in body[:2000] else body
    return _plain(body), front


def split_front_matter(source: str) -> tuple[dict[str, str], str]:
    """Split the "key: value" lines between two rules at the top from the text below them."""
    match = _FRONT.match(source)
    if match is None:
        return {}, source
    found: dict[str, str] = {}
    for key, value in _ENTRY.findall(match[2]):
        if known := _KEYS.get(key.lower()):
            found.setdefault(known, value.strip("\"' "))
    return found, source[match.end() :]


def _plain(markdown: str) -> str:
    """Return Markdown without its marks."""
    data = clean_text(markdown).encode("utf-8")
    return extract_bytes(data, "text/markdown").content if data else ""
