"""Cut a text into chunks (a word with what is tied to it by hyphens and apostrophes) and a chunk into its words."""

import re
from dataclasses import dataclass

from app.search.analysis.folding import fold

_MARKS = "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670"
_INVISIBLE = "\u00ad\u0002\u200b-\u200d\u2060\ufeff\ufffe"
_WORD = rf"[^\W_]+(?:[{_MARKS}]+[^\W_]*|[{_INVISIBLE}]+(?:\r?\n)?[^\W_]+)*"
_APOSTROPHE = "['’ʼ‘‛`´′＇]"
_HYPHEN = r"(?:[-‐‑–−﹣－](?:[ ]?\r?\n[ ]*(?=[^\W\dA-Z_]))?)"
_ENDING = (
    r"(?:e|es|s|x|ne|nes|le|les|te|tes|se|ses|ve|ves|ere|eres|ère|ères|ice|ices|rice|rices|trice|trices|"
    r"euse|euses)"
)
_POINT = r"[·•‧⋅∙]"
_INCLUSIVE = rf"(?:(?:{_POINT}|[.-](?=e)){_ENDING}(?:(?:{_POINT}|[.-])s)?(?![^\W_]))"
_BRACKETED = r"(?:(?:\((?:e|s|es|x|ne|le)\))+s?(?![^\W_]))"
_LETTER = r"[^\W\d_]"
_DOTTED = rf"(?<![^\W_])(?:{_LETTER}\.){{2,}}(?:{_LETTER}(?![^\W_]))?"
_NUMBER = r"(?<![^\W_])[nN][°º](?![^\W\d_])"  # « n° 12 »

CHUNK = re.compile(
    rf"{_NUMBER}|(?:{_LETTER}{{1,2}}{_APOSTROPHE})?{_DOTTED}"
    rf"|{_WORD}(?:(?:{_APOSTROPHE}|{_HYPHEN}){_WORD})*(?:{_INCLUSIVE}|{_BRACKETED}|{_APOSTROPHE})?",
)
_PIECE = re.compile(rf"{_NUMBER}|{_DOTTED}|{_WORD}")
_TAIL = re.compile(rf"(?:{_INCLUSIVE}|{_BRACKETED})$")
_ENDS_IN_APOSTROPHE = re.compile(rf"{_APOSTROPHE}")

ELISIONS = frozenset(["l", "d", "qu", "j", "n", "s", "c", "m", "t", "jusqu", "lorsqu", "puisqu", "quoiqu"])
_ONE_WORD = re.compile(r"^(aujourd|prud|quelqu|presqu|entr)$")
# Pronouns and particles hung on a verb or a pronoun ("peut-il", "celui-ci"): the whole is not a compound word.
CLITICS = frozenset(
    [
        "il",
        "elle",
        "on",
        "ils",
        "elles",
        "je",
        "tu",
        "nous",
        "vous",
        "ce",
        "t",
        "moi",
        "toi",
        "lui",
        "leur",
        "y",
        "en",
        "le",
        "la",
        "les",
        "ci",
        "là",
        "meme",
        "memes",
    ]
)
MAX_JOINED = 4
MAX_TERM = 64


@dataclass(frozen=True, slots=True)
class Piece:
    """One word of a chunk: its folded letters and where they stand in the chunk."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Compound:
    """The words of one chunk, and the single word they make when written together (empty: none)."""

    pieces: tuple[Piece, ...]
    joined: str


def cut(chunk: str) -> Compound:
    """Cut a chunk into its words, without elided articles and inclusive endings."""
    tail = _TAIL.search(chunk)
    body = chunk[: tail.start()] if tail and tail.start() else chunk
    pieces = _words(body)
    if tail and pieces:
        pieces[-1] = Piece(pieces[-1].text, pieces[-1].start, len(chunk))
    return Compound(tuple(pieces), _joined(pieces))


def _words(body: str) -> list[Piece]:
    pieces: list[Piece] = []
    tied = False
    for match in _PIECE.finditer(body):
        word = _letters_of(match[0])
        elided = match.end() < len(body) and bool(_ENDS_IN_APOSTROPHE.match(body[match.end()]))
        if elided and word in ELISIONS:
            continue
        if word == "s" and pieces and match.start() and _ENDS_IN_APOSTROPHE.match(body[match.start() - 1]):
            continue  # the English possessive: "the city's plan"
        if tied and pieces:
            word, start = pieces[-1].text + word, pieces.pop().start
        else:
            start = match.start()
        tied = elided and bool(_ONE_WORD.match(word))
        pieces.append(Piece(word, start, match.end()))
    return pieces


def _letters_of(piece: str) -> str:
    if piece[1:] in {"°", "º"}:
        return "numero"
    return fold(piece).replace(".", "")[:MAX_TERM]


def _joined(pieces: list[Piece]) -> str:
    if not 1 < len(pieces) <= MAX_JOINED or pieces[-1].text in CLITICS:
        return ""
    return "".join(piece.text for piece in pieces)[:MAX_TERM]
