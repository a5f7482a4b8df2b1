"""Ranking on real French and English questions, against floors measured before: a change that ranks worse fails."""

from __future__ import annotations

import json
import math
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app.search.engine import ParentDocument, Passage
from app.search.query import parse
from app.search.terms import terms_of
from app.search.whoosh_engine import WhooshEngine
from tests.search.world import SETS, everybody

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SETS.exists(), reason="the relevance sets are not on this machine"),
]
SAMPLE = 300
DEPTH = 100


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


@cache
def _documents(name: str) -> tuple[ParentDocument, ...]:
    lang = "en" if name == "cranfield" else "fr"
    return tuple(
        ParentDocument(f"doc:{one['id']}", one["title"] or "", (), lang, (Passage(1, "page", "p. 1", one["text"]),))
        for one in _lines(SETS / name / "docs.jsonl")
    )


def _questions(name: str) -> list[tuple[str, dict[str, int]]]:
    """Questions, evenly taken, with the grade of each document that answers."""
    grades: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for one in _lines(SETS / name / "qrels.jsonl"):
        grades[one["q"]][f"doc:{one['d']}"] = one["rel"]
    asked = [(one["text"], grades[one["id"]]) for one in _lines(SETS / name / "queries.jsonl") if one["id"] in grades]
    return asked[:: max(1, len(asked) // SAMPLE)]


def _without_accents(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


def _discounted(grades: list[int]) -> float:
    return math.fsum((2.0**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades[:10]))


def _measure(engine: WhooshEngine, name: str, *, bare: bool = False) -> tuple[float, float]:
    """Mean nDCG at 10 (Järvelin and Kekäläinen, 2002) and mean recall at 100."""
    allowed = everybody(*_documents(name))
    gains, recalls = [], []
    for text, grades in _questions(name):
        hits = engine.search(terms_of(parse(_without_accents(text) if bare else text).query), allowed, DEPTH).hits
        gains.append(_discounted([grades.get(hit.key, 0) for hit in hits]) / _discounted(sorted(grades.values())[::-1]))
        recalls.append(sum(hit.key in grades for hit in hits) / len(grades))
    return sum(gains) / len(gains), sum(recalls) / len(recalls)


@pytest.mark.parametrize(
    ("name", "gain", "recall"),
    [("cnil", 0.66, 0.94), ("piaf", 0.75, 0.94), ("cranfield", 0.38, 0.70)],
)
def test_real_questions_find_their_answers(tmp_path: Path, name: str, gain: float, recall: float) -> None:
    engine = WhooshEngine(tmp_path)
    engine.rebuild(_documents(name))
    found = _measure(engine, name)
    assert found >= (gain, 0.0), found
    assert found[1] >= recall, found


@pytest.mark.parametrize("name", ["cnil", "piaf"])
def test_question_without_accents_ranks_the_same(tmp_path: Path, name: str) -> None:
    engine = WhooshEngine(tmp_path)
    engine.rebuild(_documents(name))
    assert _measure(engine, name, bare=True) == pytest.approx(_measure(engine, name), abs=0.003)
