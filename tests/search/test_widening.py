"""Other names of what is asked: the thesaurus widens a question, below the words themselves."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from app.search import sources
from app.search.query import parse
from app.search.rules import NO_RULES
from app.search.terms import SYNONYM, Synonyms
from app.search.whoosh_engine import WhooshEngine
from app.search.widening import synonyms_of, terms_for
from tests.search.world import everybody, thing

COUNCIL = ("CLSPD", "Conseil local de sécurité et de prévention de la délinquance", "Local crime prevention council")
NIGHT = ("vie nocturne", "nightlife")


@pytest.fixture(autouse=True)
def _thesaurus(monkeypatch: pytest.MonkeyPatch) -> None:
    def provider(texts: Sequence[str]) -> dict[str, tuple[str, ...]]:
        by_name = {name.lower(): names for names in (COUNCIL, NIGHT, ("nuit",)) for name in names}
        return {text: by_name[text.lower()] for text in texts if text.lower() in by_name}

    monkeypatch.setattr(sources, "_providers", {"meanings": provider})


def synonyms(typed: str) -> tuple[Synonyms, ...]:
    return synonyms_of(parse(typed).query, NO_RULES)


def test_acronym_brings_the_whole_name_and_the_whole_name_its_acronym() -> None:
    assert synonyms("le CLSPD de Lille") == (Synonyms(("CLSPD",), COUNCIL[1:]),)
    (found,) = synonyms("conseil local de sécurité et de prévention de la délinquance")
    assert found.names == (COUNCIL[0], COUNCIL[2])


def test_longest_name_counts_once() -> None:
    assert synonyms("vie nocturne et nuit") == (Synonyms(("vie", "nocturne"), ("nightlife",)),)


def test_words_in_quotes_stay_as_they_are() -> None:
    assert synonyms('"vie nocturne"') == ()


def test_synonym_is_found_below_the_word_itself_and_meets_what_is_required(tmp_path: Path) -> None:
    documents = [
        thing("resource:1", "Compte rendu", "Le conseil local de sécurité et de prévention de la délinquance en bilan"),
        thing("resource:2", "Compte rendu", "Le CLSPD s’est réuni pour un bilan de son plan de l’année passée"),
        thing("resource:3", "Compte rendu", "Le conseil municipal"),
    ]
    engine = WhooshEngine(tmp_path)
    engine.rebuild(documents)
    for typed in ("CLSPD", "CLSPD ET bilan"):
        found = engine.search(terms_for(parse(typed).query, NO_RULES), everybody(*documents)).hits
        assert {hit.key for hit in found} == {"resource:1", "resource:2"}
    found = engine.search(terms_for(parse("clspd").query, NO_RULES), everybody(*documents)).hits
    assert [hit.key for hit in found] == ["resource:2", "resource:1"]
    assert SYNONYM < 1
