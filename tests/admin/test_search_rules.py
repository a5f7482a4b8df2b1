"""The pages of the rules of the search: sentences beside what caused them, undo, a search that follows at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.audit import AuditEntry
from app.core.db import transaction
from app.extensions import db
from app.library.models import Resource
from app.library.operations import ResourceDetails, share_resource
from app.search.rules.models import SearchRule
from app.spaces.models import Space
from tests.people import ADMIN, FACILITATOR, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import CSRF, CountedStatements, loaded

HERE = "/administration/recherche"


@pytest.fixture
def shelves(app: Flask, cast: Cast, furnish: Callable[..., Any]) -> Flask:
    furnish("ruled-shelves", _fill, worked=True)
    return app


def _fill() -> None:
    for slug, title in ((OPEN, "Zircon de rue"), (OPEN, "Quartz"), (PRIVATE, "Obsidienne")):
        with transaction():
            space = db.session.scalars(select(Space).where(Space.slug == slug)).one()
            share_resource(loaded(FACILITATOR), space, ResourceDetails.of(kind="report", title=title))


def titles(browser: Any, who: str, words: str) -> list[str]:
    page = browser(who).get("/recherche", query_string={"q": words}).get_data(as_text=True)
    return [one for one in ("Zircon de rue", "Quartz", "Obsidienne") if f">{one}<" in re.sub(r"</?mark>", "", page)]


def address_of(app: Flask, title: str) -> str:
    with app.app_context():
        return "/ressources/" + db.session.scalars(select(Resource.public_id).where(Resource.title == title)).one()


def rule_ids(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(SearchRule.public_id).order_by(SearchRule.id)))


@pytest.mark.slow
def test_group_of_synonyms_is_obeyed_at_once_changed_removed_and_put_back(shelves: Flask, browser: Any) -> None:
    here = browser(ADMIN)
    assert titles(browser, MEMBER, "silice") == []
    assert here.post(f"{HERE}/synonymes", {"words": "silice\nquartz"}).status_code == 302
    assert titles(browser, MEMBER, "silices") == ["Quartz"]
    (public_id,) = rule_ids(shelves)
    one = f"{HERE}/synonymes/{public_id}"
    page = here.get(f"{one}/modifier").get_data(as_text=True)
    assert "silice\nquartz" in page
    sent = {"words": "silice\nzircon", "one_way": "y", "edit_version": "1"}
    assert here.post(f"{one}/modifier", sent).status_code == 302
    assert titles(browser, MEMBER, "silice") == ["Zircon de rue"]
    assert here.post(f"{one}/annuler").status_code == 302
    assert titles(browser, MEMBER, "silice") == ["Quartz"]
    here.post(f"{one}/retirer")
    assert titles(browser, MEMBER, "silice") == []
    assert "Retiré." in here.get(f"{HERE}/synonymes").get_data(as_text=True)
    here.post(f"{one}/annuler")
    assert titles(browser, MEMBER, "silice") == ["Quartz"]
    with shelves.app_context():
        lines = select(AuditEntry.action).where(AuditEntry.action.startswith("search_rule"))
        actions = db.session.scalars(lines.order_by(AuditEntry.id))
        assert [one.partition(".")[2] for one in actions] == ["added", "changed", "undone", "removed", "undone"]


def test_what_cannot_be_a_rule_is_said_beside_the_field_and_what_was_typed_stays(shelves: Flask, browser: Any) -> None:
    here = browser(ADMIN)
    for page, sent, why in (
        ("synonymes", {"words": "silice"}, "Écrivez deux mots ou expressions au moins"),
        ("synonymes", {}, "Écrivez deux mots ou expressions au moins"),
        ("ignores", {"word": "pour"}, "mot de la grammaire"),
        ("ignores", {}, "Écrivez un mot."),
        ("tete", {"words": "silice", "thing": "nulle part"}, "ne mène à rien que vous puissiez lire"),
        ("tete", {"words": "", "thing": address_of(shelves, "Quartz")}, "Écrivez les mots cherchés"),
        ("tete", {"words": "x", "thing": address_of(shelves, "Obsidienne")}, "ne mène à rien que vous puissiez lire"),
        ("tete", {"words": "x", "thing": "/espaces/atelier-ouvert"}, "ne mène à rien que vous puissiez lire"),
    ):
        answer = here.post(f"{HERE}/{page}", sent)
        body = answer.get_data(as_text=True).replace("&#39;", "'").replace("\u00a0", " ")
        assert (answer.status_code, why in body) == (422, True), (page, sent)
        assert all(value in body for value in sent.values())
    assert rule_ids(shelves) == []


def test_second_tab_does_not_write_over_the_first(shelves: Flask, browser: Any) -> None:
    here = browser(ADMIN)
    here.post(f"{HERE}/synonymes", {"words": "silice\nquartz"})
    one = f"{HERE}/synonymes/{rule_ids(shelves)[0]}/modifier"
    here.post(one, {"words": "silice\nzircon", "edit_version": "1"})
    answer = here.post(one, {"words": "silice\nobsidienne", "edit_version": "1"})
    assert (answer.status_code, titles(browser, MEMBER, "silice")) == (422, ["Zircon de rue"])
    again = re.search(r'name="edit_version"[^>]*value="(\d+)"', answer.get_data(as_text=True))
    assert again is not None
    assert here.post(one, {"words": "silice\nquartz", "edit_version": again[1]}).status_code == 302
    assert titles(browser, MEMBER, "silice") == ["Quartz"]


def test_page_put_first_leads_for_its_readers_alone(shelves: Flask, browser: Any) -> None:
    here = browser(ADMIN)
    assert here.post(f"{HERE}/tete", {"words": "rue", "thing": address_of(shelves, "Quartz")}).status_code == 302
    assert titles(browser, MEMBER, "rues") == ["Zircon de rue", "Quartz"]
    page = browser(MEMBER).get("/recherche?q=rue").get_data(as_text=True)
    assert page.index("Quartz") < page.index("Zircon")
    page = here.get(f"{HERE}/classement?q=rue").get_data(as_text=True)
    assert page.count("mis en tête") == 1
    with shelves.app_context(), transaction():
        hidden = db.session.scalars(select(Resource).where(Resource.title == "Obsidienne")).one()
        db.session.add(SearchRule(kind="first", said={"words": "jade", "key": f"resource:{hidden.id}"}))
    shelves.extensions["search_rules"]._kept = None
    assert "Obsidienne" not in here.get(f"{HERE}/tete").get_data(as_text=True)
    assert titles(browser, FACILITATOR, "jade") == ["Obsidienne"]
    secret, unknown = (browser(OUTSIDER).get(f"/recherche?q={word}").data for word in ("jade", "onyx"))
    assert CSRF.sub("", secret.decode()).replace("jade", "onyx") == CSRF.sub("", unknown.decode())


def test_rule_is_not_put_back_beside_one_that_says_the_same_since(shelves: Flask, browser: Any) -> None:
    here = browser(ADMIN)
    for page, sent in (
        ("synonymes", {"words": "silice\nquartz"}),
        ("ignores", {"word": "zircon"}),
        ("tete", {"words": "rue", "thing": address_of(shelves, "Quartz")}),
    ):
        before = set(rule_ids(shelves))
        here.post(f"{HERE}/{page}", sent)
        (removed,) = set(rule_ids(shelves)) - before
        here.post(f"{HERE}/{page}/{removed}/retirer")
        assert here.post(f"{HERE}/{page}", sent).status_code == 302
        answer = here.post(f"{HERE}/{page}/{removed}/annuler", follow_redirects=True)
        assert "déjà" in answer.get_data(as_text=True).partition("<main")[2], page
    with shelves.app_context():
        assert db.session.scalar(select(func.count(SearchRule.id)).where(SearchRule.removed_at.is_(None))) == 3


def test_sample_shows_what_a_question_becomes(shelves: Flask, browser: Any) -> None:
    here = browser(ADMIN)
    here.post(f"{HERE}/ignores", {"word": "commune"})
    here.post(f"{HERE}/synonymes", {"words": "silice\nquartz"})
    page = here.get(f"{HERE}/synonymes", query_string={"q": "la silice des communes"}).get_data(as_text=True)
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "ignoré par le site" in text
    assert "silice fait aussi chercher : quartz" in text
    assert here.get(f"{HERE}/synonymes?mots=tapage").get_data(as_text=True).count(">\r\ntapage<") == 1


def test_number_of_statements_does_not_grow_with_rules(shelves: Flask, browser: Any) -> None:
    here, counted = browser(ADMIN), []
    for words, title in (("rue", "Quartz"), ("nuit", "Zircon de rue"), ("soir", "Quartz")):
        here.post(f"{HERE}/tete", {"words": words, "thing": address_of(shelves, title)})
        here.get(f"{HERE}/tete")
        with CountedStatements(shelves) as statements:
            here.get(f"{HERE}/tete")
        counted.append(len(statements))
    assert len(set(counted)) == 1


@pytest.mark.parametrize("who", [FACILITATOR, OUTSIDER])
def test_nobody_else_changes_a_rule(shelves: Flask, browser: Any, who: str) -> None:
    browser(ADMIN).post(f"{HERE}/synonymes", {"words": "silice\nquartz"})
    (public_id,) = rule_ids(shelves)
    for path in ("synonymes", "ignores", "tete", f"synonymes/{public_id}/retirer", f"synonymes/{public_id}/annuler"):
        assert browser(who).post(f"{HERE}/{path}", {"words": "a", "word": "a"}).status_code in {403, 404}
    assert titles(browser, MEMBER, "silice") == ["Quartz"]
