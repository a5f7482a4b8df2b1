"""Fetching a page of the web: the one door through which this site asks another for anything a person names."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from .bounded import bounded_child
from .limits import MIB, Limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

PAGE_MOST = 5 * MIB
SECONDS = 20
_READING = 10.0  # seconds to start the interpreter and to read the page, on top of those given to the network
_LIMITS = Limits(memory=768 * MIB, cpu=15, output=64 * MIB)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asking:
    """How a page is asked for: who we say we are, in which languages, the largest PDF in bytes.

    ``trusted`` names « host:port » pairs that need not be public: tests name their own server, nothing else does.
    """

    agent: str
    languages: str = "fr, en;q=0.8"
    file_most: int = 50 * MIB
    seconds: float = SECONDS
    page_most: int = PAGE_MOST
    trusted: Sequence[str] = ()


@dataclass(frozen=True)
class Page:
    """What came of it.

    ``refusal`` is empty, or why there is nothing: address, port, unknown_name, inward, redirects, slow, silent,
    certificate, closed, gone, trouble, not_page, too_big, cut, unreadable. ``form`` is "html" or "pdf"; of a PDF,
    ``path`` holds the bytes as long as the door is open. The rest is what the page says of the article it holds.
    """

    refusal: str = ""
    form: str = ""
    url: str = ""
    path: Path | None = None
    title: str = ""
    outlet: str = ""
    authors: list[str] = field(default_factory=list)
    date: str = ""
    address: str = ""
    summary: str = ""
    lang: str = ""
    text: str = ""
    is_article: bool = False


@contextlib.contextmanager
def open_page(address: str, asking: Asking) -> Iterator[Page]:
    """Fetch a page in a bounded child and yield what it says.

    The child resolves the name, checks every address, connects to what it has checked and checks again after each
    redirection; its wall clock ends a server that drips. Never raises for what the server does.
    """
    request = {
        "address": address,
        **{one.name: getattr(asking, one.name) for one in fields(asking)},
        "trusted": list(asking.trusted),
    }
    wall, output = asking.seconds + _READING, max(_LIMITS.output, asking.file_most + MIB)
    with bounded_child("fetch", request, replace(_LIMITS, wall=wall, output=output)) as outcome:
        said: dict[str, Any] = {}
        for line in outcome.lines():
            said |= line
        if outcome.failure:
            log.warning("fetching a page ended with %s: %s", outcome.failure, outcome.said[-500:])
        if "fetched" in said:
            yield Page(**said["fetched"], path=outcome.folder / "fetched")
        else:
            yield Page(refusal=_refusal(outcome.failure, said.get("end", {})))


def _refusal(failure: str, end: dict[str, Any]) -> str:
    if failure in {"timeout", "cpu"}:
        return "slow"
    if failure in {"memory", "output"}:
        return "too_big"
    return str(end.get("detail", "")) if end.get("status") == "refused" else "unreadable"
