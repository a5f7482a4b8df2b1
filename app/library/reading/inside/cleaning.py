"""Making the text of documents plain: composed accents, no control characters, no half characters."""

from __future__ import annotations

import re
import unicodedata

# Controls but tab and line feed; lone surrogates; private use (glyph numbers of fonts without a map);
# noncharacters; marks of direction and width, which no search types.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff\ue000-\uf8ff"
    "\ufdd0-\ufdef\ufeff\ufff0-\ufffc\ufffe\uffff\U000f0000-\U0010ffff]"
)
_BLANKS = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_MANY_BREAKS = re.compile(r"\n{3,}")


def clean_word(word: str) -> str:
    """Return a word folded to NFKC, without what is neither shown nor typed; maybe nothing is left.

    Compatibility folding may open a space inside ("¨" becomes a space and a diaeresis): it is closed again.
    """
    if word.isascii() and word.isprintable():
        return word
    # U+FFFD is what PDFium answers for a letter that its font does not name.
    folded = unicodedata.normalize("NFKC", _UNWANTED.sub("", word).replace("\ufffd", ""))
    return "".join(_UNWANTED.sub("", folded).split())


def clean_text(text: str) -> str:
    """Return a text in NFC with line feeds at line ends, single spaces, at most one empty line in a row."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n\n").replace("\x0b", "\n")
    lines = unicodedata.normalize("NFC", _UNWANTED.sub("", lines))
    lines = "\n".join(_BLANKS.sub(" ", line).strip() for line in lines.split("\n"))
    return _MANY_BREAKS.sub("\n\n", lines).strip()


def clean_sheet(text: str) -> str:
    """Return the rows of a sheet in NFC, the tabs between their cells kept, at most one empty line in a row."""
    return _MANY_BREAKS.sub("\n\n", unicodedata.normalize("NFC", _UNWANTED.sub("", text))).strip("\n")


def has_words(text: str) -> bool:
    """Tell whether a text holds at least one letter or digit."""
    return any(character.isalnum() for character in text)
