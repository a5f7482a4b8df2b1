"""Words typed so far, and the names that hold them: the same in memory as in the database."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import String, literal, select

from app.core.db import sort_key
from app.extensions import db
from app.search.beginnings import begun, is_named, marked, named, one_named

MET = [
    ("media noc", "La médiation nocturne"),
    ("nocturne médiateurs", "Un médiateur nocturne"),
    ("polices municipaux", "Police et arrêté municipal"),
    ("l'et", "L’État et les villes"),
    ("l’aujourd", "Aujourd'hui"),
    ("vidéo-prot", "Vidéoprotection"),
    ("videoprot", "La vidéo-protection"),
    ("oeuv", "Œuvres de rue"),
    ("œuvre", "Oeuvre de rue"),
    ("C.L.S.P.D.", "Le CLSPD de Lanvallec"),
    ("la rue", "Rue sans nom"),
    ("le", "Le Goff"),
    ("luc des", "Luc Desmarets"),
    ("centre de", "Centre de supervision"),
    ("jean-pi", "Jean-Pierre Dupont"),
    ("夜間", "夜間治安"),
    ("سلا", "سلامة المدن"),
]
NOT_MET = [
    ("ediation", "La médiation"),
    ("média xy", "La médiation"),
    ("paris", "La parité"),
    ("luc des", "Lucie Bonnafoux"),
    ("", "La médiation"),
    ("🙂 % _ '", "La médiation"),
    ("m_di", "La médiation"),
    ("%", "La médiation"),
]


@pytest.mark.parametrize(
    ("typed", "name", "met"), [*((*one, True) for one in MET), *((*one, False) for one in NOT_MET)]
)
def test_names_are_met_by_the_beginnings_of_their_words(context: Flask, typed: str, name: str, met: bool) -> None:  # noqa: FBT001
    words = begun(typed)
    column = literal(sort_key(name), String)
    asked = select(named(column, words))
    assert bool(db.session.scalar(asked)) is met
    assert is_named(name, words) is met or not words
    assert not met or db.session.scalar(select(one_named(column, words)))


def test_what_is_typed_is_bounded() -> None:
    assert len(begun(" ".join(f"mot{n}" for n in range(900)))) == 8
    assert begun("\0 \ud800 🙂 \n") == ()


def test_what_is_typed_is_marked_and_the_rest_escaped() -> None:
    shown = marked("Un <b>médiateur</b>, l’Œuvre", begun("media oeuv b"))
    assert shown == "Un &lt;b&gt;<mark>média</mark>teur&lt;/b&gt;, l’<mark>Œuv</mark>re"
