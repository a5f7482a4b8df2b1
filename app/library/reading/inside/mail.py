"""Reading a mail: what it says as text, what it carries, and what it carries taken out when asked.

Internet messages (RFC 5322, MIME) by the standard library; Outlook's ``.msg`` ([MS-OXMSG], properties of [MS-OXPROPS])
by ``outlook.py``. A mail inside a mail is one of the things carried, never read along.
"""

from __future__ import annotations

import contextlib
import email
import re
from dataclasses import dataclass
from email.message import EmailMessage, Message
from email.policy import EmailPolicy
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .cleaning import clean_text
from .decoding import decode
from .markup import read_html
from .trouble import CannotRead
from .writing import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .output import Output

MOST_LISTED = 100
_TEXTS_BEFORE = 20  # parts that may come before what is attached: texts in several forms, signatures
_MOST_SEEN = 20_000
_DEEPEST = 40
_LONGEST_HEADER = 1000
#: How much of a header is looked at: the standard library takes minutes over one cut in ten thousand pieces (RFC 2231).
_LONGEST_RAW = 16 * 1024
#: A line that begins a part, when the header that must name it does not: two hyphens, then up to 70 of its letters.
_BOUNDARY = re.compile(rb"^--([0-9A-Za-z'()+_,./:=?-]{1,70})[ \t]*\r?\nContent-", re.MULTILINE)
_TEXTS = frozenset({"text/html", "text/plain"})
SHOWN = ("Subject", "From", "To", "Cc", "Date")


@dataclass(frozen=True)
class Part:
    """One thing a mail carries: its name, its size, whether it is shown in the text (a logo), how to get its bytes."""

    name: str
    size: int
    inline: bool
    content: Callable[[], bytes]


@dataclass(frozen=True)
class Mail:
    """A mail as read: (name, value) of the headers shown, its text, what it proposes, what it carries.

    ``more`` counts what it carries beyond ``parts``.
    """

    heads: list[tuple[str, str]]
    text: str
    claims: dict[str, str]
    parts: list[Part]
    more: int = 0


