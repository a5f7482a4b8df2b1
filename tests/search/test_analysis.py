"""French as people write it: what must be the same word, and what must not."""

from __future__ import annotations

import csv

import pytest

from app.search.analysis import fold, tokens
from app.search.analysis.french import masculine, singular, stem
from app.search.hits import find_hits
from app.search.query import parse
from app.search.terms import terms_of
from tests.search.world import SETS

PROBES = SETS / "probes.csv"

SAME = [
    ("adjointes", "une adjointe au maire"),
    ("travail", "les travaux du conseil"),
    ("élue", "les élu·e·s du réseau"),
    ("habitant", "des habitant(e)s"),
    ("élus", "les élu.e.s et les élu-e-s"),
    ("acteur", "les acteur·rice·s et actrices de terrain"),
    ("coordinateur", "la coordinatrice du CLSPD"),
    ("policier", "les policières municipales"),
    ("étranger", "les étrangères"),
    ("chercheur", "deux chercheuses"),
    ("tribunal", "les tribunaux judiciaires"),
    ("réseau", "les réseaux sociaux"),
    ("jeu", "les jeux de hasard"),
    ("lieu", "des lieux publics"),
    ("enjeux", "un enjeu national"),
    ("noyau", "des noyaux durs"),
    ("loyal", "des maires loyaux"),
    ("détenir", "les conditions de détention"),
    ("intervenir", "une intervention sociale"),
    ("organisée", "un vol organisé"),
    ("violences faites", "violences faites aux femmes"),
    ("ONU", "l’O.N.U. et ses agences"),
    ("O.N.U.", "l'ONU"),
    ("prud'hommes", "le conseil de prud’hommes"),
    ("chef-d'œuvre", "un chef d'oeuvre"),
    ("anticorruption", "la lutte anti-corruption"),
    ("anti-corruption", "le plan anticorruption"),
    ("co-construction", "la coconstruction"),
    ("porte-parole", "le porte parole"),
    ("hôpital", "l’hôpital"),
    ("prévention", "la préven\u00adtion"),
    ("prévention", "la préven\u0002tion"),
    ("prévention", "la préven-\ntion de la délinquance"),
    ("Strasbourg", "STRASBOURG"),
    ("ﬁnance", "la finance"),
    ("été", "l\u2019e\u0301te\u0301 2026"),
    ("laïcité", "la laicite"),
    ("mairies", "la mairie"),
    ("partis", "un parti politique"),
    ("parties", "une partie"),
    ("économique", "l’économie"),
]
OWN = [
    ("élu", "les élus du territoire"),
    ("élus", "une élue"),
    ("élues", "l’élu de quartier"),
    ("médiateur", "une médiatrice de nuit"),
    ("médiatrices", "le médiateur social"),
    ("C.L.S.P.D.", "le CLSPD se réunit"),
    ("clspd", "le C.L.S.P.D. se réunit"),
    ("C.L.S.P.D", "les CLSPD"),
    ("CISPD", "le C.I.S.P.D. de l’agglomération"),
    ("vidéo-protection", "la vidéoprotection urbaine"),
    ("vidéoprotection", "un système de vidéo protection"),
    ("l’État", "l'etat et ses services"),
    ("Etat", "les services de l’État"),
    ("ETAT", "d’état"),
    ("aujourd’hui", "la ville d'aujourd'hui"),
    ("aujourdhui", "aujourd’hui"),
    ("œuvre", "la mise en oeuvre"),
    ("oeuvres", "une œuvre d’art"),
    ("1er", "le 1ᵉʳ janvier"),
    ("premier", "le 1er adjoint"),
    ("1ers", "les premiers secours"),
    ("première", "la 1re réunion"),
    ("2e", "le 2ème arrondissement"),
    ("deuxième", "la 2nde réunion"),
    ("n°12", "le n° 12 de la revue"),
    ("n° 12", "numéro 12"),
    ("numéro 12", "nº 12"),
    ("Saint-Denis", "la ville de St-Denis"),
    ("publics", "une politique publique"),
    ("actif", "la vie active"),
    ("troisième", "le 3e lieu"),
    ("§4", "le § 4"),
    ("R&D", "la r & d"),
    ("adolescente", "un adolescent"),
    ("sapeur-pompier", "les sapeurs-pompiers"),
    ("l’agente", "les agents de la ville"),
    ("agresseur", "des agresseuses"),
    ("animatrice", "l’animateur du réseau"),
    ("conseillère", "les conseillers municipaux"),
    ("citoyenne", "les citoyens"),
    ("sportif", "une pratique sportive"),
    ("sportives", "un sportif"),
    ("créateur", "la créatrice"),
    ("national", "les plans nationaux"),
    ("préventive", "une action préventive et un effet préventif"),
    ("jusqu’à", "jusqu'a minuit"),
    ("M. le maire", "Monsieur le maire"),
    ("Mme", "madame la préfète"),
    ("préfète", "le préfet"),
    ("procureure", "le procureur"),
    ("autrice", "un auteur"),
    ("cheffe", "un chef de projet"),
    ("maîtresse", "un maître-chien"),
]
APART = [
    ("fin", "il a fini"),
    ("arme", "l'armée de terre"),
    ("part", "le parti"),
    ("gendarme", "la gendarmerie"),
    ("libraire", "une librairie"),
    ("élève", "la plaine, l’élevage"),
    ("loi", "le loisir"),
    ("souvent", "un souvenir"),
]


