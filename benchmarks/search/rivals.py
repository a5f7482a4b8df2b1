"""What our engines stand beside: SQLite FTS5 fed with our tokens, and each library as its own guide shows it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import psycopg
import tantivy
from whoosh import fields, index
from whoosh.analysis import LanguageAnalyzer
from whoosh.qparser import MultifieldParser, OrGroup
from whoosh.query import Or, Term

from app.search.analysis import fold, tokens
from app.search.engine import ParentDocument
from benchmarks.search.corpus import READ, Corpus, Question

TOP = 10
FULL = "full page"
_FOUND = """
CREATE TEMP TABLE found AS SELECT meta.*, bm25(words) AS score
FROM words JOIN meta ON meta.id = words.rowid WHERE words MATCH ? AND space < ?
"""
Answer = tuple[int, list[tuple[int, int]]]
"""How many answer, and the best ones: the number of their thing, and of their page."""


class Rival(Protocol):
    """Something that indexes the corpus and answers questions."""

    name: str

    def build(self, corpus: Corpus) -> None:
        """Index everything."""

    def ask(self, question: Question) -> Answer:
        """Answer one question; of the full page, counts by kind, year, space and tag as well."""


def pages_of(corpus: Corpus) -> Iterator[tuple[int, int, int, ParentDocument, str]]:
    """Yield (number, thing, page, document, text) of every passage."""
    number = 0
    for thing, document in enumerate(corpus.documents()):
        for passage in document.passages:
            number += 1
            yield number, thing, passage.n, document, passage.text


class Fts5:
    """SQLite's own full text, contentless, with our tokens."""

    name = "FTS5, our tokens"

    def __init__(self, folder: Path) -> None:
        self.base = sqlite3.connect(folder / "fts5.sqlite3")
        self.base.executescript(
            "CREATE VIRTUAL TABLE words USING fts5(title, body, content='', tokenize='unicode61');"
            "CREATE TABLE meta (id INTEGER PRIMARY KEY, thing INT, page INT, kind TEXT, space INT, year INT);"
            "CREATE TABLE tag (id INT, tag TEXT); CREATE INDEX tag_id ON tag (id)"
        )

    def build(self, corpus: Corpus) -> None:
        """Index everything."""
        for number, thing, page, document, text in pages_of(corpus):
            words = " ".join(token.term for token in tokens(text))
            title = " ".join(token.term for token in tokens(document.title)) if page == 1 else ""
            self.base.execute("INSERT INTO words (rowid, title, body) VALUES (?, ?, ?)", (number, title, words))
            row = corpus.row(thing)
            meta = (number, thing, page, row.kind, row.space_id, row.date.year if row.date else 0)
            self.base.execute("INSERT INTO meta VALUES (?, ?, ?, ?, ?, ?)", meta)
            self.base.executemany("INSERT INTO tag VALUES (?, ?)", [(number, tag) for tag in row.tags])
        self.base.commit()

    def ask(self, question: Question) -> Answer:
        """Answer one question."""
        match = _match(question)
        if question.kind == FULL:
            return self._page(match)
        (total,) = self.base.execute("SELECT count(*) FROM words WHERE words MATCH ?", [match]).fetchone()
        best = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY bm25(words) LIMIT 10"
        return total, self._named([one for (one,) in self.base.execute(best, [match])])

    def _page(self, match: str) -> Answer:
        self.base.execute("DROP TABLE IF EXISTS temp.found")
        self.base.execute(_FOUND, [match, READ])
        for column in ("kind", "space", "year"):
            self.base.execute(f"SELECT {column}, count(DISTINCT thing) FROM found GROUP BY 1").fetchall()  # noqa: S608
        counted = "SELECT tag, count(DISTINCT thing) FROM found JOIN tag USING (id) GROUP BY 1"
        self.base.execute(counted).fetchall()
        (total,) = self.base.execute("SELECT count(DISTINCT thing) FROM found").fetchone()
        best = self.base.execute("SELECT id FROM found ORDER BY score LIMIT 10")
        return total, self._named([one for (one,) in best])

    def _named(self, numbers: list[int]) -> list[tuple[int, int]]:
        marks = ",".join("?" * len(numbers))
        return self.base.execute(f"SELECT thing, page FROM meta WHERE id IN ({marks})", numbers).fetchall()  # noqa: S608


