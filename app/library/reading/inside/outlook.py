"""Reading Outlook's ``.msg``: an OLE file whose streams are named after properties ([MS-OXMSG] 2.1).

The text and the head of a message come from kreuzberg; what it carries is taken from its streams by olefile, which
knows the container and no mail. A message inside becomes an internet message, so that it can be kept
as a file of its own.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import kreuzberg
import olefile

from .cleaning import clean_text
from .extractor import extract_file
from .mail import SHOWN, Mail, Part
from .markup import read_html
from .trouble import CannotRead

MEDIA_TYPE = "application/vnd.ms-outlook"
# Property tags ([MS-OXPROPS]), without their types: 001F is UTF-16, 001E eight bits, 0102 bytes, 000D a storage.
_SUBJECT, _SENDER, _TO, _BODY, _HTML = "0037", "0C1A", "0E04", "1000", "1013"
_NAME, _LONG_NAME, _CONTENT, _CONTENT_ID = "3704", "3707", "3701", "3712"
_DISPLAYED = "3001"
_SENT = 0x00390040  # PidTagClientSubmitTime
_ATTACHED, _STREAM, _PROPERTIES = "__attach_version1.0_#", "__substg1.0_", "__properties_version1.0"
_HEADERS_INSIDE = 24  # bytes before the properties of a message inside another ([MS-OXMSG] 2.4.1.2)
_ENTRY = 16
_DEEPEST, _MOST = 5, 20_000
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_PREFIX = tuple[str, ...]


def read_outlook(path: Path) -> Mail:
    """Return a message as read. Raises CannotRead."""
    try:
        said = extract_file(path, MEDIA_TYPE)
        content = olefile.OleFileIO(str(path))
    except (kreuzberg.KreuzbergError, OSError, ValueError) as error:
        raise CannotRead("unreadable", "damaged") from error
    head, _blank, text = said.content.partition("\n\n")
    heads = [(name, value.strip()) for name, _colon, value in (line.partition(":") for line in head.splitlines())]
    shown = [pair for pair in heads if pair[0] in SHOWN and pair[1]]
    claims = {
        "title": str(said.metadata.get("subject") or ""),
        "author": ", ".join(said.metadata.get("authors") or []),
        "date": str(said.metadata.get("created_at") or ""),
    }
    return Mail(shown, text, claims, _Storage(content, ()).parts())


class _Storage:
    """A message, or one inside it: the streams under one place of an OLE file."""

    def __init__(self, content: Any, at: _PREFIX) -> None:
        self.content, self.at = content, at

    def stream(self, *names: str) -> bytes:
        """Return the bytes of a stream, empty when there is none."""
        path = [*self.at, *names]
        return bytes(self.content.openstream(path).read()) if self.content.exists(path) else b""

    def text(self, tag: str, *under: str) -> str:
        """Return a property that is a text."""
        wide = self.stream(*under, f"{_STREAM}{tag}001F")
        if wide:
            return clean_text(wide.decode("utf-16-le", "replace"))
        return clean_text(self.stream(*under, f"{_STREAM}{tag}001E").decode("cp1252", "replace"))

    def parts(self, depth: int = 0) -> list[Part]:
        """Return what the message carries."""
        deep = len(self.at)
        found = [path[deep] for path in self.content.listdir() if list(self.at) == path[:deep] and len(path) > deep + 1]
        names = sorted({name for name in found if name.startswith(_ATTACHED)})[:_MOST]
        return [self._part(name, depth) for name in names]

    def _part(self, name: str, depth: int) -> Part:
        shown = self.text(_LONG_NAME, name) or self.text(_NAME, name) or self.text(_DISPLAYED, name)
        inside = [*self.at, name, f"{_STREAM}{_CONTENT}000D"]
        if self.content.exists(inside):
            inner = _Storage(self.content, tuple(inside))
            subject = inner.text(_SUBJECT) or shown or "message"
            return Part(f"{_line(subject)}.eml", 0, inline=False, content=lambda: inner.as_message(depth + 1))
        stream = [*self.at, name, f"{_STREAM}{_CONTENT}0102"]
        size = self.content.get_size(stream) if self.content.exists(stream) else 0
        inline = bool(self.text(_CONTENT_ID, name))
        return Part(_line(shown) or "1.bin", size, inline, content=lambda: self.stream(name, stream[-1]))

    def as_message(self, depth: int) -> bytes:
        """Return a message inside another as an internet message, with what it carries."""
        if depth > _DEEPEST:
            raise CannotRead("unreadable", "too_deep")
        message = EmailMessage()
        for head, tag in (("Subject", _SUBJECT), ("From", _SENDER), ("To", _TO)):
            value = _line(self.text(tag))
            if value:
                message[head] = value if head == "Subject" else Address(display_name=value)
        sent = self._sent()
        if sent is not None:
            message["Date"] = format_datetime(sent)
        text = self.text(_BODY) or read_html(self.stream(f"{_STREAM}{_HTML}0102").decode("cp1252", "replace")).text
        message.set_content(text)
        for one in self.parts(depth):
            message.add_attachment(one.content(), "application", "octet-stream", filename=one.name)
        return message.as_bytes()

    def _sent(self) -> datetime | None:
        """Return when it was sent, from the fixed properties ([MS-OXMSG] 2.4.2.1)."""
        listed = self.stream(_PROPERTIES)[_HEADERS_INSIDE:]
        for at in range(0, len(listed) - _ENTRY + 1, _ENTRY):
            tag, _flags, value = struct.unpack_from("<IIQ", listed, at)
            if tag == _SENT:
                return _EPOCH + timedelta(microseconds=min(value // 10, 3 * 10**16))
        return None


def _line(text: str, most: int = 180) -> str:
    return " ".join(text.split())[:most]
