"""One piece of work of the child: a page of the web is fetched, and what it says is written down."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from .article import read_article
from .decoding import decode
from .fetching import fetch

if TYPE_CHECKING:
    from pathlib import Path

    from .output import Output


def run(request: dict[str, Any], output: Output, folder: Path) -> None:
    """Fetch the page of ``request["address"]`` and write what it says. Raises CannotRead."""
    answer = fetch(request, folder)
    said: dict[str, Any] = {"form": answer.form, "url": answer.url}
    if answer.form == "html":
        text = decode(answer.path.read_bytes(), markup=True, said=answer.charset)
        said |= asdict(read_article(text, answer.url, answer.robots))
    output.note({"fetched": said})
    output.end(status="searchable")