def _match(question: Question) -> str:
    terms = [next(token.term for token in tokens(word) if not token.joined) for word in question.words]
    if question.kind == "phrase of 3":
        return '"' + " ".join(terms) + '"'
    if question.kind == "beginning":
        return f"{fold(question.words[0])}*"
    return (" AND " if question.kind == "3 words, all" else " OR ").join(f'"{term}"' for term in terms)


class BareWhoosh:
    """Whoosh as its guide shows it: its French analyser, texts stored, a searcher for each question."""

    name = "bare whoosh"

    def __init__(self, folder: Path) -> None:
        french = LanguageAnalyzer("fr")
        self.schema = fields.Schema(
            thing=fields.STORED,
            page=fields.STORED,
            title=fields.TEXT(analyzer=french),
            body=fields.TEXT(analyzer=french, stored=True),
            kind=fields.ID,
            space=fields.ID,
            year=fields.ID,
            tags=fields.KEYWORD,
        )
        self.folder = folder / "bare-whoosh"
        self.folder.mkdir()

    def build(self, corpus: Corpus) -> None:
        """Index everything in one commit."""
        self.index = index.create_in(str(self.folder), self.schema)
        writer = self.index.writer(limitmb=128)
        for _, thing, page, document, text in pages_of(corpus):
            row = corpus.row(thing)
            title = document.title if page == 1 else ""
            more = {"kind": row.kind, "space": str(row.space_id), "year": str(row.date and row.date.year)}
            writer.add_document(thing=thing, page=page, title=title, body=text, tags=" ".join(row.tags), **more)
        writer.commit()

    def ask(self, question: Question) -> Answer:
        """Answer one question."""
        group = {} if question.kind == "3 words, all" else {"group": OrGroup}
        query = MultifieldParser(["title", "body"], self.schema, **group).parse(question.typed.replace(" ET ", " "))
        more: dict[str, Any] = {}
        if question.kind == FULL:
            spaces = Or([Term("space", str(space)) for space in range(READ)])
            more = {"filter": spaces, "groupedby": ["kind", "space", "year"]}
        with self.index.searcher() as searcher:
            results = searcher.search(query, limit=TOP, **more)
            if question.kind == FULL:
                [hit.highlights("body") for hit in results]
            return len(results), [(hit["thing"], hit["page"]) for hit in results]