class _Bounded(EmailPolicy):
    """The policy of the standard library, over the beginning of each header; one it stumbles on says nothing."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_LONGEST_RAW]

    def header_fetch_parse(self, name: str, value: str) -> Any:
        try:
            return super().header_fetch_parse(name, value)
        except Exception:  # noqa: BLE001 - false headers make its parser raise anything (« ; a*0 » an IndexError)
            return self.header_factory(name, "")


def run(request: dict[str, Any], limits: dict[str, Any], output: Output) -> None:
    """Write the text of a mail, its summary and the list of what it carries. Raises CannotRead."""
    path = Path(request["path"])
    if path.stat().st_size > limits["text"] * 4:
        raise CannotRead("too_big", "text")
    mail = read_mail(path, request["code"])
    writer = Writer(output)
    heads = "\n".join(f"{name}: {value}" for name, value in mail.heads)
    writer.passages(f"{heads}\n\n{mail.text}")
    named = mail.parts[:MOST_LISTED]
    listed = [{"n": n, "name": one.name, "size": one.size, "inline": one.inline} for n, one in enumerate(named)]
    more = mail.more + len(mail.parts) - len(named)
    writer.end(mail.claims, sample=mail.text, carries=listed, carries_more=more)


def unpack(request: dict[str, Any], output: Output, folder: Path) -> None:
    """Write the chosen parts of a mail down, each in a file of its own; ``most`` bounds each in bytes."""
    mail = read_mail(Path(request["path"]), request["code"])
    for n in request["parts"]:
        if not 0 <= n < len(mail.parts):
            continue
        content = mail.parts[n].content()
        if len(content) <= request["most"]:
            (folder / f"part-{n}").write_bytes(content)
            output.note({"part": n, "name": mail.parts[n].name})
    output.end(status="searchable")


def read_mail(path: Path, code: str) -> Mail:
    """Return a mail of a file of type "eml" or "msg". Raises CannotRead."""
    if code == "msg":
        from .outlook import read_outlook

        return read_outlook(path)
    return of_message(email.message_from_bytes(path.read_bytes(), policy=_Bounded()))


def of_message(message: Message) -> Mail:
    """Return an internet message as read."""
    heads = [(name, value) for name in SHOWN if (value := _header(message, name))]
    said = dict(heads)
    leaves = list(_leaves(message))
    body = _body(leaves)
    text = _text_of(body) if body is not None else ""
    claims = {
        "title": said.get("Subject", ""),
        "author": _name_in(said.get("From", "")),
        "date": _day(said.get("Date", "")),
    }
    first = leaves[: MOST_LISTED + _TEXTS_BEFORE]
    parts = [_part(one, n) for n, one in enumerate(first) if one is not body and not _other_form(one, body)]
    return Mail(heads, text, claims, parts, len(leaves) - len(first))


def _header(message: Message, name: str) -> str:
    """Return a header as text; one that no rule explains as it stands."""
    try:
        value = str(message.get(name, ""))
    except Exception:  # noqa: BLE001 - the standard library raises many things for a broken header
        value = str(dict(message.raw_items()).get(name, "")) if isinstance(message, EmailMessage) else ""
    return " ".join(clean_text(value[: _LONGEST_HEADER * 4]).split())[:_LONGEST_HEADER]


def _name_in(sender: str) -> str:
    """Return « Nicolas Roy » of « Nicolas Roy <n.roy@…> »."""
    return sender.partition("<")[0].strip().strip("\"'")


def _day(said: str) -> str:
    with contextlib.suppress(Exception):  # the standard library raises many things for a broken date
        return parsedate_to_datetime(said).date().isoformat()
    return ""


def _leaves(message: Message, depth: int = 0) -> Iterator[Message]:
    """Yield what a message is made of, a message inside it as one thing."""
    if message.get_content_maintype() != "multipart":
        yield message
        return
    if depth > _DEEPEST:
        raise CannotRead("unreadable", "too_deep")
    if not message.is_multipart():
        yield from _leaves(_taken_for_what_it_is(message), depth + 1)
        return
    inner: Any = message.get_payload()
    for n, one in enumerate(inner):
        if n > _MOST_SEEN:
            raise CannotRead("too_big", "parts")
        yield from _leaves(one, depth + 1)


def _taken_for_what_it_is(message: Message) -> Message:
    """Return again what is said to have parts, but does not say where they begin, or never begins one.

    The first line that looks like a boundary is taken for it (RFC 2046, section 5.1.1); without one, all is plain text
    (RFC 2045, section 5.2: what a type cannot be read of).
    """
    content = _bytes_of(message)
    found = _BOUNDARY.search(content)
    head = b"Content-Type: text/plain\n\n"
    if found:
        head = b'Content-Type: multipart/mixed; boundary="%s"\n\n' % found[1]
    return email.message_from_bytes(head + content, policy=_Bounded())


def _is_attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or _file_name(part) != ""


def _body(leaves: list[Message]) -> Message | None:
    """Return what is to be read: plain text if there is any with words in it, else HTML."""
    texts = [one for one in leaves[:_TEXTS_BEFORE] if one.get_content_maintype() == "text" and not _is_attached(one)]
    plain = (one for one in texts if one.get_content_subtype() == "plain" and _text_of(one).strip())
    return next(plain, None) or next((one for one in texts if one.get_content_subtype() == "html"), None)


def _other_form(part: Message, body: Message | None) -> bool:
    """Tell whether a part is the same text in another form, or the body of a mail that has none."""
    kind = part.get_content_type()
    return not _is_attached(part) and (kind in _TEXTS or (body is None and kind == "text/calendar"))


def _text_of(part: Message) -> str:
    text = decode(_bytes_of(part), markup=part.get_content_subtype() == "html", said=_charset(part))
    return read_html(text).text if part.get_content_subtype() == "html" else text


def _charset(part: Message) -> str:
    with contextlib.suppress(Exception):  # a broken parameter
        return str(part.get_content_charset() or "")
    return ""


def _bytes_of(part: Message) -> bytes:
    """Return the bytes a part carries, whatever they are wrapped in."""
    if part.get_content_maintype() == "message" and part.is_multipart():
        inner: Any = part.get_payload()
        return bytes(inner[0].as_bytes(policy=part.policy.clone(cte_type="8bit"))) if inner else b""
    content = part.get_payload(decode=True)
    if isinstance(content, bytes):
        return content
    return str(part.get_payload()).encode("utf-8", "replace")


def _file_name(part: Message) -> str:
    with contextlib.suppress(Exception):  # a broken parameter
        return _one_line(str(part.get_filename() or ""))
    return ""


def _part(part: Message, n: int) -> Part:
    name = _file_name(part)
    if part.get_content_type() == "message/rfc822":
        inner: Any = part.get_payload()
        subject = _header(inner[0], "Subject") if isinstance(inner, list) and inner else ""
        name = name if name.lower().endswith(".eml") else f"{name or subject or 'message'}.eml"
    if not name:
        name = f"{n + 1}.{_ENDINGS.get(part.get_content_type(), 'bin')}"
    inline = part.get_content_disposition() == "inline" or (
        part.get_content_disposition() is None and bool(part.get("Content-ID"))
    )
    return Part(name, _size(part), inline, lambda: _bytes_of(part))


def _size(part: Message) -> int:
    """Return the size of a part, near enough for a list, without decoding it."""
    payload = part.get_payload()
    if not isinstance(payload, str):
        return len(_bytes_of(part))
    is_base64 = str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64"
    return len(payload) * 3 // 4 if is_base64 else len(payload)


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", clean_text(text[:2000])).strip()[:200]


_ENDINGS = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "text/plain": "txt",
    "text/html": "html",
    "text/csv": "csv",
}
