"""Reduce a written form to its letters: compatibility forms, case, ligatures and accents are taken away."""

import re
import unicodedata

# Letters that Unicode does not decompose, with what a French keyboard without them would type.
_LETTERS = str.maketrans(
    {
        "œ": "oe",
        "æ": "ae",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        # Invisible inside a word: soft hyphen, PDF line-end hyphen, joiners.
        "\u00ad": "",
        "\u0002": "",
        "\u200b": "",
        "\u200c": "",
        "\u200d": "",
        "\u2060": "",
        "\ufeff": "",
        "\ufffe": "",
        "\n": "",
        "\r": "",
    },
)
_MARKS = re.compile(r"[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670]+")


def fold(text: str) -> str:
    """Give the bare letters of `text`: `fold("Œuvre SOCIÉTALE") == "oeuvre societale"`."""
    if text.isascii():
        return text.lower().translate(_LETTERS) if not text.isprintable() else text.lower()
    bare = unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS)
    return _MARKS.sub("", unicodedata.normalize("NFKD", bare))
