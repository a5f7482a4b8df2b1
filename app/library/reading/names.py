"""File names as they may be stored, shown and sent: readable in every script, harmless in every system."""

from __future__ import annotations

import re
import unicodedata

MAX_NAME = 200
MAX_EXTENSION = 12
FALLBACK = "fichier"

# Bidirectional controls (UAX #9) can show "exe.pdf" for a file that ends in "fdp.exe"; the others are invisible.
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_SPACES = re.compile(r"\s+")
# Characters no Windows folder accepts; kept readable by a neighbour rather than dropped.
_FORBIDDEN = str.maketrans({"<": "‹", ">": "›", ":": "꞉", '"': "”", "|": "¦", "?": "？", "*": "＊"})


def safe_name(name: str) -> str:
    """Return a name of at most 200 characters (NFC), without path, control or direction-changing characters.

    Every script is kept, and so is the extension when the name must be shortened. Joiners inside a word
    (U+200C, U+200D) stay: Persian and emoji need them. A name with nothing left becomes "fichier".
    """
    last = re.split(r"[/\\]", name)[-1]
    cleaned = "".join(_visible(character) for character in _INVISIBLE.sub("", last))
    cleaned = _SPACES.sub(" ", unicodedata.normalize("NFC", cleaned)).translate(_FORBIDDEN)
    cleaned = cleaned.strip(" \u200c\u200d").rstrip(". ")
    stem, extension = split_extension(cleaned)
    if not stem.strip(". "):
        return FALLBACK + extension
    room = MAX_NAME - len(extension)
    return _cut(stem, room).rstrip(". ") + extension


def split_extension(name: str) -> tuple[str, str]:
    """Split "rapport.v2.pdf" into ("rapport.v2", ".pdf"); a name of one part or an odd ending has no extension."""
    stem, dot, extension = name.rpartition(".")
    plausible = dot and 0 < len(extension) <= MAX_EXTENSION and extension.isalnum()
    return (stem, dot + extension) if plausible else (name, "")


def _visible(character: str) -> str:
    """Return the character, a space for one that separates, nothing for one that must not stay."""
    category = unicodedata.category(character)
    if character in "\t\n\r" or category in {"Zl", "Zp"}:
        return " "
    return "" if category in {"Cc", "Cs", "Cn"} else character


def _cut(stem: str, room: int) -> str:
    """Shorten to `room` characters without leaving half of an accented letter behind."""
    cut = stem[:room]
    while len(stem) > room and cut and unicodedata.combining(stem[len(cut)]):
        cut = cut[:-1]
    return cut