class BareTantivy:
    """tantivy as its guide shows it, with its French stemmer."""

    name = "bare tantivy"

    def __init__(self, folder: Path) -> None:
        builder = tantivy.SchemaBuilder()
        for name in ("title", "body"):
            builder.add_text_field(name, tokenizer_name="french")
        for name in ("kind", "tags"):
            builder.add_text_field(name, tokenizer_name="raw", fast=True)
        for name in ("thing", "page", "space", "year"):
            builder.add_unsigned_field(name, stored=True, indexed=True, fast=True)
        self.schema = builder.build()
        path = folder / "bare-tantivy"
        path.mkdir()
        self.index = tantivy.Index(self.schema, str(path))
        filters = (tantivy.Filter.lowercase(), tantivy.Filter.ascii_fold(), tantivy.Filter.stemmer("french"))
        chain = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        for one in filters:
            chain = chain.filter(one)
        self.index.register_tokenizer("french", chain.build())

    def build(self, corpus: Corpus) -> None:
        """Index everything in one commit, with one thread."""
        writer = self.index.writer(64 * 2**20, 1)
        for _, thing, page, document, text in pages_of(corpus):
            row = corpus.row(thing)
            more = {"thing": thing, "page": page, "space": row.space_id, "year": row.date.year if row.date else 0}
            title = document.title if page == 1 else ""
            given = {"title": title, "body": text, "kind": row.kind, "tags": list(row.tags), **more}
            writer.add_document(tantivy.Document.from_dict(given, self.schema))
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()

    def ask(self, question: Question) -> Answer:
        """Answer one question."""
        typed = question.typed.replace(" ET ", " AND ")
        if question.kind == "beginning":
            query = tantivy.Query.regex_query(self.schema, "body", fold(question.words[0]) + ".*")
        else:
            query = self.index.parse_query(typed, ["title", "body"])
        searcher = self.index.searcher()
        if question.kind == FULL:
            must = tantivy.Occur.Must
            spaces = tantivy.Query.term_set_query(self.schema, "space", list(range(READ)))
            query = tantivy.Query.boolean_query([(must, query), (must, spaces)])
            counted = {name: {"terms": {"field": name, "size": 100}} for name in ("kind", "space", "year", "tags")}
            searcher.aggregate(query, counted)
        result: Any = searcher.search(query, TOP)  # its types know no count
        found = [searcher.doc(address) for _, address in result.hits]
        return result.count, [(one["thing"][0], one["page"][0]) for one in found]


class BarePostgres:
    """PostgreSQL as its manual shows it: its French configuration, a GIN index, ts_rank."""

    name = "bare postgres"

    def __init__(self, address: str) -> None:
        self.base = psycopg.connect(address, autocommit=True)
        self.base.execute(
            "CREATE TABLE bare (id int PRIMARY KEY, thing int, page int, kind text, space int, year int, tags text[],"
            " body text, words tsvector)"
        )

    def build(self, corpus: Corpus) -> None:
        """Index everything, the GIN index at the end."""
        put = (
            "INSERT INTO bare SELECT *, to_tsvector('french', body)"
            " FROM (VALUES (%s::int, %s::int, %s::int, %s, %s::int, %s::int, %s::text[], %s))"
            " AS new (id, thing, page, kind, space, year, tags, body)"
        )
        with self.base.transaction(), self.base.cursor() as cursor:
            for batch in _batches(pages_of(corpus), 500):
                cursor.executemany(put, [_bare_row(corpus, *one) for one in batch])
        self.base.execute("CREATE INDEX ON bare USING gin (words)")
        self.base.execute("ANALYZE bare")

    def ask(self, question: Question) -> Answer:
        """Answer one question."""
        query = _ts_query(question)
        where = "words @@ query" + (f" AND space < {READ}" if question.kind == FULL else "")
        asked = f"FROM bare, to_tsquery('french', %s) query WHERE {where}"
        if question.kind == FULL:
            for column in ("kind", "space", "year", "unnest(tags)"):
                self.base.execute(f"SELECT {column}, count(*) {asked} GROUP BY 1", [query]).fetchall()
        (total,) = self.base.execute(f"SELECT count(*) {asked}", [query]).fetchone() or (0,)
        best = f"SELECT thing, page {asked} ORDER BY ts_rank(words, query) DESC LIMIT 10"
        return total, self.base.execute(best, [query]).fetchall()


def _bare_row(corpus: Corpus, number: int, thing: int, page: int, document: ParentDocument, text: str) -> list[Any]:
    row = corpus.row(thing)
    body = f"{document.title} {text}" if page == 1 else text
    return [number, thing, page, row.kind, row.space_id, row.date.year if row.date else 0, list(row.tags), body]


def _ts_query(question: Question) -> str:
    if question.kind == "beginning":
        return f"{question.words[0]}:*"
    signs = {"phrase of 3": " <-> ", "3 words, all": " & "}
    return signs.get(question.kind, " | ").join(f"'{word}'" for word in question.words)


def _batches(every: Iterable[Any], size: int) -> Iterator[list[Any]]:
    waiting = iter(every)
    while batch := list(islice(waiting, size)):
        yield batch
