"""Practices side by side: by field, in the order asked, never what the reader may not see."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from app.library.comparing import compare
from app.library.kinds import KINDS, Field
from app.library.models import Resource
from app.library.queries import resources_beside
from tests.library.shelves import share, shared
from tests.people import CLOSED_GUEST, GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import CountedStatements, loaded

CANARY = "Perroquet-bleu"
FIRST = {
    "place": "Port-Elvain",
    "need": "Des enfants font le guet.",
    "actions": "- une psychologue reçoit\n- deux soirs par semaine",
    "cost_band": "under_10000",
    "evaluation": "joint",
    "target_groups": ["teenagers", "families"],
}
SECOND = {
    "place": "Montrevel",
    "need": "Un hall occupé.",
    "actions": "Des médiateurs.",
    "cost_band": "10000_50000",
    "evaluation": "joint",
    "target_groups": ["teenagers"],
}


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


def practice(app: Flask, title: str, fields: dict[str, Any], **more: Any) -> str:
    return shared(app, title, kind="practice", fields=fields, **{"audience": "network", **more})[0]


def text_of(answer: Any) -> str:
    return str(answer.get_data(as_text=True)).replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


def rows_of(page: str) -> dict[str, list[str]]:
    """Return the cells of each row under its label, the note of the row after the label."""
    body = page.split("</thead>", 1)[1]
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL):
        head, *cells = re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)
        bare = [re.sub(r'<span class="compare__city">.*?</span>', "", cell) for cell in cells]
        found[" ".join(re.sub(r"<[^>]+>", " ", head).split())] = [
            " ".join(re.sub(r"<[^>]+>", " ", c).split()) for c in bare
        ]
    return found


def test_practices_stand_side_by_side_by_field(app: Flask, browser: Any) -> None:
    one, two = practice(app, "Permanence", FIRST, summary="Un lieu."), practice(app, "Médiation", SECOND)
    page = text_of(browser(MEMBER).get(f"/ressources/comparer?id={two}&id={one}"))
    assert re.findall(r'compare__name">([^<]+)<', page) == ["Montrevel", "Port-Elvain"]
    rows = rows_of(page)
    assert rows["Coût annuel Diffère"] == ["De 10 000 à 50 000 €", "Moins de 10 000 €"]
    assert rows["Évaluation Identique"] == ["Évaluation avec les partenaires"] * 2
    assert rows["Publics Diffère ; en commun : Adolescents (12 à 17 ans)"][0] == "Adolescents (12 à 17 ans)"
    assert rows["Résumé"] == ["non renseigné", "Un lieu."]
    assert rows["L'action"] == ["Des médiateurs.", "une psychologue reçoit deux soirs par semaine"]
    assert not [label for label in rows if label.startswith(("Financement", "Fin"))]
    assert '<span class="compare__city">Montrevel</span>' in page
    assert "Collectivité" not in rows, "the city stands at the head of its column"


def test_added_field_appears(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = KINDS["practice"]
    monkeypatch.setitem(KINDS, "practice", replace(kind, fields=(*kind.fields, Field("lamps", "Lampadaires"))))
    with app.test_request_context():
        table = compare([share("Un", kind="practice", fields={**FIRST, "lamps": "48"})])
        assert ("La pratique", "Lampadaires", ["48"]) in list(table.lines())


@pytest.mark.slow
def test_what_one_may_not_see_is_passed_over(app: Flask, browser: Any) -> None:
    seen = practice(app, "Permanence", FIRST)
    hidden = practice(app, CANARY, {**SECOND, "place": CANARY}, space=PRIVATE, audience="space", by=MEMBER)
    report, _id = shared(app, "Rapport", audience="network")
    outsider = browser(OUTSIDER)
    page, same = (
        text_of(outsider.get(f"/ressources/comparer?id={seen}&id={other}")) for other in (hidden, "aaaaaaaaaa")
    )
    assert "choisissez-en une autre" in page
    assert CANARY not in page
    assert re.sub(r'value="[^"]*"', "", page) == re.sub(r'value="[^"]*"', "", same)
    assert "choisissez-en une autre" in text_of(outsider.get(f"/ressources/comparer?id={seen}&id={report}"))
    assert "Choisissez deux à quatre" in text_of(browser(GUEST).get(f"/ressources/comparer?id={hidden}"))
    assert CANARY not in text_of(outsider.get(f"/ressources?type=practice&id={hidden}"))
    assert f'value="{hidden}"' not in text_of(outsider.get(f"/ressources?type=practice&id={hidden}"))
    assert CANARY in text_of(browser(CLOSED_GUEST).get(f"/ressources/comparer?id={hidden}"))


def test_four_at_most(app: Flask, browser: Any) -> None:
    ids = [practice(app, f"Pratique {n}", {**FIRST, "place": f"Ville {n}"}) for n in range(6)]
    page = text_of(browser(MEMBER).get("/ressources/comparer?" + "&".join(f"id={one}" for one in ids)))
    assert re.findall(r'compare__name">([^<]+)<', page) == ["Ville 0", "Ville 1", "Ville 2", "Ville 3"]
    assert "les 2 dernières choisies ne sont pas montrées" in page


@pytest.mark.slow
def test_practices_are_chosen_in_the_list(app: Flask, browser: Any) -> None:
    one, two = practice(app, "Permanence", FIRST), practice(app, "Médiation", SECOND)
    member = browser(MEMBER)
    page = text_of(member.get(f"/ressources?type=practice&id={one}"))
    assert f'name="id" value="{one}" checked' in page
    assert f'name="id" value="{two}">' in page
    assert "<p data-count>1 pratique choisie</p>" in page
    narrowed = text_of(member.get(f"/ressources?type=practice&cost_band=10000_50000&id={one}"))
    assert f'<input type="hidden" name="id" value="{one}">' in narrowed
    assert 'data-choosing="4"' in text_of(member.get(f"/espaces/{OPEN}/ressources?type=practice"))
    assert "data-choosing" not in text_of(member.get("/ressources"))
    assert f"/ressources?type=practice&amp;id={one}" in text_of(member.get(f"/ressources/{one}-permanence"))


def test_as_many_queries_for_two_as_for_four(app: Flask) -> None:
    ids = [practice(app, f"Pratique {n}", FIRST) for n in range(4)]

    def asked(some: list[str]) -> int:
        with app.test_request_context():
            me = loaded(MEMBER)
            with CountedStatements(app) as statements:
                list(compare(resources_beside(me, some)).lines())
            return len(statements)

    assert asked(ids[:2]) == asked(ids)


def test_order_asked_is_kept_and_each_comes_once(app: Flask) -> None:
    one, two = practice(app, "Permanence", FIRST), practice(app, "Médiation", SECOND)
    with app.app_context():
        found: list[Resource] = resources_beside(loaded(MEMBER), [two, one, two])
        assert [each.public_id for each in found] == [two, one]
