"""Speaking with clamd, the daemon of ClamAV, in its own words and within bounds of time."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

CONNECTING = 5.0  # seconds
SILENT = 60.0
CHUNK = 64 * 1024
LONGEST_ANSWER = 4096
USUAL_PORT = 3310


class ScannerUnreachableError(Exception):
    """The scanner did not say what it thinks of a file: it is down, slow, or refuses so large a file."""


@dataclass(frozen=True)
class Verdict:
    """What a scanner says of a file: the name of what it found, nothing where it found nothing."""

    signature: str = ""

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found."""
        return not self.signature


def scan(stream: BinaryIO, url: str, *, longest: float = 240.0) -> Verdict:
    """Have clamd look at a stream and return what it says.

    ``url`` is ``tcp://host:port`` or ``unix:///path``; ``longest`` bounds the whole in seconds. The protocol is the
    one of clamd(8): ``zINSTREAM`` and a zero byte, then chunks, each after its length in four bytes with the highest
    first, a length of zero at the end; the answer ends with a zero byte, « stream: OK » or « stream: NAME FOUND ».
    Raises ScannerUnreachableError.
    """
    end = time.monotonic() + longest
    try:
        with _connected(url) as link:
            link.sendall(b"zINSTREAM\0")
            while chunk := stream.read(CHUNK):
                _in_time(link, end)
                link.sendall(len(chunk).to_bytes(4, "big") + chunk)
            link.sendall(bytes(4))
            return _verdict(_answer(link, end))
    except OSError as error:
        raise ScannerUnreachableError(f"{type(error).__name__}: {error}") from error


def _connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        link = socket.socket(socket.AF_UNIX)
        link.settimeout(CONNECTING)
        try:
            link.connect(unquote(parts.path))
        except OSError:
            link.close()
            raise
        return link
    return socket.create_connection((parts.hostname or "127.0.0.1", parts.port or USUAL_PORT), CONNECTING)


def _in_time(link: socket.socket, end: float) -> None:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("the scanner takes too long")
    link.settimeout(min(SILENT, left))


def _answer(link: socket.socket, end: float) -> str:
    said = b""
    while b"\0" not in said and len(said) < LONGEST_ANSWER:
        _in_time(link, end)
        heard = link.recv(LONGEST_ANSWER)
        if not heard:
            break
        said += heard
    return said.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _verdict(said: str) -> Verdict:
    words = said.removeprefix("stream:").strip()
    if words == "OK":
        return Verdict()
    if words.endswith(" FOUND"):
        return Verdict(words.removesuffix(" FOUND").strip() or "?")
    raise ScannerUnreachableError(said or "no answer")
