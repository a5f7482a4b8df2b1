"""Asking a page of the web for its bytes: to addresses already checked, within bounds, as nobody in particular."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .reach import Target, addresses_of, target_of
from .trouble import CannotRead

if TYPE_CHECKING:
    from pathlib import Path

MOST_REDIRECTS = 5
MOST_ADDRESSES = 3
_CHUNK = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_PDF = "application/pdf"
_CLOSED = frozenset({401, 402, 403, 407, 451})
_GONE = frozenset({404, 410})
_OK = 200


@dataclass(frozen=True)
class Answer:
    """What came: its address after all redirections, "html" or "pdf", the charset the server says, its bytes."""

    url: str
    form: str
    charset: str
    robots: str
    path: Path


def fetch(request: dict[str, Any], folder: Path) -> Answer:
    """Fetch a page into a file of ``folder``. Raises CannotRead("refused", why).

    ``request``: ``address``, ``agent`` (who we say we are), ``trusted`` (see ``reach``), ``seconds`` for all of it,
    ``page_most`` and ``file_most``: the largest page and PDF, in bytes, once unpacked.
    """
    until = time.monotonic() + request["seconds"]
    target = target_of(request["address"])
    for _turn in range(MOST_REDIRECTS + 1):
        answer = _ask(target, request, until)
        try:
            if answer.status in _REDIRECTS and answer.getheader("Location"):
                target = target_of(_as_text(answer.getheader("Location") or ""), target.url)
                continue
            return _taken(answer, target, request, folder, until)
        finally:
            answer.close()
    raise CannotRead("refused", "redirects")


def _as_text(header: str) -> str:
    """Return a header as the UTF-8 it most often is: http.client reads Latin-1."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header


class _Connection(http.client.HTTPConnection):
    """A connection over a socket that is open already."""

    def __init__(self, target: Target, opened: socket.socket) -> None:
        super().__init__(target.host, target.port)
        self.sock = opened
        self.auto_open = 0


def _ask(target: Target, request: dict[str, Any], until: float) -> http.client.HTTPResponse:
    connection = _Connection(target, _opened(target, addresses_of(target, request["trusted"]), until))
    default = target.port == {"http": 80, "https": 443}[target.scheme]
    host = f"[{target.host}]" if ":" in target.host else target.host
    headers = {
        "Host": host if default else f"{host}:{target.port}",
        "User-Agent": request["agent"],
        "Accept": "text/html,application/xhtml+xml,application/pdf;q=0.8",
        "Accept-Language": request["languages"],
        "Accept-Encoding": "gzip, identity",
        "Connection": "close",
    }
    try:
        connection.request("GET", target.path, headers=headers)
        return connection.getresponse()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise CannotRead("refused", "slow" if isinstance(error, TimeoutError) else "silent") from error


def _opened(target: Target, addresses: list[str], until: float) -> socket.socket:
    """Open a socket to one of the addresses themselves, in TLS where the page asks for it."""
    late = True
    for address in addresses[:MOST_ADDRESSES]:
        try:
            plain = socket.create_connection((address, target.port), timeout=_left(until) / 2)
        except OSError as error:
            late = late and isinstance(error, TimeoutError)
            continue
        plain.settimeout(_left(until))
        if target.scheme == "http":
            return plain
        try:
            return _tls().wrap_socket(plain, server_hostname=target.host)
        except OSError as error:
            plain.close()
            raise CannotRead("refused", "certificate" if isinstance(error, ssl.SSLError) else "silent") from error
    raise CannotRead("refused", "slow" if late else "silent")


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:
        import certifi

        context.load_verify_locations(certifi.where())
    return context


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise CannotRead("refused", "slow")
    return left


def _taken(
    answer: http.client.HTTPResponse, target: Target, request: dict[str, Any], folder: Path, until: float
) -> Answer:
    """Write the bytes of a good answer down, unpacked, as far as its sort allows."""
    if answer.status != _OK:
        known = "closed" if answer.status in _CLOSED else "gone" if answer.status in _GONE else "trouble"
        raise CannotRead("refused", known)
    kind = answer.headers.get_content_type().lower()
    if kind not in _PAGES and kind != _PDF:
        raise CannotRead("refused", "not_page")
    form = "pdf" if kind == _PDF else "html"
    most = request["file_most" if form == "pdf" else "page_most"]
    if (answer.length or 0) > most:
        raise CannotRead("refused", "too_big")
    path = folder / "fetched"
    with path.open("wb") as kept:
        size = 0
        for piece in _unpacked(answer, most, until):
            size += len(piece)
            if size > most:
                raise CannotRead("refused", "too_big")
            kept.write(piece)
    charset = answer.headers.get_content_charset() or ""
    robots = " ".join(answer.headers.get_all("X-Robots-Tag") or [])
    if (answer.getheader("TDM-Reservation") or "").strip() == "1":
        robots += " tdm-reservation"
    return Answer(target.url, form, charset, robots, path)


def _unpacked(answer: http.client.HTTPResponse, most: int, until: float) -> Any:
    """Yield what comes, unpacked a little at a time: a bomb is known before it has gone off."""
    packing = (answer.getheader("Content-Encoding") or "identity").strip().lower()
    if packing not in {"identity", "", "gzip", "x-gzip"}:
        raise CannotRead("refused", "not_page")
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16) if "gzip" in packing else None
    came = 0
    try:
        while piece := answer.read1(_CHUNK):
            _left(until)
            came += len(piece)
            if came > most:
                raise CannotRead("refused", "too_big")
            while piece:
                yield unpacking.decompress(piece, _CHUNK) if unpacking else piece
                piece = unpacking.unconsumed_tail if unpacking else b""
    except (OSError, http.client.HTTPException, zlib.error, ValueError) as error:
        raise CannotRead("refused", "slow" if isinstance(error, TimeoutError) else "cut") from error
