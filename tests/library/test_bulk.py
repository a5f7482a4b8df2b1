"""Several resources changed in one deed: what will change is said, exceptions have their reason, it can be undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.core import clock
from app.core.audit import AuditEntry
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import DomainError, NotFoundError, RefusedError
from app.discussions.models import Thread
from app.discussions.operations import comment
from app.extensions import db
from app.library.bulk import BulkEdit, Planned, Undone, Wish, apply_wish, bulk_edit_for, chosen_resources, plan, undo
from app.library.history import history_of
from app.library.models import Resource
from app.library.operations import ResourceDetails, edit_resource
from app.library.publishing import archive_resource
from app.library.thesaurus.deciding import decide_on, keyword_decided
from app.library.thesaurus.models import Act
from app.library.thesaurus.operations import bring_in
from app.library.thesaurus.saying import TermSaid
from app.library.thesaurus.waiting import words_taken_off
from app.spaces.models import Audience, Membership, Space
from app.spaces.queries import space_by_slug
from app.spaces.quotas import set_quota
from tests.library.shelves import share, shared
from tests.people import FACILITATOR, MEMBER, OPEN, OUTSIDER, PRIVATE, REQUEST, Cast
from tests.support import CountedStatements, loaded


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


def place(slug: str) -> Space:
    found = space_by_slug(slug)
    assert found is not None
    return found


def planned(email: str, wish: Wish, *resources: Resource) -> list[Planned]:
    return plan(loaded(email), chosen_resources(loaded(email), [one.public_id for one in resources]), wish)


def done(email: str, wish: Wish, *resources: Resource) -> BulkEdit:
    with transaction():
        return apply_wish(loaded(email), [one.public_id for one in resources], wish)


def plain(words: str) -> str:
    return words.replace("\u00a0", " ").replace("’", "'")


def labels(resource: Resource) -> list[str]:
    return [tag.label for tag in resource.tags]


def test_each_exception_has_its_reason(context: Flask) -> None:
    mine, others = share("A", by=MEMBER, tags=["Zorglub"]), share("B")
    archived, full = share("C", by=MEMBER), share("D", by=MEMBER, tags=[f"mot{n}" for n in range(12)])
    same = share("E", by=MEMBER, tags=["Nouveau mot"])
    with transaction():
        archive_resource(loaded(MEMBER), archived)
    found = planned(MEMBER, Wish(add=("Nouveau mot",), remove=("zorglub",)), mine, others, archived, full, same)
    assert [([plain(words) for words in one.changes], plain(one.refusal)) for one in found] == [
        (["mot-clé ajouté : Nouveau mot", "mot-clé retiré : Zorglub"], ""),
        ([], "Vous n'en avez pas la charge."),
        ([], "Elle est archivée."),
        ([], "Elle porterait plus de 12 mots-clés."),
        ([], "Rien n'y change."),
    ]
    with transaction():
        place(OPEN).closed_keywords = True
    [closed] = planned(MEMBER, Wish(add=("Tout autre mot",)), mine)
    assert plain(closed.refusal) == "Son espace ne prend pas ces mots-clés : Tout autre mot."
    [press] = planned(MEMBER, Wish(kind="press"), mine)
    assert "Journal ou média" in press.refusal
    [moved] = planned(MEMBER, Wish(space=place(PRIVATE)), mine)
    assert plain(moved.refusal) == "Vous n'animez pas son espace."
    with pytest.raises(RefusedError):
        planned(OUTSIDER, Wish(space=place(OPEN)), mine)


def test_all_is_done_in_one_deed_with_journal_and_history(context: Flask) -> None:
    made = [share(title, tags=["Zorglub"], audience=Audience.NETWORK) for title in ("A", "B")]
    with transaction():
        comment(loaded(FACILITATOR), made[0], "Un mot.")
    wish = Wish(add=("Nouveau mot",), remove=("Zorglub",), kind="guide", space=place(REQUEST))
    done(FACILITATOR, wish, *made)
    for one in made:
        assert (labels(one), one.kind, one.space.slug, one.audience) == (["Nouveau mot"], "guide", REQUEST, "space")
        assert (one.edit_version, one.review_on is not None) == (2, True)
        assert {tag.space_id for tag in one.tags} == {one.space_id}
        assert set(history_of(loaded(FACILITATOR), one).changes[0].names) == {"kind", "space_id", "audience", "tags"}
    lines = select(AuditEntry.action).where(AuditEntry.subject_type == "resource").order_by(AuditEntry.id.desc())
    assert sorted(db.session.scalars(lines.limit(4))) == ["resource.edited"] * 2 + ["resource.moved"] * 2
    assert db.session.scalars(select(Thread)).one().space_id == made[0].space_id


def test_it_can_be_undone_where_nobody_has_changed_anything_since(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [share(title, tags=["Zorglub"], fields={"period": "2020"}) for title in ("A", "B")]
    kept = done(FACILITATOR, Wish(add=("Ajout",), kind="guide", space=place(REQUEST)), *made)
    with transaction():
        edit_resource(loaded(FACILITATOR), made[1], ResourceDetails.of(kind="guide", title="B", lang="fr"), 2)
    with pytest.raises(NotFoundError):
        bulk_edit_for(loaded(MEMBER), kept.public_id)
    with transaction():
        assert undo(loaded(FACILITATOR), kept) == Undone(1, changed=1)
    assert (labels(made[0]), made[0].kind, made[0].fields, made[0].space.slug) == (
        ["Zorglub"],
        "report",
        {"period": "2020"},
        OPEN,
    )
    assert made[1].kind == "guide"
    with pytest.raises(DomainError), transaction():
        undo(loaded(FACILITATOR), kept)
    later = done(FACILITATOR, Wish(add=("Encore",)), made[0])
    moment = now() + timedelta(hours=2)
    monkeypatch.setattr(clock, "_clock", lambda: moment)
    with pytest.raises(DomainError), transaction():
        undo(loaded(FACILITATOR), later)


def test_undoing_asks_for_the_rights_again(context: Flask, cast: Cast) -> None:
    made = share("A", by=MEMBER)
    kept = done(MEMBER, Wish(add=("Ajout",)), made)
    with transaction() as session:
        session.execute(update(Membership).where(Membership.user_id == cast.people[MEMBER]).values(expires_at=now()))
    with transaction():
        assert undo(loaded(MEMBER), kept) == Undone(0, refused=1)


def test_moving_holds_to_the_place_of_the_space_and_so_does_undoing(context: Flask) -> None:
    text = ("x" * 1024).encode()
    made = [share(title, files=[(text + title.encode(), "a.txt")]) for title in ("A", "B")]
    with transaction():
        set_quota(place(REQUEST), 1500)
    kept = done(FACILITATOR, Wish(space=place(REQUEST)), *made)
    assert ([one.space.slug for one in made], kept.left_out) == ([REQUEST, OPEN], 1)
    [told] = planned(FACILITATOR, Wish(space=place(REQUEST)), made[1])
    assert "ne tiennent plus" in told.refusal
    with transaction():
        set_quota(place(OPEN), 1500)
    with transaction():
        assert undo(loaded(FACILITATOR), kept) == Undone(0, crowded=1)


def test_one_takes_back_one_s_own_move_from_a_space_one_does_not_run_and_of_what_is_archived(
    context: Flask, cast: Cast
) -> None:
    made, archived = share("A"), share("B")
    with transaction() as session:
        archive_resource(loaded(FACILITATOR), archived)
        mine = (Membership.user_id == cast.people[FACILITATOR]) & (Membership.space_id == place(REQUEST).id)
        session.execute(update(Membership).where(mine).values(role="member"))
    kept = done(FACILITATOR, Wish(space=place(REQUEST)), made, archived)
    with transaction():
        assert undo(loaded(FACILITATOR), kept) == Undone(2)
    assert [one.space.slug for one in (made, archived)] == [OPEN, OPEN]


def test_words_refused_where_it_was_stay_there(context: Flask) -> None:
    made = share("A", space=PRIVATE, tags=["Zorglub"])
    [word] = made.tags
    with transaction():
        decision = decide_on(loaded(FACILITATOR), word, Act.REFUSE)
        assert decision.decided_at is not None
        payload = {"request": decision.id, "decided_at": decision.decided_at.isoformat()}
    keyword_decided(payload)
    db.session.refresh(made)
    assert words_taken_off(made) == [word]
    done(FACILITATOR, Wish(space=place(OPEN)), made)
    assert words_taken_off(made) == []


def test_synonym_of_a_term_that_stands_there_changes_nothing(context: Flask) -> None:
    with transaction():
        bring_in(None, [TermSaid.of(fr="Vidéoprotection", alt_fr=["vidéosurveillance"])], origin="essai")
    there, bare = share("A", tags=["Vidéoprotection"]), share("B")
    found = planned(FACILITATOR, Wish(add=("vidéosurveillance",)), there, bare)
    assert [(plain(one.refusal), [plain(said) for said in one.changes]) for one in found] == [
        ("Rien n'y change.", []),
        ("", ["mot-clé ajouté : Vidéoprotection"]),
    ]


@pytest.mark.slow
def test_number_of_statements_does_not_grow(app: Flask) -> None:
    counts = []
    with app.app_context():
        for number in (2, 8):
            made = [share(f"R{number}{n}", tags=[f"mot{n}"]) for n in range(number)]
            for one in made:
                with transaction():
                    comment(loaded(FACILITATOR), one, "Un mot.")
            wish = Wish(add=(f"Ajout {number}",), remove=("mot1",), kind="guide", space=place(REQUEST))
            db.session.remove()
            with CountedStatements(app) as statements:
                done(FACILITATOR, wish, *made)
            counts.append(len(statements))
    assert counts[0] == counts[1]


def test_pages_tick_show_do_and_undo(app: Flask, browser: Any) -> None:
    mine, _ = shared(app, "La mienne", by=MEMBER)
    others, _ = shared(app, "La leur")
    member = browser(MEMBER)
    listed = member.get("/ressources?choisir=1").text
    assert (f'value="{mine}"' in listed, f'value="{others}"' in listed) == (True, False)
    assert "Modifier plusieurs" not in browser(OUTSIDER).get("/ressources").text
    asked = {
        "id": [mine, others, "zzzzzzzzzz", "x" * 300],
        "ajouter": "Ajout",
        "type": "nothing",
        "vers": PRIVATE + "x",
    }
    shown = member.get("/ressources/ensemble", query_string=asked).text
    assert ("1 ressource changera" in shown.replace("\u00a0", " "), "pas la charge" in shown) == (True, True)
    assert member.post("/ressources/ensemble", {"id": [mine]}).status_code == 422
    answer = member.post("/ressources/ensemble", {**asked, "id": [mine, others]})
    assert answer.status_code == 302
    assert "Annuler ce changement" in member.get(answer.location).text
    assert browser(OUTSIDER).get(answer.location).status_code == 404
    member.post(f"{answer.location}/annuler")
    page = member.get(answer.location).text
    assert ("Le changement est annulé" in page, "est modifiée" in page) == (True, False)


def test_where_all_has_changed_since_nothing_is_said_to_be_undone(app: Flask, browser: Any) -> None:
    mine, _ = shared(app, "La mienne", by=MEMBER)
    member = browser(MEMBER)
    first = member.post("/ressources/ensemble", {"id": [mine], "ajouter": "Ajout"}).location
    member.post("/ressources/ensemble", {"id": [mine], "ajouter": "Encore"})
    page = plain(member.get(member.post(f"{first}/annuler").location).text)
    assert ("1 ressource a changé depuis" in page, "1 ressource est modifiée" in page) == (True, True)
    assert ("Le changement est annulé" in page, "0 ressource" in page) == (False, False)


def test_keywords_to_take_away_are_read_in_the_language_of_the_reader(app: Flask, browser: Any) -> None:
    mine, number = shared(app, "La mienne", by=MEMBER, tags=("Tranquillité publique",))
    with app.app_context(), transaction():
        db.session.get_one(Resource, number).tags[0].label_en = "Public tranquillity"
    member = browser(MEMBER)
    member.post("/langue", {"lang": "en"})
    shown = member.get("/ressources/ensemble", query_string={"id": [mine]}).text
    assert 'value="Tranquillité publique"' in shown
    assert "<span>Public tranquillity</span>" in shown
