"""What a tantivy index holds of our documents, and the queries over it."""

from __future__ import annotations

from importlib.metadata import version

import tantivy
from tantivy import Document, Index, Occur, PreTokenizedString, Query, Schema, Token

from app.search.index.levels import COUNTED, Ask, levels_of
from app.search.index.words import SCORED, Indexed, Words

SCHEMA_VERSION = 2
"""Raise it when the fields or their encoding change: indexes are then rebuilt."""

FORMAT = f"tantivy-{version('tantivy')}"
PARENT, NUMBER, OFTEN, BLOCK = "parent", "number", "often", "block"
BITS = 52
"""How many documents one sum of powers of two can tell apart: a sum is a number of 64 bits with 53 exact ones."""
SUMS = ("bits0", "bits1", "bits2", "bits3")
PER_BLOCK = BITS * len(SUMS)


def _schema() -> Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(PARENT, tokenizer_name="raw", index_option="basic")
    for name in SCORED:
        builder.add_text_field(name, tokenizer_name="raw", index_option="position")
    builder.add_text_field(OFTEN, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field(NUMBER, indexed=True, fast=True)
    for name in (BLOCK, *SUMS):
        builder.add_unsigned_field(name, fast=True)
    return builder.build()


schema = _schema()


def open_index(folder: str) -> Index:
    """Open the index of a folder, or make an empty one there. Raises ValueError when it is not one of ours."""
    index = Index(schema, folder)
    index.config_reader("manual")  # no thread watches the folder: each question looks
    return index


def document_of(one: Indexed, number: int) -> Document:
    """Give what tantivy takes for one document, under the number it has in our records."""
    document = Document()
    document.add_text(PARENT, one.key)
    for name, words in one.fields.items():
        document.add_pre_tokenized_text(name, _tokens(words))
    often = [Token(f"{level}{term}", 0, 0, 0) for term, level in _levels(one.fields.get(COUNTED, Words()))]
    document.add_pre_tokenized_text(OFTEN, PreTokenizedString("", often))
    document.add_unsigned(NUMBER, number)
    block, within = divmod(number, PER_BLOCK)
    which, bit = divmod(within, BITS)
    document.add_unsigned(BLOCK, block)
    document.add_unsigned(SUMS[which], 1 << bit)
    return document


def _tokens(words: Words) -> PreTokenizedString:
    placed = sorted((place, term) for term, places in words.positions.items() for place in places)
    return PreTokenizedString("", [Token(term, place, 0, 0) for place, term in placed])


def _levels(words: Words) -> list[tuple[str, int]]:
    return [(term, level) for term, places in words.positions.items() for level in levels_of(len(places))]


def query_of(ask: Ask) -> Query:
    """Give the query whose documents are the set asked for."""
    single = [one[0] for one in ask.sequences if len(one) == 1]
    if ask.level > 1:
        return any_of([Query.term_query(schema, OFTEN, f"{ask.level}{term}", "basic") for term in single])
    phrases = [list[str | tuple[int, str]](one) for one in ask.sequences if len(one) > 1]
    queries = [Query.term_query(schema, ask.fieldname, term) for term in single]
    queries += [Query.phrase_query(schema, ask.fieldname, phrase) for phrase in phrases]
    return any_of([*queries, beginning(ask.fieldname, ask.prefix)] if ask.prefix else queries)


def beginning(fieldname: str, prefix: str) -> Query:
    """Give the query of all terms that begin so."""
    return Query.fuzzy_term_query(schema, fieldname, prefix, 0, prefix=True)


def any_of(queries: list[Query]) -> Query:
    """Give the query that one of these answers."""
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Should, one) for one in queries]) if queries else Query.empty_query()


def all_of(queries: list[Query]) -> Query:
    """Give the query that all of these answer."""
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Must, one) for one in queries])


def from_number(after: int) -> Query:
    """Give the query of all documents numbered so or higher."""
    return Query.range_query(schema, NUMBER, tantivy.FieldType.Unsigned, lower_bound=after)
