"""What every search engine must do. A test module subclasses `EngineContract` and says how to open its engine."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.search.catalogue import Allowed, Audience, Catalogue, CatalogueRow, Scope, Wanted
from app.search.engine import PART, IndexUnavailableError, ParentDocument, Passage, SearchEngine
from app.search.query import MAX_EXPANSIONS, Field, Sort, parse
from app.search.terms import Clause, Terms, terms_of
from tests.search.world import ANYONE, everybody, row, thing


def keys(engine: SearchEngine, typed: str, allowed: Allowed, limit: int = 10, offset: int = 0) -> list[str]:
    """The keys found, in their order."""
    return [hit.key for hit in engine.search(asked(typed), allowed, limit, offset).hits]


def asked(typed: str) -> Terms:
    """What an engine is given for what a person typed."""
    return terms_of(parse(typed).query)


NIGHT = thing(
    "resource:1", "Vie nocturne", "Le bruit des terrasses", "La médiation de nuit", tags=("tranquillité publique",)
)
POLICE = thing(
    "resource:2", "Police municipale", "Les polices municipales de nuit", "Un policier", own="Doctrine d’emploi"
)
THREAD = thing("thread:1", "Qui a testé la vidéo-protection ?", own="Nous hésitons, la nuit surtout")
CITY = thing("resource:3", "City policies", "Night mayors against burglaries", lang="en")
ALL = (NIGHT, POLICE, THREAD, CITY)


class EngineContract:
    """The rules, run against one engine."""

    def open(self, folder: Path) -> SearchEngine:
        """Give the engine over a folder; called again it opens the same index."""
        raise NotImplementedError

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        return tmp_path / "index"

    @pytest.fixture
    def engine(self, folder: Path) -> SearchEngine:
        engine = self.open(folder)
        engine.rebuild(ALL)
        return engine

    # What is found

    @pytest.mark.parametrize("before_it_reads", [False, True])
    @pytest.mark.parametrize("typed", ["nuit", '"de nuit"', "poli*", "bruit -police"])
    def test_question_asked_while_things_are_replaced_misses_none(
        self, engine: Any, monkeypatch: pytest.MonkeyPatch, typed: str, *, before_it_reads: bool
    ) -> None:
        """It began with the index as it was, and reads words after another question did, or before."""
        allowed, now = everybody(*ALL), engine.latest
        expected = len(keys(engine, typed, allowed))
        engine.index(ALL)
        older = iter([now()])
        engine.index(ALL)
        if before_it_reads:
            assert len(keys(engine, typed, allowed)) == expected
        monkeypatch.setattr(engine, "latest", lambda: next(older, None) or now())
        assert len(keys(engine, typed, allowed)) == expected > 0

    def test_parts_that_the_catalogue_names_no_more_count_for_nothing(self, engine: SearchEngine) -> None:
        pages = [Passage(0, "", "", "Le dossier"), Passage(1, "page", "1", "ancien texte")]
        pages.append(Passage(2 * PART + 1, "page", "1", "texte durable"))
        engine.index([ParentDocument("resource:9", "Dossier", (), "fr", tuple(pages))])
        for parts, ancien, durable in ((None, 1, 1), ((0, 2), 1, 1), ((2, 3), 0, 1), ((), 0, 0)):
            allowed = Allowed.to(Catalogue([row("resource:9", parts=parts), row("thread:1")]), ANYONE)
            found = [engine.search(asked(words), allowed) for words in ("ancien", "durable", "dossier -ancien")]
            assert [one.total for one in found] == [ancien, durable, 1 - ancien]
            assert sum(found[0].facets.kinds.values()) == ancien

    def test_word_is_found_in_title_own_text_passages_and_tags(self, engine: SearchEngine) -> None:
        allowed = everybody(*ALL)
        assert keys(engine, "nocturne", allowed) == ["resource:1"]
        assert keys(engine, "doctrine", allowed) == ["resource:2"]
        assert keys(engine, "terrasse", allowed) == ["resource:1"]
        assert keys(engine, "tranquillité", allowed) == ["resource:1"]
        assert set(keys(engine, "nuit", allowed)) == {"resource:1", "resource:2", "thread:1"}

    def test_any_word_is_enough_and_more_words_rank_higher(self, engine: SearchEngine) -> None:
        found = keys(engine, "police nuit hésiter", everybody(*ALL))
        assert found[0] == "resource:2"
        assert set(found) == {"resource:1", "resource:2", "thread:1"}

    def test_all_words_when_asked(self, engine: SearchEngine) -> None:
        assert keys(engine, "bruit ET médiation", everybody(*ALL)) == ["resource:1"]
        assert keys(engine, "bruit ET policier", everybody(*ALL)) == []

    def test_one_of_several_when_asked(self, engine: SearchEngine) -> None:
        allowed = everybody(*ALL)
        assert keys(engine, "bruit ET (policier OU médiation)", allowed) == ["resource:1"]
        assert keys(engine, "bruit ET (policier OU xylophone)", allowed) == []
        assert set(keys(engine, '"vie nocturne" OU "police municipale"', allowed)) == {"resource:1", "resource:2"}
        assert set(keys(engine, "bruit ET terrasse OU police", allowed)) == {"resource:1", "resource:2"}
        assert keys(engine, "nuit ET terr*", allowed) == ["resource:1"]
        assert set(keys(engine, "nuit -terr*", allowed)) == {"resource:2", "thread:1"}

    def test_weight_of_a_clause_counts(self, engine: SearchEngine) -> None:
        allowed = everybody(*ALL)
        plain, other = asked("doctrine").wanted[0], asked("terrasses").wanted[0]
        for weights, first in (((1.0, 0.01), "resource:2"), ((0.01, 1.0), "resource:1")):
            clauses = [
                Clause(one.sequences, weight=weight) for one, weight in zip((plain, other), weights, strict=True)
            ]
            assert engine.search(Terms(tuple(clauses)), allowed).hits[0].key == first

    def test_unknown_word_finds_nothing(self, engine: SearchEngine) -> None:
        matches = engine.search(asked("xylophone"), everybody(*ALL))
        assert (matches.total, matches.hits, dict(matches.facets.kinds), dict(matches.facets.spaces)) == (0, (), {}, {})

    def test_phrase_lies_within_one_passage_or_title(self, engine: SearchEngine) -> None:
        allowed = everybody(*ALL)
        assert keys(engine, '"police municipale"', allowed) == ["resource:2"]
        assert keys(engine, '"municipale police"', allowed) == []
        assert keys(engine, '"terrasses la médiation"', allowed) == []
        assert keys(engine, '"vie nocturne"', allowed) == ["resource:1"]
        assert keys(engine, '"nuit un policier"', allowed) == []

    def test_phrase_is_required_beside_words(self, engine: SearchEngine) -> None:
        assert keys(engine, '"vie nocturne" nuit police', everybody(*ALL)) == ["resource:1"]

    def test_compound_is_found_however_it_is_written(self, engine: SearchEngine) -> None:
        for typed in ("vidéoprotection", "vidéo-protection", "video protection", '"la vidéoprotection"'):
            assert keys(engine, typed, everybody(*ALL)) == ["thread:1"]

    def test_excluded_word_drops_the_thing_wherever_it_stands(self, engine: SearchEngine) -> None:
        allowed = everybody(*ALL)
        assert set(keys(engine, "nuit -terrasse", allowed)) == {"resource:2", "thread:1"}
        assert set(keys(engine, "nuit -municipale", allowed)) == {"thread:1", "resource:1"}
        assert set(keys(engine, 'nuit -"vie nocturne"', allowed)) == {"resource:2", "thread:1"}

    def test_only_exclusions_or_filters_list_the_rest(self, engine: SearchEngine) -> None:
        assert set(keys(engine, "-nuit", everybody(*ALL))) == {"resource:3"}
        assert set(keys(engine, "", everybody(*ALL))) == {one.key for one in ALL}

    def test_cut_word_finds_what_begins_so(self, engine: SearchEngine) -> None:
        assert keys(engine, "média*", everybody(*ALL)) == ["resource:1"]
        assert keys(engine, "municip* ET polic*", everybody(*ALL)) == ["resource:2"]

    def test_cut_word_finds_words_whose_stem_is_shorter(self, engine: SearchEngine) -> None:
        guide = thing(
            "resource:9", "Guide", "La délinquance, une médiatrice, les actions de prévention, des citoyennes"
        )
        engine.index([guide])
        for typed in ("délinquan*", "médiatr*", "préventi*", "citoyenn*", "délinquanc* ET médiatri*"):
            assert keys(engine, typed, everybody(guide)) == ["resource:9"]
        assert keys(engine, "délire*", everybody(guide)) == []

    def test_english_document_is_found_with_english_stems(self, engine: SearchEngine) -> None:
        for typed in ("city", "policy", "burglary", "mayor"):
            assert keys(engine, typed, everybody(*ALL)) == ["resource:3"]

    @pytest.mark.parametrize(
        "typed", ['"', "-", "a* b*", "\0", "\ud800", "😀", "é" * 10_240, "(((((", "kind:", '-"" ""', "~^"]
    )
    def test_anything_typed_is_answered(self, engine: SearchEngine, typed: str) -> None:
        found = engine.search(asked(typed), everybody(*ALL))
        assert len(found.hits) <= found.total

    # Things, not passages

    def test_things_are_counted_and_their_best_passages_named(self, engine: SearchEngine) -> None:
        engine.index([thing("resource:9", "Guide", "rien", "nuit", "nuit nuit nuit", "la nuit ici", "une nuit là")])
        matches = engine.search(asked("nuit"), everybody(*ALL, thing("resource:9")))
        guide = next(hit for hit in matches.hits if hit.key == "resource:9")
        assert matches.total == 4
        assert guide.passages_total == 4
        assert guide.passages[0].n == 3
        assert len(guide.passages) == 3

    def test_hit_in_title_only_names_no_passage(self, engine: SearchEngine) -> None:
        hit = engine.search(asked("nocturne"), everybody(*ALL)).hits[0]
        assert (hit.passages, hit.passages_total) == ((), 0)

    def test_score_is_its_own_and_its_best_passage(self, engine: SearchEngine) -> None:
        few = thing("resource:20", "Autre", "xylophone")
        many = thing("resource:21", "Autre", *["xylophone"] * 30)
        both = thing("resource:22", "Xylophone", "xylophone")
        engine.index([few, many, both])
        hits = engine.search(asked("xylophone"), everybody(few, many, both)).hits
        scores = {hit.key: hit.score for hit in hits}
        assert scores["resource:20"] == pytest.approx(scores["resource:21"])
        assert hits[0].key == "resource:22"

    def test_pages_follow_each_other_without_repeating(self, engine: SearchEngine) -> None:
        many = [thing(f"resource:{n}", "Xylophone") for n in range(100, 125)]
        engine.index(many)
        allowed = everybody(*many)
        pages = [keys(engine, "xylophone", allowed, limit=10, offset=start) for start in (0, 10, 20, 30)]
        assert [len(page) for page in pages] == [10, 10, 5, 0]
        assert len({key for page in pages for key in page}) == 25

    def test_newest_first_when_asked(self, engine: SearchEngine) -> None:
        many = [thing(f"resource:{n}", "Xylophone") for n in (50, 51, 52)]
        engine.index(many)
        days = {"resource:50": dt.date(2025, 1, 1), "resource:51": dt.date(2026, 1, 1), "resource:52": None}
        allowed = Allowed.to(Catalogue(row(key, date=day) for key, day in days.items()), ANYONE)
        found = engine.search(asked("xylophone"), allowed, sort=Sort.DATE)
        assert [hit.key for hit in found.hits] == ["resource:51", "resource:50", "resource:52"]

    def test_all_that_answers_is_told_without_a_page_of_it(self, engine: SearchEngine) -> None:
        allowed = everybody(*ALL)
        for typed in ("nuit", '"vie nocturne"', "nuit -police", "poli*", "police ET doctrine", "xylophone", "-nuit"):
            found = engine.search(asked(typed), allowed, limit=0).facets.found[Field.LANG]
            there = {allowed.catalogue.key(place) for place, one in enumerate(found) if one}
            assert there == set(keys(engine, typed, allowed)), typed

    # Rights

    def test_nothing_is_found_or_counted_outside_the_mask(self, engine: SearchEngine) -> None:
        catalogue = Catalogue([row("resource:1", 1, Audience.SPACE), row("resource:2", 2, Audience.SPACE, "note")])
        allowed = Allowed.to(catalogue, Scope(1, is_member=True, space_ids=frozenset({2})))
        matches = engine.search(asked("nuit"), allowed)
        assert [hit.key for hit in matches.hits] == ["resource:2"]
        assert matches.total == 1
        assert dict(matches.facets.kinds) == {"note": 1}
        assert dict(matches.facets.spaces) == {2: 1}

    def test_word_of_others_answers_like_an_unknown_word(self, engine: SearchEngine) -> None:
        catalogue = Catalogue([row("resource:1", 1, Audience.SPACE), row("resource:2", 2, Audience.SPACE)])
        allowed = Allowed.to(catalogue, Scope(1, is_member=True, space_ids=frozenset({2})))
        for secret, unknown in (("terrasses", "xylophones"), ('"vie nocturne"', '"vie xylophone"'), ("terr*", "xylo*")):
            assert engine.search(asked(secret), allowed) == engine.search(asked(unknown), allowed)

    def test_words_of_others_take_no_place_among_those_that_begin_alike(self, engine: SearchEngine) -> None:
        letters = [f"zab{one}{two}{three}" for one in "bcdf" for two in "bcdfghjklm" for three in "bcdfghjkl"]
        closed = thing("resource:8", "Glossaire", " ".join(letters))
        engine.index([closed, thing("resource:9", "Lexique", "Zabzuzo")])
        catalogue = Catalogue([row("resource:8", 1, Audience.SPACE), row("resource:9", 2, Audience.SPACE)])
        allowed = Allowed.to(catalogue, Scope(1, is_member=True, space_ids=frozenset({2})))
        assert len(letters) > MAX_EXPANSIONS
        assert keys(engine, "zab*", allowed) == ["resource:9"]

    def test_guest_reads_only_spaces_of_his_own(self, engine: SearchEngine) -> None:
        catalogue = Catalogue([row("resource:1", 1), row("resource:2", 2)])
        guest = Allowed.to(catalogue, Scope(5, is_member=False, space_ids=frozenset({1})))
        assert keys(engine, "nuit", guest) == ["resource:1"]

    def test_unpublished_things_are_not_found(self, engine: SearchEngine) -> None:
        catalogue = Catalogue([row("resource:1", published=False), row("resource:2")])
        assert keys(engine, "nuit", Allowed.to(catalogue, ANYONE)) == ["resource:2"]

    def test_what_the_catalogue_does_not_hold_is_not_found(self, engine: SearchEngine) -> None:
        assert keys(engine, "nuit", everybody(POLICE)) == ["resource:2"]
        assert keys(engine, "nuit", everybody()) == []

    def test_space_unknown_to_a_person_is_never_counted_nor_ticked(self, engine: SearchEngine) -> None:
        catalogue = Catalogue([row("resource:1", 7), row("resource:2", 2)])
        scope = Scope(1, is_member=True, space_ids=frozenset({2}))
        matches = engine.search(asked("nuit"), Allowed.to(catalogue, scope))
        assert matches.total == 2
        assert dict(matches.facets.spaces) == {2: 1}
        ticked = Allowed.to(catalogue, scope, {Field.SPACE: frozenset({7})})
        assert engine.search(asked("nuit"), ticked).total == 0

    def test_thing_stands_in_every_space_that_shows_it_to_those_who_read_that_space(self, engine: SearchEngine) -> None:
        catalogue = Catalogue([row("resource:1", 1, also_in=(2, 3)), row("resource:2", 2)])
        scope = Scope(1, is_member=True, space_ids=frozenset({2}), shown_space_ids=frozenset({1, 3}))

        def found(kept: Wanted, dropped: Wanted) -> tuple[int, dict[int, int]]:
            matches = engine.search(asked("nuit"), Allowed.to(catalogue, scope, kept, dropped))
            return matches.total, dict(matches.facets.spaces)

        assert found({}, {}) == (2, {1: 1, 2: 2})
        for space, total in ((1, 1), (2, 2), (3, 0)):
            ticked: Wanted = {Field.SPACE: frozenset({space})}
            assert found(ticked, {}) == (total, {1: 1, 2: 2})
            assert found({}, ticked)[0] == 2 - total

    # Likeness

    def test_what_holds_most_of_the_rarest_words_is_alike(self, engine: SearchEngine) -> None:
        things = [thing(f"resource:{n}", f"Réunion {n}", "La ville et le quartier") for n in range(20, 30)]
        things += [thing("resource:30", "Un bilan", "Une brigade cynophile")]
        things += [thing("resource:31", "Brigade cynophile", "La brigade cynophile du quartier")]
        things += [thing("resource:32", "Brigade", "La réunion")]
        engine.index(things)
        allowed, words = everybody(*things), asked("brigade cynophile du quartier jamais").wanted
        assert engine.alike(words, allowed) == ["resource:31", "resource:30", "resource:32"]
        assert engine.alike(words, allowed, limit=1) == ["resource:31"]
        assert engine.alike(words, allowed, aside=["resource:31", "resource:99"]) == ["resource:30", "resource:32"]
        assert engine.alike(words, allowed, named=True)[0] == "resource:31"
        assert engine.alike(asked("cynophile").wanted, allowed, named=True) == ["resource:31"]
        assert engine.alike((), allowed) == engine.alike(words, everybody()) == []
        assert engine.alike(asked("jamais").wanted, allowed) == []

    def test_neither_order_nor_likeness_owes_anything_to_what_is_kept_from_a_person(self, engine: SearchEngine) -> None:
        chance = random.Random(5)  # noqa: S311 - the same worlds at every run
        for _ in range(8):
            documents, catalogue = _random_world(chance)
            scope = Scope(1, chance.random() < 0.5, frozenset(chance.sample([1, 2, 3], 2)))
            read = [one for one in documents if _may_read(catalogue.row(one.key), scope)]
            alone = Catalogue(catalogue.row(one.key) for one in read)
            words = [terms_of(parse(word).query).wanted[0] for word in chance.sample(WORDS, 4)]
            named = chance.random() < 0.5
            given = []
            for shelf, known in ((documents, catalogue), (read, alone)):
                engine.rebuild(shelf)
                allowed = Allowed.to(known, scope)
                found = engine.search(Terms(tuple(words)), allowed, limit=50).hits
                given.append((found, engine.alike(words, allowed, limit=50, named=named)))
            assert given[0] == given[1]

    # Facets

    def test_each_facet_is_counted_without_its_own_filter(self, engine: SearchEngine) -> None:
        rows = [row("resource:1", 1, kind="report"), row("resource:2", 2, kind="note"), row("thread:1", 1, kind="note")]
        scope = Scope(1, is_member=True, space_ids=frozenset({1, 2}))
        allowed = Allowed.to(Catalogue(rows), scope, {Field.KIND: frozenset({"note"}), Field.SPACE: frozenset({1})})
        matches = engine.search(asked("nuit"), allowed)
        assert [hit.key for hit in matches.hits] == ["thread:1"]
        assert dict(matches.facets.kinds) == {"report": 1, "note": 1}
        assert dict(matches.facets.spaces) == {1: 1, 2: 1}

    def test_every_field_filters_and_is_counted(self, engine: SearchEngine) -> None:
        day = dt.date(2021, 5, 1)
        rows = [
            row("resource:1", kind="note", date=day, lang="fr", tags=("nuit", "bruit"), authors=(4, "Roy, Jean")),
            row("resource:2", kind="report", date=day.replace(year=2019), lang="en", tags=("nuit",), authors=(5,)),
            row("thread:1", kind="note", tags=("sport",)),
        ]
        catalogue = Catalogue(rows)
        for field, value, found in (
            (Field.TAG, "bruit", ["resource:1"]),
            (Field.YEAR, 2019, ["resource:2"]),
            (Field.LANG, "fr", ["resource:1"]),
            (Field.AUTHOR, "Roy, Jean", ["resource:1"]),
            (Field.CITY, 5, ["resource:2"]),
        ):
            wanted = {field: frozenset({value})}
            matches = engine.search(asked("nuit"), Allowed.to(catalogue, ANYONE, wanted))
            assert [hit.key for hit in matches.hits] == found
            assert matches.facets.counts[field][value] == 1
            left = engine.search(asked("nuit"), Allowed.to(catalogue, ANYONE, None, wanted))
            assert {hit.key for hit in left.hits} == {"resource:1", "resource:2", "thread:1"} - set(found)
        several = {Field.TAG: frozenset({"bruit", "sport"}), Field.KIND: frozenset({"note"})}
        matches = engine.search(asked("nuit"), Allowed.to(catalogue, ANYONE, several))
        assert {hit.key for hit in matches.hits} == {"resource:1", "thread:1"}
        assert matches.facets.counts[Field.TAG] == {"nuit": 1, "bruit": 1, "sport": 1}
        assert matches.facets.kinds == {"note": 2}

    # Changes

    def test_thing_indexed_again_replaces_itself(self, engine: SearchEngine) -> None:
        engine.index([thing("resource:1", "Budget", "Les finances")])
        allowed = everybody(*ALL)
        assert "resource:1" not in keys(engine, "nuit bruit nocturne", allowed)
        assert keys(engine, "finances", allowed) == ["resource:1"]
        assert engine.count() == 4

    def test_thing_taken_out_is_gone_with_its_passages(self, engine: SearchEngine) -> None:
        engine.delete(["resource:1", "resource:404"])
        assert "resource:1" not in keys(engine, "nuit bruit nocturne", everybody(*ALL))
        assert engine.count() == 3

    def test_many_small_changes_keep_everything(self, engine: SearchEngine) -> None:
        many = [thing(f"resource:{n}", f"Objet {n}", "xylophone") for n in range(200, 240)]
        for one in many:
            engine.index([one])
        assert engine.search(asked("xylophone"), everybody(*many)).total == 40
        assert engine.count() == 44

    def test_empty_change_is_no_change(self, engine: SearchEngine) -> None:
        engine.index([])
        engine.delete([])
        assert engine.count() == 4

    def test_another_process_sees_the_change(self, engine: SearchEngine, folder: Path) -> None:
        other = self.open(folder)
        assert other.count() == 4
        engine.index([thing("resource:30", "Xylophone")])
        assert other.search(asked("xylophone"), everybody(thing("resource:30"))).total == 1

    # Rebuild

    def test_missing_index_is_unavailable_and_can_be_rebuilt(self, folder: Path) -> None:
        engine = self.open(folder)
        for ask in (lambda: engine.search(asked("nuit"), everybody(*ALL)), engine.count):
            with pytest.raises(IndexUnavailableError):
                ask()
        with pytest.raises(IndexUnavailableError):
            engine.index(ALL)
        assert not engine.health().usable
        engine.rebuild(ALL)
        assert engine.health().usable

    def test_old_index_answers_until_the_new_one_is_whole(self, engine: SearchEngine) -> None:
        with engine.fresh() as beside:
            beside.index([thing("resource:40", "Xylophone")])
            engine.index([thing("resource:41", "Clarinette")])
            assert keys(engine, "nocturne clarinette", everybody(NIGHT, thing("resource:41"))) != []
            assert keys(engine, "xylophone", everybody(thing("resource:40"))) == []
            beside.index([thing("resource:42", "Xylophone")])
            beside.delete(["resource:40"])
        assert engine.count() == 1
        assert keys(engine, "xylophone", everybody(thing("resource:42"))) == ["resource:42"]

    def test_failed_rebuild_changes_nothing(self, engine: SearchEngine) -> None:
        def broken() -> object:
            yield thing("resource:40", "Xylophone")
            raise RuntimeError

        with pytest.raises(RuntimeError):
            engine.rebuild(broken())  # type: ignore[arg-type]
        assert engine.count() == 4

    # Against plain Python

    def test_results_equal_a_plain_filter_for_random_rights_and_texts(self, engine: SearchEngine) -> None:
        chance = random.Random(11)  # noqa: S311 - the same worlds at every run
        for _ in range(6):
            documents, catalogue = _random_world(chance)
            engine.rebuild(documents)
            for _ in range(25):
                found, expected = _both_ways(engine, chance, documents, catalogue)
                assert found == expected


WORDS = ("police", "nuit", "bruit", "maire", "budget", "jeunes", "sport")


def _random_world(chance: random.Random) -> tuple[list[ParentDocument], Catalogue]:
    documents, rows = [], []
    for number in range(chance.randrange(1, 40)):
        pages = [" ".join(chance.choices(WORDS, k=chance.randrange(0, 4))) for _ in range(chance.randrange(0, 4))]
        documents.append(
            thing(f"resource:{number}", chance.choice(WORDS), *pages, tags=tuple(chance.choices(WORDS, k=1)))
        )
        rows.append(
            row(
                f"resource:{number}",
                chance.choice([None, 1, 2, 3]),
                chance.choice(list(Audience)),
                chance.choice(["note", "report"]),
                published=chance.random() < 0.8,
                also_in=tuple(chance.sample([4, 5], chance.randrange(0, 3))),
            ),
        )
    return documents, Catalogue(rows)


@dataclass(frozen=True)
class Outcome:
    """What a search must agree on with plain Python: the parents, their number, the counts of its facets."""

    keys: set[str]
    total: int
    of_any_kind: int
    in_nameable_spaces: int


def _both_ways(
    engine: SearchEngine, chance: random.Random, documents: list[ParentDocument], catalogue: Catalogue
) -> tuple[Outcome, Outcome]:
    """Return what an engine answers to a random question, and what a plain filter says it must."""
    spaces = frozenset(chance.sample([1, 2, 3, 4, 5], chance.randrange(0, 5)))
    scope = Scope(1, chance.random() < 0.5, spaces, frozenset(chance.sample([1, 4], 1)))
    words, without = chance.sample(WORDS, chance.randrange(1, 4)), chance.sample(WORDS, chance.randrange(0, 2))
    together = chance.random() < 0.3
    typed = (" ET " if together else " ").join(words) + "".join(f" -{word}" for word in without)
    kinds = chance.choice([None, frozenset({"note"})])
    within = chance.choice([None, frozenset(chance.sample([1, 2, 4, 5], 2))])
    ticked: Wanted = ({Field.KIND: kinds} if kinds else {}) | ({Field.SPACE: within} if within else {})
    matches = engine.search(asked(typed), Allowed.to(catalogue, scope, ticked), limit=100)
    answering = {one.key for one in documents if _answers(one, words, without, together=together)}
    seen = {key for key in answering if _may_read(catalogue.row(key), scope)}
    of_kind = {key for key in seen if kinds is None or catalogue.row(key).kind in kinds}
    spaces_of = {key: _spaces_known(catalogue.row(key), scope) for key in seen}
    there = {key for key in seen if within is None or within & spaces_of[key]}
    found = Outcome(
        {hit.key for hit in matches.hits},
        matches.total,
        sum(matches.facets.kinds.values()),
        sum(matches.facets.spaces.values()),
    )
    shown = sum(len(spaces_of[key]) for key in of_kind)
    return found, Outcome(of_kind & there, len(of_kind & there), len(there), shown)


def _spaces_known(one: CatalogueRow, scope: Scope) -> set[int]:
    home = {one.space_id} & scope.nameable
    return {space for space in (*home, *set(one.also_in) & scope.space_ids) if space is not None}


def _answers(document: ParentDocument, words: list[str], without: list[str], *, together: bool) -> bool:
    text = " ".join((document.title, *document.tags, *(passage.text for passage in document.passages))).split()
    met = [word in text for word in words]
    return (all(met) if together else any(met)) and not any(word in text for word in without)


def _may_read(one: object, scope: Scope) -> bool:
    space, audience, published = one.space_id, one.audience, one.published  # type: ignore[attr-defined]
    return bool(published and (space in scope.space_ids or (audience == Audience.NETWORK and scope.is_member)))
