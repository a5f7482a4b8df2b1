"""From bytes to text, whatever was declared: marks, UTF-8, the declared charset, then the likeliest single-byte one."""

from __future__ import annotations

import codecs
import re

from ..textual import byte_order_mark, utf16_without_mark  # noqa: TID252 - the child loads this package under another name
from .alphabets import alphabet_of, old_charset_of

_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)\b[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.IGNORECASE
)
_DECLARED_WITHIN = 16 * 1024
# The web's own rule (WHATWG Encoding): pages that say Latin-1 are written in Windows-1252.
_MEANS = {
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
}
# UTF-8 read once as Windows-1252 and saved again: "Ã©" for "é".
_TWICE = re.compile("[ÃÂâ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_TWICE_ENOUGH = 3


def decode(data: bytes, *, markup: bool = False, said: str = "") -> str:
    """Return the text of a file; never raises, at worst some characters become U+FFFD.

    In order: the byte order mark; UTF-16 without mark; strict UTF-8 (hardly ever right by chance); UTF-8 but for
    a few bytes (a file cut in the middle of a letter); the charset `said` beside it (by a server, by a mail); with
    `markup`, the charset the page declares; the alphabet its words are of (Cyrillic, Greek …); Windows-1252 or
    ISO 8859-15, unless an old Macintosh or DOS says clearly more. Text encoded twice is mended.
    """
    mark = byte_order_mark(data)
    if mark:
        return data[len(mark[0]) :].decode(mark[1], "replace")
    if wide := utf16_without_mark(data):
        return data.decode(wide, "replace")
    return mend_twice_encoded(
        _nearly_utf8(data) or _named(data, said) or _declared(data, markup=markup) or _guessed(data)
    )


def _nearly_utf8(data: bytes) -> str | None:
    """Decode as UTF-8 when it is but for a letter cut at the end and one wrong letter in twenty accented ones."""
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(data)
    wrong = text.count("\ufffd") - data.count(b"\xef\xbf\xbd")
    right = len(text) - len(text.encode("ascii", "ignore")) - wrong
    return text if wrong * 20 <= right else None


def _declared(data: bytes, *, markup: bool) -> str | None:
    match = _DECLARED.search(data[:_DECLARED_WITHIN]) if markup else None
    return None if match is None else _named(data, match[1].decode("ascii"))


def _named(data: bytes, charset: str) -> str | None:
    """Decode as a charset that somebody names; None for one that is unknown, or cannot be true."""
    name = charset.strip().lower()
    name = _MEANS.get(name, name)
    if not name or name.replace("_", "-").startswith(("utf", "unicode")):
        return None  # it was tried, and it lied
    try:
        if not codecs.lookup(name)._is_text_encoding:  # noqa: SLF001 - "base64" and "zip" are codecs too
            return None
        return data.decode(name, "replace")
    except (LookupError, ValueError):
        return None


def _guessed(data: bytes) -> str:
    """Decode by the letters that come out."""
    text = _western(data)
    charset = alphabet_of(data) or old_charset_of(data, text)
    return data.decode(charset, "replace") if charset else text


def _western(data: bytes) -> str:
    """Decode as Windows-1252; its five empty places as Latin-1 has them, so that nothing is lost.

    ISO 8859-15 differs by œ, Œ, Ÿ and €: where Windows-1252 would show ½, ¼ or ¾ inside a word, it was that.
    """
    text = data.decode("cp1252", "latin1_for_empty")
    if re.search("[a-zA-Z][½¼][a-zA-Z]|\\b[½¼][a-z]", text):
        return text.translate(str.maketrans("¤¦¨´¸¼½¾", "€ŠšŽžŒœŸ"))
    return text


def _latin1_for_empty(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("latin1_for_empty", _latin1_for_empty)


def mend_twice_encoded(text: str) -> str:
    """Undo a double encoding in UTF-8 where there are several traces of one and undoing it works throughout."""
    if len(_TWICE.findall(text)) < _TWICE_ENOUGH:
        return text
    mended = "".join(_mend_line(line) for line in text.splitlines(keepends=True))
    return mended if len(_TWICE.findall(mended)) == 0 else text


def _mend_line(line: str) -> str:
    try:
        return b"".join(_byte(character) for character in line).decode("utf-8")
    except UnicodeError:
        return line


def _byte(character: str) -> bytes:
    try:
        return character.encode("cp1252")
    except UnicodeEncodeError:
        return character.encode("latin-1")
