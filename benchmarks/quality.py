"""``./run bench search-quality FOLDER…``: how well questions find their answers, on sets with known answers.

A set is a folder with ``docs.jsonl`` (id, title, text, and lang if it is known), ``queries.jsonl`` (id, text) and
``qrels.jsonl`` (q, d, rel) or ``qrels.tsv`` (query, document, grade).
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from app.search.analysis import fold
from app.search.analysis.stopwords import ENGLISH, FRENCH
from app.search.catalogue import Allowed, Audience, Catalogue, CatalogueRow, Scope
from app.search.engine import ParentDocument, Passage, SearchEngine
from app.search.query import parse
from app.search.terms import terms_of
from benchmarks.search.engines import LOCAL, database_for, opened
from config import SEARCH_ENGINES

BEST, DEPTH = 10, 100
PAGE = 1

#: The engines that need no server: those measured unless one is named.
EMBEDDED = ("whoosh", "tantivy")

#: How the questions are written.
FORMS: Mapping[str, Callable[[str], str]] = {
    "as written": str,
    "without accents": lambda text: "".join(
        sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign)
    ),
}


@dataclass(frozen=True)
class Set:
    """Documents, questions (id, text), and for every question the grade of each document that answers it."""

    name: str
    documents: tuple[ParentDocument, ...]
    questions: tuple[tuple[str, str], ...]
    grades: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Quality:
    """The means over the questions of a set, for one engine and one way of writing them.

    nDCG with the gains of Järvelin and Kekäläinen (2002), the rank of the first answer turned over, and the part of
    the answers that stand among the first hundred.
    """

    set: str
    engine: str
    form: str
    questions: int
    documents: int
    ndcg_10: float
    mrr_10: float
    recall_100: float
    ms_p50: float


def read_set(folder: Path) -> Set:
    """Read a set from its folder. Raises OSError for a missing file, ValueError or KeyError for one that is no set."""
    written = list(_lines(folder / "docs.jsonl"))
    keys = {str(one["id"]): f"doc:{number}" for number, one in enumerate(written)}
    documents = [_document(keys[str(one["id"])], one) for one in written]
    questions = [(str(one["id"]), str(one["text"])) for one in _lines(folder / "queries.jsonl")]
    grades: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for question, document, grade in _judgements(folder):
        if grade > 0:
            grades[question][keys.get(document, "")] = grade
    lang = _language_of(documents)
    return Set(
        folder.name,
        tuple(one if one.lang else ParentDocument(one.key, one.title, (), lang, one.passages) for one in documents),
        tuple(one for one in questions if one[0] in grades),
        dict(grades),
    )


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())


def _document(key: str, one: Mapping[str, Any]) -> ParentDocument:
    passage = Passage(PAGE, "page", "", str(one.get("text") or ""))
    return ParentDocument(key, str(one.get("title") or ""), (), one.get("lang"), (passage,))


def _judgements(folder: Path) -> Iterator[tuple[str, str, float]]:
    lines = folder / "qrels.jsonl"
    if lines.exists():
        for one in _lines(lines):
            yield str(one["q"]), str(one["d"]), float(one.get("rel", 1))
        return
    with (folder / "qrels.tsv").open(encoding="utf-8") as file:
        for line in file:
            # Question, document and grade; TREC puts a number of no use in between, some put a line of names first.
            parts = line.rstrip("\n").split("\t")
            if len(parts) > 1 and _is_number(parts[-1]):
                yield parts[0], parts[-2], float(parts[-1])


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()


def _language_of(documents: Sequence[ParentDocument]) -> str:
    """Tell whether a set is in English or, as far as the analyser cares, in French."""
    words = Counter(
        word for one in documents[:200] for passage in one.passages for word in fold(passage.text[:2000]).split()
    )
    english, french = (sum(words[word] for word in known) for known in (ENGLISH - FRENCH, FRENCH - ENGLISH))
    return "en" if english > french else "fr"


def measure(one: Set, engine: str, server: str = LOCAL) -> list[Quality]:
    """Index a set with an engine and ask every question, in every form; ``server``: a PostgreSQL, for its engine."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="beffroi-bench-")))
        address = stack.enter_context(database_for(engine, server))
        index = stack.enter_context(opened(engine, folder, address))
        index.rebuild(one.documents)
        return [_measured(one, engine, index, form) for form in FORMS]


def _measured(one: Set, name: str, engine: SearchEngine, form: str) -> Quality:
    rows = [CatalogueRow(each.key, "other", None, Audience.NETWORK, published=True) for each in one.documents]
    allowed = Allowed.to(Catalogue(rows), Scope(1, is_member=True, space_ids=frozenset()))
    answers = [_answered(engine, allowed, FORMS[form](text), one.grades[question]) for question, text in one.questions]
    gains, ranks, recalls, times = zip(*answers, strict=True)
    gain, rank, recall = (round(math.fsum(values) / len(values), 4) for values in (gains, ranks, recalls))
    return Quality(one.name, name, form, len(answers), len(rows), gain, rank, recall, round(median(times), 2))


def _answered(
    engine: SearchEngine, allowed: Allowed, typed: str, grades: Mapping[str, float]
) -> tuple[float, float, float, float]:
    """Ask one question; gives its nDCG, the rank of its first answer turned over, its recall, and its milliseconds."""
    start = time.perf_counter()
    hits = engine.search(terms_of(parse(typed).query), allowed, DEPTH).hits
    took = (time.perf_counter() - start) * 1000
    found = [grades.get(hit.key, 0.0) for hit in hits]
    gain = _discounted(found) / _discounted(sorted(grades.values(), reverse=True))
    rank = next((1 / place for place, grade in enumerate(found[:BEST], 1) if grade), 0.0)
    return gain, rank, sum(grade > 0 for grade in found) / len(grades), took


def _discounted(grades: Sequence[float]) -> float:
    return math.fsum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades[:BEST]))


def main(words: Sequence[str]) -> None:
    """Read the command line, measure each set with each engine, print a line for each form, keep all where asked."""
    wanted = _parser().parse_args(words)
    engines = [wanted.engine] if wanted.engine else EMBEDDED
    print(f"{'set':24}{'engine':10}{'questions':18}{'n':>6}{'nDCG@10':>9}{'MRR@10':>8}{'R@100':>7}{'p50 ms':>8}")
    found: list[Quality] = []
    for folder in wanted.folders:
        for engine in engines:
            for one in measure(read_set(folder), engine, wanted.database):
                found.append(one)
                print(_line(one), flush=True)
    if wanted.json:
        wanted.json.write_text(json.dumps([asdict(one) for one in found], indent=2) + "\n", encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run bench search-quality", description="Ask questions of known answers.")
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="docs.jsonl, queries.jsonl, qrels.*")
    parser.add_argument("--engine", choices=sorted(SEARCH_ENGINES), help="one engine instead of the embedded ones")
    parser.add_argument("--database", default=LOCAL, help="a PostgreSQL server, for the engine of that name")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    return parser


def _line(one: Quality) -> str:
    return (
        f"{one.set:24}{one.engine:10}{one.form:18}{one.questions:6}{one.ndcg_10:9.3f}{one.mrr_10:8.3f}"
        f"{one.recall_100:7.3f}{one.ms_p50:8.1f}"
    )
