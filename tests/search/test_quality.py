"""Ranking on real French and English questions, against floors: a change that ranks worse fails."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.quality import Quality, measure, read_set
from tests.conftest import postgres_server
from tests.search.world import SETS

SAMPLE = 300


def _sampled(name: str, engine: str) -> tuple[Quality, Quality]:
    whole = read_set(SETS / name)
    questions = whole.questions[:: max(1, len(whole.questions) // SAMPLE)]
    plain, bare = measure(replace(whole, questions=questions), engine)
    return plain, bare


@pytest.mark.slow
@pytest.mark.skipif(not SETS.exists(), reason="the relevance sets are not on this machine")
@pytest.mark.parametrize("engine", ["whoosh", "tantivy"])
@pytest.mark.parametrize(
    ("name", "gain", "recall"),
    [("cnil", 0.68, 0.95), ("piaf", 0.78, 0.95), ("cranfield", 0.40, 0.74), ("dila_service_public", 0.79, 0.97)],
)
def test_real_questions_find_their_answers_accents_or_not(engine: str, name: str, gain: float, recall: float) -> None:
    plain, bare = _sampled(name, engine)
    assert plain.ndcg_10 >= gain, plain
    assert plain.recall_100 >= recall, plain
    assert bare.ndcg_10 == pytest.approx(plain.ndcg_10, abs=0.003)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A set of three documents, with a question answered at the first place and one at the second."""
    folder = tmp_path / "little"
    folder.mkdir()
    documents = [("a", "Vie nocturne", "le bruit des terrasses"), ("b", "", "le bruit"), ("c", None, "la police")]
    _write(folder / "docs.jsonl", [{"id": one, "title": title, "text": text} for one, title, text in documents])
    questions = [("1", "Quelle police ?"), ("2", "le bruit nocturne"), ("3", "sans réponse connue")]
    _write(folder / "queries.jsonl", [{"id": one, "text": text} for one, text in questions])
    return folder


def _write(path: Path, lines: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


@pytest.mark.parametrize("engine", ["whoosh", "tantivy", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_judgements_are_read_from_either_file_and_figures_are_those_of_the_books(
    folder: Path, tmp_path: Path, engine: str
) -> None:
    server = postgres_server() or ""
    if engine == "postgres" and not server:
        pytest.skip("no PostgreSQL server")
    (folder / "qrels.tsv").write_text("query\tdocument\tgrade\n1\tc\t1\n2\tb\t1\n", encoding="utf-8")
    kept = tmp_path / "figures.json"
    main(["search-quality", str(folder), "--engine", engine, "--database", server, "--json", str(kept)])
    plain, bare = json.loads(kept.read_text(encoding="utf-8"))
    assert (plain["questions"], plain["form"], bare["form"]) == (2, "as written", "without accents")
    assert plain["ndcg_10"] == pytest.approx((1 + 1 / math.log2(3)) / 2, abs=1e-4)
    assert (plain["mrr_10"], plain["recall_100"]) == (0.75, 1.0)
    _write(folder / "qrels.jsonl", [{"q": "1", "d": "c", "rel": 2}, {"q": "2", "d": "a", "rel": 1}])
    assert measure(read_set(folder), engine, server)[0].ndcg_10 == 1.0


def test_language_of_a_set_is_told_from_its_words(folder: Path) -> None:
    _write(folder / "qrels.jsonl", [])
    assert read_set(folder).documents[0].lang == "fr"
    _write(folder / "docs.jsonl", [{"id": "a", "title": "", "text": "the noise of the city and what is done about it"}])
    assert read_set(folder).documents[0].lang == "en"
