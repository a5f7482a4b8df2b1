r"""The letters BibTeX writes with commands: « \'{e} » is é. Commands that only dress a text leave the text."""

from __future__ import annotations

import re
import unicodedata

_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
    "b": "\u0331",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "SS": "ẞ", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł",
    "aa": "å", "AA": "Å", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "dj": "đ", "DJ": "Đ", "th": "þ", "TH": "Þ",
    "ng": "ŋ", "NG": "Ŋ", "S": "§", "P": "¶", "copyright": "©", "pounds": "£", "euro": "€", "texteuro": "€",
    "textendash": "–", "textemdash": "—", "textquoteleft": "‘", "textquoteright": "’", "textquotedblleft": "“",
    "textquotedblright": "”", "guillemotleft": "«", "guillemotright": "»", "og": "«", "fg": "»", "ldots": "…",
    "dots": "…", "textellipsis": "…", "textbackslash": "\\", "textasciitilde": "~", "textasciicircum": "^",
    "textdegree": "°", "textbar": "|", "textless": "<", "textgreater": ">", "langle": "⟨", "rangle": "⟩",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "lambda": "λ", "mu": "μ", "pi": "π",
    "sigma": "σ", "tau": "τ", "phi": "φ", "omega": "ω", "Delta": "Δ", "Omega": "Ω", "times": "×", "pm": "±",
    "leq": "≤", "geq": "≥", "neq": "≠", "infty": "∞", "rightarrow": "→", "to": "→", "degree": "°", "par": "\n\n",
    "newline": "\n", "TeX": "TeX", "LaTeX": "LaTeX",
}  # fmt: skip
_ACCENTED = re.compile(
    r"\\(?:([`'^~=.\"])\s*|([uvHrdckb])(?:\s+|(?=\{)))(?:\{\s*(\\?[ij](?![A-Za-z])|[^\W\d_])\s*\}|(\\[ij](?![A-Za-z])|[^\W\d_]))"
)
_COMMAND = re.compile(r"\\([A-Za-z]+)\*?(?:\s*\{\}|\s+(?=[^\s])|(?![A-Za-z]))")
_ESCAPED = re.compile(r"\\([&%$#_{}~^ ,;:!/@-])")
_KEPT = {"{": "\ue000", "}": "\ue001", "\\": "\ue002", "~": "\ue003", "$": "\ue004"}
_SPACES = frozenset(" ,;:!")
_SPECIAL = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
        "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    }
)  # fmt: skip


def decoded(text: str) -> str:
    """Return a value of BibTeX as people read it. Nothing is refused: what is no known command is left as it stands."""
    if not any(sign in text for sign in "\\{}$~`-'"):
        return text
    text = _ACCENTED.sub(_letter, text)
    text = _ESCAPED.sub(lambda found: _escaped(found[1]), text)
    text = _COMMAND.sub(_command, text)
    for plain, sign in (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"), ("~", "\u00a0"), ("$", "")):
        text = text.replace(plain, sign)
    text = text.replace("{", "").replace("}", "")
    for sign, kept in _KEPT.items():
        text = text.replace(kept, sign)
    return unicodedata.normalize("NFC", text)


def encoded(text: str) -> str:
    """Return a text as BibTeX takes it between braces; letters stay as they are, in UTF-8."""
    return text.translate(_SPECIAL)


def _letter(found: re.Match[str]) -> str:
    letter = (found[3] or found[4]).removeprefix("\\")
    return unicodedata.normalize("NFC", letter + _ACCENTS[found[1] or found[2]])


def _escaped(sign: str) -> str:
    if sign in _SPACES or sign in "/-@":
        return " " if sign == " " else ""
    return _KEPT.get(sign, sign)


def _command(found: re.Match[str]) -> str:
    sign = _LETTERS.get(found[1])
    if sign is None:
        return ""
    return _KEPT.get(sign, sign)
