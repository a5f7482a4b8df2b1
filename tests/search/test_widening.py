"""Other names of what is asked: the thesaurus widens a question, below the words themselves."""

from __future__ import annotations

from pathlib import Path

from app.search.query import parse
from app.search.rules import Rules
from app.search.terms import SYNONYM, Synonyms
from app.search.whoosh_engine import WhooshEngine
from app.search.widening import synonyms_of, terms_for
from tests.search.world import everybody, thing

COUNCIL = ("CLSPD", "Conseil local de sécurité et de prévention de la délinquance", "Local crime prevention council")
NIGHT = ("vie nocturne", "nightlife")


ELECTED = ("élus", "élu", "elected officials")
KNOWN = Rules.of((), (COUNCIL, NIGHT, ("nuit",), ELECTED))


def synonyms(typed: str) -> tuple[Synonyms, ...]:
    return synonyms_of(parse(typed).query, KNOWN)


def test_acronym_brings_the_whole_name_and_the_whole_name_its_acronym() -> None:
    assert synonyms("le CLSPD de Lille") == (Synonyms(("CLSPD",), COUNCIL[1:]),)
    (found,) = synonyms("conseil local de sécurité et de prévention de la délinquance")
    assert found.names == (COUNCIL[0], COUNCIL[2])


def test_name_is_known_however_it_is_spelled_and_brings_no_other_spelling_of_itself() -> None:
    for typed in ("élu", "élus", "ÉLUE", "elus"):
        assert [one.names for one in synonyms(typed)] == [("elected officials",)]
    assert [one.names for one in synonyms("C.L.S.P.D.")] == [COUNCIL[1:]]
    assert [one.names for one in synonyms("vies nocturnes")] == [("nightlife",)]


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
        found = engine.search(terms_for(parse(typed).query, KNOWN), everybody(*documents)).hits
        assert {hit.key for hit in found} == {"resource:1", "resource:2"}
    found = engine.search(terms_for(parse("clspd").query, KNOWN), everybody(*documents)).hits
    assert [hit.key for hit in found] == ["resource:2", "resource:1"]
    assert SYNONYM < 1
