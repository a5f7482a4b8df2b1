"""Which single-byte charset a text was written in, where nothing says so: by the letters that come out of its bytes.

Windows-1252 is what it is taken for; another one must say clearly more (measured in decision 0004).
"""

from __future__ import annotations

import re

# Charsets of other alphabets, with the letters that are frequent in each.
_ALPHABETS = (
    (("cp1251", "koi8-u", "cp866", "iso8859-5", "mac-cyrillic"), "оеаинтсрвлкмдпуі"),
    (("cp1253", "iso8859-7", "cp737"), "αοιετσνηυρπκμλςάέίό"),
    (("cp1256",), "اليمنترو"),
    (("cp1255",), "יוהלאתרבמ"),
)
_LOOKED_AT = 20_000
_HIGH = re.compile(rb"[\x80-\xff]+")
_WORD = re.compile(r"[^\W\d_]+")
# A text in another alphabet has its high bytes in words of their own; in French they stand alone among others.
_LEAST, _RUN, _IN_RUNS, _LIKELY = 8, 3, 0.6, 0.4
# What the old systems of Apple and of DOS wrote, and by how much they must say more than Windows.
_OLD, _AHEAD = ("mac-roman", "cp850"), 1.5
_FREQUENT = frozenset("éèêëàâäçùûüôöîïñáíóúßœ’")
_RARER = frozenset("åøæãõìòÉÈÊÀÂÇÔÎŒÄÖÜÅØÑÁÍÓÚ")
_AROUND = frozenset("«»‘“”„–—…°€·¿¡ªº§\u00a0")


def alphabet_of(data: bytes) -> str | None:
    """Return the charset of a text in Cyrillic, Greek, Arabic or Hebrew letters; None for any other."""
    sample = data[_looked_at(data)]
    runs = [len(run) for run in _HIGH.findall(sample)]
    high = sum(runs)
    if high < _LEAST or sum(run for run in runs if run >= _RUN) < high * _IN_RUNS:
        return None
    scores = {
        name: _written_in(sample.decode(name, "replace"), letters) for names, letters in _ALPHABETS for name in names
    }
    best = max(scores, key=scores.__getitem__)
    return best if scores[best] >= high * _LIKELY else None


def old_charset_of(data: bytes, as_windows: str) -> str | None:
    """Return the charset of a Western text of an old Macintosh or of DOS; None where Windows says as much."""
    part = _looked_at(data)
    scores = {name: _western(data[part].decode(name, "replace")) for name in _OLD}
    best = max(scores, key=scores.__getitem__)
    return best if scores[best] >= _western(as_windows[part]) + _AHEAD else None


def _looked_at(data: bytes) -> slice:
    """Return where to look: from just before the first byte that is no ASCII; a byte is a letter in all of these."""
    first = _HIGH.search(data)
    start = max(0, first.start() - 1) if first else 0
    return slice(start, start + _LOOKED_AT)


def _written_in(text: str, frequent: str) -> int:
    """Return how much a text looks written in an alphabet: its frequent letters, words of one alphabet and one case."""
    score = 0
    for word in _WORD.findall(text):
        own = sum(not letter.isascii() for letter in word)
        if own:
            has_one_case = word.islower() or word.istitle() or word.upper() in {word, word.lower()}
            score += sum(letter in frequent for letter in word) - 3 * (own != len(word)) - 3 * (not has_one_case)
    return score - sum(not (sign.isascii() or sign.isalpha() or sign in _AROUND or sign in "’№") for sign in text)


def _western(text: str) -> float:
    """Return how much a text looks Western: letters as French, German, Spanish have them, signs outside of words."""
    score = 0.0
    for at, sign in enumerate(text):
        if sign.isascii():
            continue
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        is_within = before.isalpha() and after.isalpha()
        in_capitals = before.isupper() and after.isupper()
        if sign in _FREQUENT:
            score += 1 - 2 * (in_capitals and sign.isalpha())
        elif sign in _RARER:
            score += (1 if in_capitals else 0.3) - 2 * (sign.isupper() and before.islower())
        elif sign in _AROUND:
            score += -1 if is_within else 0.5
        elif not sign.isalpha():
            score -= 2 if is_within else 1
    return score