def _found(query: str, document: str) -> bool:
    """Every word of the query is met in the document."""
    wanted = terms_of(parse(query).query).wanted
    met = {hit.clause for hit in find_hits(document, wanted)}
    return met == set(range(len(wanted)))


@pytest.mark.skipif(not PROBES.exists(), reason="the list of probe pairs is not on this machine")
def test_all_probe_pairs_come_out_right() -> None:
    with PROBES.open(encoding="utf-8") as file:
        pairs = [(row["query"], row["document"], row["must_match"] == "yes") for row in csv.DictReader(file)]
    wrong = [pair[:2] for pair in pairs if _found(*pair[:2]) != pair[2]]
    assert len(pairs) == 47
    assert wrong == []


@pytest.mark.parametrize(("query", "document"), [*SAME, *OWN])
def test_forms_of_one_word_meet(query: str, document: str) -> None:
    assert _found(query, document)


@pytest.mark.parametrize(("query", "document"), APART)
def test_different_words_stay_apart(query: str, document: str) -> None:
    assert not _found(query, document)


@pytest.mark.parametrize("query", ["vidéo-protection", "vidéoprotection", "video protection", "VIDEO PROTECTION"])
@pytest.mark.parametrize(
    "document", ["la vidéo-protection", "la vidéoprotection", "la video protection", "vidéo‑protection"]
)
def test_compound_is_found_however_it_is_written(query: str, document: str) -> None:
    assert find_hits(document, terms_of(parse(query).query).wanted)


def test_compound_does_not_meet_its_scattered_parts() -> None:
    assert not find_hits("Denis et le saint", terms_of(parse("Saint-Denis").query).wanted)


def test_verb_and_its_pronoun_are_two_words() -> None:
    assert [token.joined for token in tokens("peut-il")] == [False, False]


def test_offsets_give_the_word_back() -> None:
    text = "L’élu·e du C.L.S.P.D. : « cœur-de-ville »"
    words = [text[token.start : token.end] for token in tokens(text)]
    assert words == ["élu·e", "du", "C.L.S.P.D.", "cœur", "de", "ville", "cœur-de-ville"]


def test_positions_count_words_and_the_joined_form_takes_none() -> None:
    found = [(token.term, token.position) for token in tokens("la vidéo-protection urbaine") if not token.joined]
    assert [position for _, position in found] == [0, 1, 2, 3]


def test_english_documents_have_english_stems_apart_from_french_ones() -> None:
    assert _english("cities") == _english("city") == _english("the city's")[-1:]
    assert {token.term for token in tokens("parties", "en")}.isdisjoint(token.term for token in tokens("parti", "fr"))


def _english(text: str) -> list[str]:
    return [token.term for token in tokens(text, "en")]


def test_english_document_is_found_by_an_english_question() -> None:
    clauses = terms_of(parse("city policies burglaries").query).wanted
    assert len(find_hits("a policy against burglary in cities", clauses, "en")) == 3


@pytest.mark.parametrize(
    ("plural", "expected"),
    [
        ("locaux", "local"),
        ("chevaux", "cheval"),
        ("reseaux", "reseau"),
        ("taux", "taux"),
        ("lieux", "lieu"),
        ("elus", "elu"),
    ],
)
def test_plurals_find_their_singular(plural: str, expected: str) -> None:
    assert singular(plural) == expected


def test_feminines_find_their_masculine() -> None:
    assert [masculine(word) for word in ("mediatrice", "policiere", "chercheuse", "matrice")] == [
        "mediateur",
        "policier",
        "chercheur",
        "matrice",
    ]


def test_stem_is_the_same_with_and_without_accents() -> None:
    words = ["sécurité", "délinquance", "médiatrices", "élus", "Études", "œuvres", "prévention", "intercommunalités"]
    assert [stem(fold(word)) for word in words] == [stem(fold(_bare(word))) for word in words]


def _bare(word: str) -> str:
    return word.translate(str.maketrans("éÉ", "eE")).replace("œ", "oe")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\0",
        "\ud800",
        "-" * 5000,
        "a-" * 5000,
        "l'" * 5000,
        "a." * 5000,
        "·e" * 3000,
        "x" * 100_000,
        "(e)" * 3000,
        "😀שלום",
    ],
)
def test_strange_texts_are_read_without_harm(text: str) -> None:
    for token in tokens(text):
        assert 0 <= token.start < token.end <= len(text)
        assert len(token.term) <= 80
