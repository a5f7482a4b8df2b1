"""The words of the measured network: sentences of the demo, drawn with a fixed seed, and small PDF files of them."""

from __future__ import annotations

import random
import re
import textwrap
from functools import cache

from app.demo import content

#: Stands in half of the texts, in one post, and as consecutive words in one text in twenty.
COMMON, RARE, PHRASE = "ville", "hippocampe", "conseil local de sécurité"
SENTENCE = re.compile(r"[A-ZÀÉÈÊÎÔ][^.!?\n*_#|>\[\]&<`]{30,220}[.!?]")
LINES_PER_PAGE, LETTERS_PER_LINE = 44, 88


@cache
def sentences() -> tuple[str, ...]:
    """Return the plain sentences of the demo's debates and documents, each once, always in the same order."""
    network = content.load()
    texts = [post.body for thread in network.threads for post in thread.posts]
    texts += [resource.body for resource in network.resources]
    found = (sentence for text in texts for sentence in SENTENCE.findall(text))
    return tuple(dict.fromkeys(" ".join(sentence.split()) for sentence in found))


class Writer:
    """Writes texts of a given length; the same seed writes the same texts."""

    def __init__(self, seed: int = 7) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - words, not secrets

    def text(self, count: int) -> str:
        """Return a paragraph of so many sentences."""
        chosen = self.chance.sample(sentences(), count)
        if self.chance.random() < 1 / 20:
            chosen.append(f"Le {PHRASE} s'est réuni deux fois.")
        if self.chance.random() < 1 / 2:
            chosen.append(f"Notre {COMMON} peut en parler.")
        return " ".join(chosen)

    def post(self) -> str:
        """Return the source of a message: two paragraphs, some 600 letters."""
        return f"{self.text(3)}\n\n{self.text(2)}"

    def page(self) -> str:
        """Return the text of a page of a document: some 250 words."""
        return "\n".join(textwrap.wrap(self.text(14), LETTERS_PER_LINE))

    def title(self) -> str:
        """Return the title of a discussion or of a document."""
        return textwrap.shorten(self.chance.choice(sentences()), 80, placeholder="").rstrip(",;:.!?")


def html_of(source: str) -> str:
    """Return what the renderer makes of plain paragraphs (a test holds it): rendering 20,000 posts takes minutes."""
    return "\n".join(f"<p>{paragraph}</p>" for paragraph in source.split("\n\n"))


def pdf(pages: list[str]) -> bytes:
    """Return a PDF with these texts, one to a page, in the standard font every reader has (ISO 32000-1, 9.6.2.2)."""
    count = len(pages)
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for i, text in enumerate(pages):
        drawn = _drawn(text)
        page = f"/Resources << /Font << /F 3 0 R >> >> /MediaBox [0 0 595 842] /Contents {5 + 2 * i} 0 R"
        objects.append(f"<< /Type /Page /Parent 2 0 R {page} >>".encode())
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawn), drawn))
    return _file_of(objects)


def _drawn(text: str) -> bytes:
    lines = [part for line in text.splitlines() for part in textwrap.wrap(line, LETTERS_PER_LINE)][:LINES_PER_PAGE]
    shown = " ".join(f"({_escaped(line)}) Tj T*" for line in lines)
    return f"BT /F 11 Tf 14 TL 60 780 Td {shown} ET".encode("cp1252", "replace")


def _escaped(line: str) -> str:
    return re.sub(r"([\\()])", r"\\\1", line)


def _file_of(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size, start = len(objects) + 1, len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%b" % (size, table)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(out)
