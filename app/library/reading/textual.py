"""Telling text from binary, and HTML from other text, by the first bytes of a file."""

from __future__ import annotations

import codecs
import re

# The control bytes a text may hold: tab, line feed, form feed, carriage return, Ctrl-Z (DOS end of file), escape.
_ALLOWED_CONTROLS = frozenset(b"\t\n\x0c\r\x1a\x1b")
_MOST_CONTROLS = 0.01
_FIRST_PRINTABLE = 0x20
_FEWEST_PAIRS = 2
_HEADER = re.compile(rb"^([A-Za-z][A-Za-z0-9-]{1,60}):")
_MAIL_HEADERS = frozenset(
    {b"from", b"to", b"date", b"subject", b"message-id", b"mime-version", b"received", b"return-path", b"content-type"}
)
_FEWEST_HEADERS = 2
_MARKUP = re.compile(
    rb"<\s*(!doctype|html|head|body|title|meta|div|p|table|span|h[1-6]|a|ul|ol|script|br)\b", re.IGNORECASE
)

BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def byte_order_mark(data: bytes) -> tuple[bytes, str] | None:
    """Return the byte order mark that opens `data` and the encoding it announces."""
    return next(((mark, name) for mark, name in BOMS if data.startswith(mark)), None)


def utf16_without_mark(data: bytes) -> str | None:
    """Return "utf-16-le" or "utf-16-be" for European text in UTF-16 without mark: every other byte is zero."""
    sample = data[:4096]
    half = len(sample) // 2
    if half < _FEWEST_PAIRS:
        return None
    even, odd = sample[0 : half * 2 : 2].count(0), sample[1 : half * 2 : 2].count(0)
    if odd > half * 0.6 and even < half * 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.6 and odd < half * 0.05 else None


def looks_like_text(head: bytes) -> bool:
    """Tell whether the first bytes of a file are text in some encoding, and neither binary nor EBCDIC."""
    if byte_order_mark(head) or utf16_without_mark(head):
        return True
    controls = sum(byte < _FIRST_PRINTABLE and byte not in _ALLOWED_CONTROLS for byte in head)
    return b"\0" not in head and controls <= len(head) * _MOST_CONTROLS


def looks_like_mail(head: bytes) -> bool:
    """Tell whether a file begins with the headers of a mail (RFC 5322 section 2.2), of which every mail has some."""
    first = head.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n").split(b"\r\n\r\n", 1)[0].split(b"\n\n", 1)[0]
    lines = [line for line in first.splitlines() if not line.startswith((b" ", b"\t", b">From ", b"From "))]
    names = {match[1].lower() for line in lines if (match := _HEADER.match(line))}
    begins = bool(lines) and _HEADER.match(lines[0]) is not None
    return begins and b"\0" not in first and len(names & _MAIL_HEADERS) >= _FEWEST_HEADERS


def looks_like_html(head: bytes) -> bool:
    """Tell whether text holds at least one tag of HTML (in any encoding that keeps ASCII, or UTF-16)."""
    return _MARKUP.search(head.replace(b"\0", b"")) is not None
