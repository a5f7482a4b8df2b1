"""One of our engines over the corpus: its texts in a database beside it, as on a site."""

from __future__ import annotations

import sqlite3
import time
from contextlib import ExitStack
from pathlib import Path

from app.search.engine import ParentDocument
from app.search.index.memory import memory
from app.search.query import parse
from app.search.snippets import snippet
from app.search.terms import Terms, terms_of
from benchmarks.search.corpus import Corpus, Question
from benchmarks.search.engines import opened
from benchmarks.search.rivals import TOP, Answer


class Texts:
    """The texts of the passages, where snippets are cut from."""

    def __init__(self, folder: Path) -> None:
        self.base = sqlite3.connect(folder / "texts.sqlite3")
        self.base.execute("CREATE TABLE IF NOT EXISTS text (thing INT, page INT, text TEXT, PRIMARY KEY (thing, page))")

    def keep(self, corpus: Corpus) -> None:
        """Keep every text."""
        every = ((n, one.n, one.text) for n, thing in enumerate(corpus.documents()) for one in thing.passages)
        self.base.executemany("INSERT INTO text VALUES (?, ?, ?)", every)
        self.base.commit()

    def snippets(self, found: list[tuple[int, int]], terms: Terms) -> list[str]:
        """Cut a snippet for each of the best passages."""
        wanted = "SELECT text FROM text WHERE thing = ? AND page = ?"
        rows = [self.base.execute(wanted, pair).fetchone() for pair in found]
        return [str(snippet(row[0], terms.marked, "fr")) for row in rows if row]


class Ours:
    """One of our engines."""

    def __init__(self, name: str, folder: Path, address: str) -> None:
        self.name = name
        self._open = ExitStack()
        self.engine = self._open.enter_context(opened(name, folder, address))

    def build(self, corpus: Corpus) -> None:
        """Make the index by a rebuild, as a site does."""
        self.corpus = corpus
        self.engine.rebuild(corpus.documents())

    def ask(self, question: Question) -> Answer:
        """Answer one question: rights and the counts of all facets in each answer."""
        matches = self.engine.search(terms_of(parse(question.typed).query), self.corpus.allowed, TOP)
        best = [(int(hit.key.partition(":")[2]) - 1, hit.passages[0].n if hit.passages else 1) for hit in matches.hits]
        return matches.total, best

    def forget(self) -> None:
        """Forget what was read, as a process does that has just begun; the files stay in the memory of the machine."""
        memory.forget()

    def add_one(self, number: int) -> float:
        """Put one thing of ten pages in, and give the seconds until it is found."""
        word = f"xylophone{number}"
        plain = self.corpus.document(number % self.corpus.things)
        document = ParentDocument(plain.key, f"{plain.title} {word}", plain.tags, "fr", plain.passages)
        before = time.perf_counter()
        self.engine.index([document])
        if self.engine.search(terms_of(parse(word).query), self.corpus.everything, 1).total != 1:
            raise RuntimeError(f"{word} is not found")
        return time.perf_counter() - before
