"""The rules of the search: what they do to a question; a thing put first is still shown to its readers alone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.core import clock
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import DomainError, EditConflictError
from app.extensions import db
from app.search.catalogue import Allowed, Audience, Catalogue, Scope
from app.search.query import parse
from app.search.rules import Rules, rules
from app.search.rules.judging import first_said, ignored_said, in_force, synonyms_said
from app.search.rules.keeping import RulesKeeper
from app.search.rules.models import RuleKind, SearchRule
from app.search.rules.sample import Fate, sample_of
from app.search.rules.writing import add_rule, change_rule, forget_removed, lately_changed, remove_rule, undo_rule
from app.search.terms import Terms
from app.search.whoosh_engine import WhooshEngine
from app.search.widening import synonyms_of, terms_for
from tests.search.world import ANYONE, everybody, row, thing


def synonyms(*words: str, one_way: bool = False) -> tuple[str, dict[str, Any]]:
    return RuleKind.SYNONYMS, {"words": list(words), "one_way": one_way}


def ignoring(*words: str) -> list[tuple[str, dict[str, Any]]]:
    return [(RuleKind.IGNORED, {"word": word}) for word in words]


def leading(words: str, key: str) -> tuple[str, dict[str, Any]]:
    return RuleKind.FIRST, {"words": words, "key": key}


def asked(typed: str, *said: tuple[str, dict[str, Any]]) -> Terms:
    return terms_for(parse(typed).query, Rules.of(said))


def brought(typed: str, *said: tuple[str, dict[str, Any]]) -> list[tuple[str, ...]]:
    return [one.names for one in synonyms_of(parse(typed).query, Rules.of(said))]


# What they do


def test_each_name_of_a_group_brings_the_others_however_it_is_inflected() -> None:
    group = synonyms("caméra", "vidéoprotection", "œil de la ville")
    assert brought("des CAMERAS de rue", group) == [("vidéoprotection", "œil de la ville")]
    assert brought("l'œil ville", group) == [("caméra", "vidéoprotection")]
    assert brought('"caméra"', group) == []


def test_one_way_group_is_brought_by_its_first_name_alone() -> None:
    group = synonyms("bruit", "tapage", "nuisance", one_way=True)
    assert brought("bruits", group) == [("tapage", "nuisance")]
    assert brought("tapage", group) == []


def test_several_groups_of_one_name_add_up() -> None:
    assert brought("police", synonyms("police", "PM"), synonyms("police", "agents", "PM")) == [("PM", "agents")]


def test_names_of_the_thesaurus_and_of_the_site_stand_together() -> None:
    rules_ = Rules.of([synonyms("caméra", "vidéo")], [("caméra", "CCTV")])
    assert [one.names for one in synonyms_of(parse("caméras").query, rules_)] == [("vidéo", "CCTV")]
    (one,) = sample_of(parse("caméra").query, rules_).brought
    assert (one.words, one.names, one.own) == ("caméra", ("vidéo", "CCTV"), frozenset({"vidéo"}))


def test_ignored_word_is_not_looked_for_beside_others_and_is_alone_or_in_quotes() -> None:
    said = ignoring("commune")
    assert asked("bruit communes", *said) == asked("bruit")
    assert asked("la commune", *said) == asked("la commune")
    assert asked('bruit "commune"', *said) == asked('bruit "commune"')
    assert asked("bruit -commune", *said) == asked("bruit -commune")


def test_ignored_word_brings_its_other_names_only_where_it_is_alone() -> None:
    group = synonyms("commune", "municipalité")
    assert asked("bruit communes", group, *ignoring("commune")) == asked("bruit")
    assert asked("la commune", group, *ignoring("commune")) == asked("la commune", group)
    council = synonyms("conseil de la commune", "assemblée locale")
    assert brought("conseil de la commune", council, *ignoring("commune")) == [("assemblée locale",)]


def test_ignored_word_need_not_stand_where_all_must(tmp_path: Path) -> None:
    engine, document = WhooshEngine(tmp_path), thing("resource:1", "Bruit de la nuit")
    engine.rebuild([document])
    totals = [
        engine.search(asked("bruit ET commune", *said), everybody(document)).total for said in ([], ignoring("commune"))
    ]
    assert totals == [0, 1]


def test_sample_says_what_becomes_of_each_word() -> None:
    rules_ = Rules.of([*ignoring("commune"), leading("bruit", "resource:1")])
    sample = sample_of(parse("le bruit des communes").query, rules_)
    fates = [(word, fate) for word, fate in sample.items if word in {"le", "bruit", "communes"}]
    assert fates == [("le", Fate.GRAMMAR), ("bruit", Fate.SOUGHT), ("communes", Fate.IGNORED)]
    assert sample.first == ("resource:1",)
    assert sample_of(parse("commune").query, rules_).items == (("commune", Fate.SOUGHT),)


# What comes first

NOISE = thing("resource:1", "Bruit", "bruit bruit")
ORDER = thing("resource:2", "Arrêté municipal", "rien de tel")
OTHER = thing("resource:3", "Bruit des terrasses", "une page")


@pytest.fixture
def engine(tmp_path: Path) -> WhooshEngine:
    engine = WhooshEngine(tmp_path)
    engine.rebuild([NOISE, ORDER, OTHER])
    return engine


def found(
    engine: WhooshEngine, typed: str, allowed: Allowed, limit: int = 10, offset: int = 0
) -> tuple[list[str], int]:
    matches = engine.search(asked(typed, leading("le bruit", "resource:2")), allowed, limit, offset)
    assert sum(matches.facets.kinds.values()) == matches.total
    return [hit.key for hit in matches.hits], matches.total


def test_thing_put_first_leads_counts_once_and_pages_follow(engine: WhooshEngine) -> None:
    allowed = everybody(NOISE, ORDER, OTHER)
    every, total = found(engine, "bruits", allowed)
    assert (every[0], total, set(every)) == ("resource:2", 3, {"resource:1", "resource:2", "resource:3"})
    pages = [found(engine, "bruits", allowed, 1, start)[0] for start in range(4)]
    assert pages == [[every[0]], [every[1]], [every[2]], []]


def test_other_words_filters_and_exclusions_are_obeyed(engine: WhooshEngine) -> None:
    allowed = everybody(NOISE, ORDER, OTHER)
    assert found(engine, "bruit terrasses", allowed)[1] == 2
    assert found(engine, "bruit -arrêté", allowed)[1] == 2
    assert found(engine, "bruit ET bruit ET terrasses", allowed)[0] == ["resource:3"]


def test_thing_put_first_is_neither_shown_nor_counted_for_who_may_not_read_it(engine: WhooshEngine) -> None:
    rows = [row("resource:1"), row("resource:2", 2, Audience.SPACE), row("resource:3")]
    outside = Allowed.to(Catalogue(rows), ANYONE)
    inside = Allowed.to(Catalogue(rows), Scope(1, is_member=True, space_ids=frozenset({2})))
    without = engine.search(asked("bruit"), outside)
    assert engine.search(asked("bruit", leading("bruit", "resource:2")), outside) == without
    assert found(engine, "bruit", inside)[1] == 3


def test_thing_that_is_no_more_changes_nothing(engine: WhooshEngine) -> None:
    allowed = everybody(NOISE, OTHER)
    assert found(engine, "bruit", allowed) == ([hit.key for hit in engine.search(asked("bruit"), allowed).hits], 2)


# What may be said


def test_group_that_says_nothing_new_is_refused_with_its_reason(context: Flask) -> None:
    with transaction():
        add_rule(None, RuleKind.SYNONYMS, {"words": ["PM", "police municipale", "agents"], "one_way": False})
        add_rule(None, RuleKind.SYNONYMS, {"words": ["bruit", "tapage"], "one_way": True})
    for words, one_way, why in (
        (["police"], False, "deux mots"),
        ([" ", "police", ""], False, "deux mots"),
        (["police", "Polices"], False, "une même recherche"),
        (["le de la", "police"], False, "ignore"),
        (["x" * 81, "police"], False, "trop long"),
        (["a b " * 7, "police"], False, "trop long"),
        ([f"mot{n}" for n in range(13)], False, "au plus"),
        (["pm", "Polices municipales"], False, "le dit déjà"),
        (["police municipale", "PM"], True, "le dit déjà"),
        (["bruits", "tapage"], True, "le dit déjà"),
    ):
        with pytest.raises(DomainError) as refused:
            synonyms_said(words, one_way=one_way, others=in_force(RuleKind.SYNONYMS))
        assert why in str(refused.value.message), words
    for words, one_way in (
        (["PM", "premier ministre"], False),
        (["tapage", "bruit"], True),
        (["bruit", "tapage"], False),
    ):
        said = synonyms_said(words, one_way=one_way, others=in_force(RuleKind.SYNONYMS))
        assert said == {"words": words, "one_way": one_way}


def test_word_to_ignore_is_one_word_that_means_something(context: Flask) -> None:
    with transaction():
        add_rule(None, RuleKind.IGNORED, {"word": "commune"})
    for word, why in (
        ("", "Écrivez un mot"),
        ("!?", "Écrivez un mot"),
        ("une ville", "un seul mot"),
        ("pour", "déjà"),
        ("Communes", "déjà dans la liste"),
    ):
        with pytest.raises(DomainError) as refused:
            ignored_said(word, in_force(RuleKind.IGNORED))
        assert why in str(refused.value.message), word
    assert ignored_said(" Ville, ", in_force(RuleKind.IGNORED)) == {"word": "Ville"}


def test_things_come_first_three_at_most_and_each_once(context: Flask) -> None:
    with transaction():
        for number in range(3):
            add_rule(None, RuleKind.FIRST, {"words": "bruit", "key": f"resource:{number}"})
    for words, key, why in (
        ("le de", "resource:9", "un mot au moins"),
        ("les bruits", "resource:1", "déjà en tête"),
        ("Bruit", "resource:9", "3\u00a0pages"),
    ):
        with pytest.raises(DomainError) as refused:
            first_said(words, key, in_force(RuleKind.FIRST))
        assert why in str(refused.value.message), words
    assert first_said("bruit  nuit", "resource:1", in_force(RuleKind.FIRST))["words"] == "bruit nuit"


# Kept, changed, taken back


def _group(*words: str) -> SearchRule:
    with transaction():
        return add_rule(None, RuleKind.SYNONYMS, {"words": list(words), "one_way": False})


def _names(text: str) -> tuple[str, ...]:
    db.session.rollback()
    return rules().other_names(text)


def test_change_counts_at_the_next_search_in_every_process(context: Flask) -> None:
    other = RulesKeeper()
    assert other.latest().other_names("police") == ()
    rule = _group("police", "PM")
    db.session.rollback()
    assert (_names("police"), other.latest().other_names("police")) == (("PM",), ("PM",))
    with transaction():
        remove_rule(None, rule)
    db.session.rollback()
    assert (_names("police"), other.latest().other_names("police")) == ((), ())


def test_every_change_is_taken_back_once_and_within_an_hour(context: Flask) -> None:
    rule = _group("police", "PM")
    said = {"words": ["police", "agents"], "one_way": False}
    with transaction():
        change_rule(None, rule, said, 1)
    assert _names("police") == ("agents",)
    for expected in (("PM",),):
        with transaction():
            undo_rule(None, rule)
        assert _names("police") == expected
    with pytest.raises(DomainError, match="trop tard"), transaction():
        undo_rule(None, rule)
    with transaction():
        remove_rule(None, rule)
    assert [one.id for one in lately_changed(RuleKind.SYNONYMS)] == [rule.id]
    with transaction():
        undo_rule(None, rule)
    assert _names("police") == ("PM",)
    new = _group("bruit", "tapage")
    with transaction():
        undo_rule(None, new)
    assert _names("bruit") == ()
    late = _group("nuit", "soir")
    moment = now()
    clock.set_clock(lambda: moment + dt.timedelta(minutes=61))
    with pytest.raises(DomainError, match="trop tard"), transaction():
        undo_rule(None, late)


def test_change_made_meanwhile_by_another_is_not_written_over(context: Flask) -> None:
    rule = _group("police", "PM")
    with transaction():
        change_rule(None, rule, {"words": ["police", "agents"], "one_way": False}, 1)
    with pytest.raises(EditConflictError), transaction():
        change_rule(None, rule, {"words": ["police", "gendarmes"], "one_way": False}, 1)
    assert _names("police") == ("agents",)


def test_removed_rule_is_forgotten_after_a_day(context: Flask) -> None:
    rule, kept = _group("police", "PM"), _group("nuit", "soir")
    with transaction():
        remove_rule(None, rule)
    moment = now()
    clock.set_clock(lambda: moment + dt.timedelta(hours=25))
    forget_removed({})
    assert [one.id for one in db.session.query(SearchRule)] == [kept.id]
