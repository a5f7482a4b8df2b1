"""The main navigation: entries appear with their feature, for the persons who may open them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for

from app.core.db import PUBLIC_ID_LENGTH, cache_of_transaction
from app.core.slots import collect

LONGEST_TARGET = 2000


@dataclass(frozen=True)
class NavigationEntry:
    """One entry of the bar; ``prefix`` and ``also`` are the beginnings of the addresses it stands for."""

    url: str
    label: str
    icon: str
    prefix: str
    also: tuple[str, ...] = ()

    @property
    def active(self) -> bool:
        """Whether the present page stands under this entry."""
        return request.path in {self.prefix, *self.also} or any(
            request.path.startswith(f"{one}/") for one in (self.prefix, *self.also) if one != "/"
        )


@dataclass(frozen=True)
class Tab:
    """One tab of a space."""

    url: str
    label: str
    count: int | None = None
    active: bool = False


@dataclass(frozen=True)
class Figure:
    """One number of the administration's front page: how many, of what, and the page that shows them."""

    number: int
    words: str
    url: str


def navigation() -> list[NavigationEntry]:
    """Return the entries for the signed-in person, in order."""
    return collect("navigation")


def safe_next(target: Any) -> str | None:
    """Return a local path to go to after signing in, None for anything else.

    Refuses other hosts in every spelling a browser understands: two slashes, a backslash, tabs and line ends, schemes
    (WHATWG URL, "special scheme" parsing strips tab and newline).
    """
    if not isinstance(target, str) or not target.startswith("/") or len(target) > LONGEST_TARGET:
        return None
    if any(ord(character) < 0x21 or character == "\\" for character in target) or target.startswith("//"):  # noqa: PLR2004
        return None
    return target


def page_of_form() -> str | None:
    """Return the page on which the form being sent stood, from the referring address of this same site."""
    referrer, host = request.referrer or "", request.host_url
    return safe_next(referrer.removeprefix(host.rstrip("/"))) if referrer.startswith(host) else None


def here() -> str:
    """Return the address being read, to come back to it; without its arguments when they are too long to be sent on.

    An address that carries its own secret is never given away: arguments of addresses stand in histories and journals.
    """
    if "secret" in (request.view_args or {}):
        return safe_next(request.args.get("next")) or "/"
    whole = request.full_path.rstrip("?")
    return whole if len(whole) <= LONGEST_TARGET else request.path[:LONGEST_TARGET]


def url_of(endpoint: str, thing: Any) -> str:
    """Return the address of a view of one thing by its public id; the router is asked once for a whole page."""
    shapes = cache_of_transaction().setdefault("urls", {})
    if endpoint not in shapes:
        some_id = "a" * PUBLIC_ID_LENGTH
        shapes[endpoint] = url_for(endpoint, public_id=some_id).rsplit(some_id, 1)
    before, after = shapes[endpoint]
    return f"{before}{thing.public_id}{after}"


def address(endpoint: str, **values: Any) -> str:
    """Return the absolute address of a page, from the settings and never from the request (mails, feeds).

    ``_anchor`` names a part of the page, as in ``url_for``.
    """
    anchor = values.pop("_anchor", None)
    path = current_app.url_map.bind("").build(endpoint, values)
    return f"{current_app.config['SETTINGS'].public_url}{path}{f'#{anchor}' if anchor else ''}"
