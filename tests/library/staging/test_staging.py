"""What has been received waits for its person: completed at leisure, filled, put together, published row by row."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from app.core import clock
from app.core.db import transaction
from app.core.jobs import Job
from app.extensions import db
from app.library.jobs import sweep
from app.library.models import Attachment, ReceivedFile, Resource
from app.library.staging import operations
from app.library.staging.jobs import tidy_staging
from app.library.staging.models import StagedResource
from app.spaces.models import Space, State
from app.spaces.quotas import set_quota
from tests.library.reading.test_mail import carrying
from tests.library.shelves import pdf, shared, upload
from tests.people import FACILITATOR, GUEST, OPEN, PRIVATE
from tests.support import Browser, CountedStatements, work

HERE = f"/espaces/{OPEN}/ressources/depot"


def drop(person: Browser, *names: str, where: str = HERE) -> list[str]:
    """Send files by the plain form; return the ids of all rows, the oldest first."""
    sent = person.post(where, {"files": [upload(pdf(name), f"{name}.pdf") for name in names]})
    assert sent.status_code == 302, sent.get_data(as_text=True)
    return rows(person.app)


def rows(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(StagedResource.public_id).order_by(StagedResource.id)))


def typed(app: Flask, public_id: str) -> dict[str, str]:
    with app.app_context():
        return db.session.scalars(select(StagedResource.typed).where(StagedResource.public_id == public_id)).one()


def resources(app: Flask) -> list[Resource]:
    with app.app_context():
        return list(db.session.scalars(select(Resource).order_by(Resource.id)))


def follow(person: Browser, answer: TestResponse) -> str:
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return person.get(answer.location).get_data(as_text=True)


def a_moment_later() -> None:
    later = clock.now() + timedelta(seconds=5)
    clock.set_clock(lambda: later)


@pytest.mark.slow
def test_files_of_the_plain_form_wait_as_rows_with_what_they_propose(app: Flask, member: Browser) -> None:
    content = pdf("texte", title="Diagnostic du quartier des Tilleuls")
    member.post(HERE, {"files": [upload(content, "scan_0042.pdf"), upload(b"", "vide.pdf")]})
    page = member.get(HERE).get_data(as_text=True)
    assert 'value="scan 0042"' in page
    work(app)
    a_moment_later()
    state = member.get(f"{HERE}/etats?ligne={rows(app)[0]}").get_data(as_text=True)
    assert 'data-proposed-title="Diagnostic du quartier des Tilleuls"' in state
    page = member.get(HERE).get_data(as_text=True)
    assert 'value="Diagnostic du quartier des Tilleuls"' in page
    assert "Proposé d’après le fichier" in page
    assert typed(app, rows(app)[0]) == {}


def test_file_without_text_is_told_where_a_summary_can_be_written(app: Flask, member: Browser) -> None:
    member.post(HERE, {"files": upload(pdf(""), "vide.pdf")})
    work(app)
    a_moment_later()
    first, advice = rows(app)[0], "Pour ajouter un résumé, enregistrez cette ligne en brouillon."
    for address in (HERE, f"{HERE}/etats?ligne={first}"):
        page = member.get(address).get_data(as_text=True)
        assert (advice in page, "Ajoutez un résumé" in page, "ou ajoutez un résumé" in page) == (True, False, False)
    page = follow(member, member.post(HERE, {"ligne": first, "brouillon": "1"}))
    prepared = re.search(r'href="(/ressources/[a-z2-7]{10}/preparation)"', page)
    assert prepared is not None
    assert "Ajoutez un résumé." in member.get(prepared[1]).get_data(as_text=True)


def test_rows_are_their_person_s_alone_and_their_space_s(app: Flask, member: Browser, browser: Any) -> None:
    first = drop(member, "confidences")[0]
    for other in (browser(FACILITATOR), browser(GUEST)):
        assert "confidences" not in other.get(HERE).get_data(as_text=True)
        assert "confidences" not in other.get(f"{HERE}/etats?ligne={first}").get_data(as_text=True)
        assert other.post(HERE, {"retirer": first}).status_code == 404
        other.post(HERE, {f"title-{first}": "Autre", "ligne": first, "publier": "1"})
    assert "confidences" not in member.get(HERE.replace(OPEN, PRIVATE)).get_data(as_text=True)
    assert (rows(app), resources(app), typed(app, first)) == ([first], [], {})


def test_what_is_typed_is_kept_by_every_button_and_what_is_proposed_is_not(app: Flask, member: Browser) -> None:
    first, second = drop(member, "alpha", "beta")
    fields = {f"title-{first}": "Un bilan", f"title-{second}": "beta", f"dated_on-{first}": "pas une date"}
    assert member.post(f"{HERE}/brouillon", fields, headers={"X-Requested-With": "fetch"}).status_code == 200
    assert (typed(app, first), typed(app, second)) == ({"title": "Un bilan", "dated_on": "pas une date"}, {})
    page = follow(member, member.post(HERE, {f"tags-{second}": "jeunesse", "cocher": "tout"}))
    assert page.count(" checked") == 2
    assert 'value="pas une date"' in page
    assert typed(app, second) == {"tags": "jeunesse"}


@pytest.mark.slow
def test_date_proposed_is_taken_out_for_good_and_one_read_later_still_comes(app: Flask, member: Browser) -> None:
    first = drop(member, "alpha")[0]
    member.post(f"{HERE}/brouillon", {f"dated_on-{first}": "", f"lang-{first}": "", f"read-{first}": ""})
    assert typed(app, first) == {}
    work(app)
    a_moment_later()
    member.post(f"{HERE}/brouillon", {f"lang-{first}": "", f"title-{first}": "", f"read-{first}": "1"})
    assert typed(app, first)["title"] == ""


def test_ticked_rows_are_filled_at_once_and_their_keywords_added(app: Flask, member: Browser) -> None:
    first, second, third = drop(member, "alpha", "beta", "gamma")
    sent = {f"tags-{first}": "jeunesse", "ligne": [first, second], "appliquer": "1"}
    member.post(HERE, {**sent, "toutes-kind": "press", "toutes-tags": "Jeunesse, nuit", "toutes-lang": ""})
    assert typed(app, first) == {"tags": "jeunesse, nuit", "kind": "press"}
    assert typed(app, second) == {"tags": "Jeunesse, nuit", "kind": "press"}
    assert typed(app, third) == {}


@pytest.mark.slow
def test_rows_put_together_are_one_resource_and_part_again_with_what_was_typed(app: Flask, member: Browser) -> None:
    first, second, third = drop(member, "alpha", "beta", "gamma")
    sent = {f"title-{first}": "Le rapport", f"title-{second}": "Ses annexes", "ligne": [first, second]}
    member.post(HERE, {**sent, "reunir": "1"})
    assert rows(app) == [first, third]
    assert "Séparer" in member.get(HERE).get_data(as_text=True)
    member.post(HERE, {"separer": first})
    assert len(rows(app)) == 3
    assert [typed(app, one).get("title") for one in rows(app)] == ["Le rapport", None, "Ses annexes"]
    member.post(HERE, {"ligne": [rows(app)[0], rows(app)[2]], "reunir": "1"})
    follow(member, member.post(HERE, {"ligne": first, "publier": "1"}))
    with app.app_context():
        resource = db.session.scalars(select(Resource)).one()
        assert [one.current.name for one in resource.attachments] == ["alpha.pdf", "beta.pdf"]
    assert rows(app) == [third]


def test_complete_rows_are_published_and_the_others_say_what_they_lack(app: Flask, member: Browser) -> None:
    good, bad, resting = drop(member, "alpha", "beta", "gamma")
    fields = {
        f"title-{good}": "Un bilan",
        f"dated_on-{good}": "2020-05-07",
        f"tags-{good}": "jeunesse, nuit",
        f"audience-{good}": "network",
        f"dated_on-{bad}": "hier",
        f"kind-{bad}": "practice",
    }
    page = follow(member, member.post(HERE, {**fields, "ligne": [good, bad], "publier": "1"}))
    assert f'id="dated_on-{bad}-error"' in page
    assert f'id="kind-{bad}-error"' in page
    assert "Ce type demande aussi" in page
    assert "<title>Erreur\u00a0: Fichiers à compléter" in page
    assert "1 ressource publiée" in page.replace("\u00a0", " ")
    assert ">Un bilan</a>" in page
    assert rows(app) == [bad, resting]
    with app.app_context():
        one = db.session.scalars(select(Resource)).one()
        assert (one.title, one.dated_on, one.audience, one.state) == (
            "Un bilan",
            "2020-05-07",
            "network",
            State.PUBLISHED,
        )
        assert [tag.label for tag in one.tags] == ["jeunesse", "nuit"]
        assert db.session.scalar(select(func.count()).select_from(Attachment)) == 1


def test_row_of_a_kind_that_asks_for_more_may_be_kept_as_a_draft(app: Flask, member: Browser) -> None:
    first = drop(member, "alpha")[0]
    sent = {f"kind-{first}": "practice", f"title-{first}": "Une médiation", "ligne": first}
    page = follow(member, member.post(HERE, {**sent, "brouillon": "1"}))
    assert "/preparation" in page
    assert [(one.title, one.state) for one in resources(app)] == [("Une médiation", State.DRAFT)]
    assert rows(app) == []


@pytest.mark.parametrize("odd", ["\x00" * 10, "\ud800", "é" * 10, "a" * 9000, "1" * 10])
def test_odd_ids_name_nothing_and_odd_words_are_kept_clean(app: Flask, member: Browser, odd: str) -> None:
    first = drop(member, "alpha")[0]
    sent = {"csrf_token": member.token, f"title-{odd}": "x", f"title-{first}": f"Un{odd}", "ligne": [odd, first]}
    said = urlencode(sent, doseq=True, errors="surrogatepass")
    kind = {"content_type": "application/x-www-form-urlencoded"}
    assert member.client.post(HERE, data=f"{said}&cocher=tout", **kind).status_code == 302
    assert typed(app, first)["title"].startswith("Un")
    for name in ("retirer", "separer"):
        alone = urlencode({"csrf_token": member.token, name: odd}, errors="surrogatepass")
        assert member.client.post(HERE, data=alone, **kind).status_code == 404
    asked = urlencode([("fait", odd), ("revoir", odd), ("ligne", odd)], errors="surrogatepass")
    assert member.get(f"{HERE}?{asked}").status_code == 200


def test_where_resources_are_read_first_rows_are_proposed(app: Flask, member: Browser) -> None:
    with app.app_context(), transaction() as session:
        session.execute(update(Space).where(Space.slug == OPEN).values(reviews_resources=True))
    first = drop(member, "alpha")[0]
    assert "Proposer les lignes cochées" in member.get(HERE).get_data(as_text=True)
    page = follow(member, member.post(HERE, {"ligne": first, "publier": "1"}))
    assert "1 ressource proposée" in page.replace("\u00a0", " ")
    assert [(one.state, one.proposed_at is not None) for one in resources(app)] == [(State.DRAFT, True)]


def test_script_without_the_client_of_the_protocol_sends_a_file_whole(app: Flask, member: Browser) -> None:
    fetch = {"X-Requested-With": "fetch"}
    taken = member.post(HERE, {"files": upload(pdf("alpha"), "alpha.pdf")}, headers=fetch)
    assert taken.get_json()["id"] == rows(app)[0]
    assert f'id="ligne-{rows(app)[0]}"' in taken.get_json()["html"]
    refused = member.post(HERE, {"files": upload(b"MZ", "faux.pdf")}, headers=fetch)
    assert (refused.status_code, "faux.pdf" in refused.get_json()["error"]) == (422, True)


def test_row_published_by_another_tab_meanwhile_is_passed_over(app: Flask, member: Browser) -> None:
    first = drop(member, "alpha")[0]
    for _tab in range(2):
        member.post(HERE, {"ligne": first, "publier": "1"})
    assert len(resources(app)) == 1


def test_row_for_which_its_space_has_no_place_stays_whole_and_the_others_are_published(
    app: Flask, member: Browser
) -> None:
    def limit(to: int | None) -> None:
        with app.app_context(), transaction():
            set_quota(db.session.scalars(select(Space).where(Space.slug == OPEN)).one(), to)

    member.post(HERE, {"files": [upload(letter * 2000, f"{letter.decode()}.txt") for letter in (b"a", b"b")]})
    first, second = rows(app)
    limit(3000)
    page = follow(member, member.post(HERE, {"ligne": [first, second], "publier": "1"}))
    assert "ne tient plus dans l’espace" in page
    assert [one.title for one in resources(app)] == ["a"]
    assert rows(app) == [second]
    refused = member.post(HERE, {"files": upload(b"c" * 2000, "c.txt")})
    assert (refused.status_code, "ne tient plus" in refused.get_data(as_text=True)) == (422, True)
    limit(None)
    assert rows(app) == [second]


def test_nothing_ticked_and_too_much_are_said(app: Flask, member: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(member, "alpha")
    answer = member.post(HERE, {"publier": "1"})
    assert (answer.status_code, "Cochez d’abord une ligne" in answer.get_data(as_text=True)) == (422, True)
    monkeypatch.setattr(operations, "MOST_STAGED", 1)
    answer = member.post(HERE, {"files": upload(pdf("beta"), "beta.pdf")})
    assert (answer.status_code, "attendent déjà" in answer.get_data(as_text=True)) == (422, True)
    assert member.post(HERE, {"files": upload(pdf("alpha"), "encore.pdf")}).status_code == 302
    assert len(rows(app)) == 1


def test_bytes_already_in_the_library_are_told_where_one_may_read_them(
    app: Flask, member: Browser, browser: Any
) -> None:
    content = pdf("document connu")
    shared(app, "Un document ouvert", files=[(content, "x.pdf")])
    shared(app, "Un document du cercle", space=PRIVATE, files=[(content, "x.pdf")])
    member.post(HERE, {"files": upload(content, "y.pdf")})
    page = member.get(HERE).get_data(as_text=True)
    assert "Un document ouvert" in page
    assert "Un document du cercle" in page
    guest = browser(GUEST)
    guest.post(HERE, {"files": upload(content, "y.pdf")})
    page = guest.get(HERE).get_data(as_text=True)
    assert "Un document ouvert" in page
    assert "Un document du cercle" not in page


@pytest.mark.slow
def test_fifty_rows_cost_no_more_statements_than_two(app: Flask, member: Browser) -> None:
    def counted() -> int:
        with CountedStatements(app) as statements:
            assert member.get(HERE).status_code == 200
        return len(statements)

    drop(member, "alpha", "beta")
    few = counted()
    names = [f"note {n}" for n in range(48)]
    sent = {"files": [upload(name.encode(), f"{name}.txt") for name in names]}
    assert member.post(HERE, sent).status_code == 302
    assert len(rows(app)) == 50
    assert counted() == few


def test_library_of_the_space_reminds_its_person_alone(member: Browser, browser: Any) -> None:
    drop(member, "alpha", "beta")
    library = f"/espaces/{OPEN}/ressources"
    assert "2 fichiers à compléter" in member.get(library).get_data(as_text=True).replace("\u00a0", " ")
    assert "à compléter" not in browser(FACILITATOR).get(library).get_data(as_text=True)


def test_what_nobody_touches_is_forgotten_a_week_after_its_person_was_told(app: Flask, member: Browser) -> None:
    first = drop(member, "alpha")[0]

    def in_days(days: int) -> None:
        moment = began + timedelta(days=days)
        clock.set_clock(lambda: moment)
        with app.app_context():
            sweep({})
            tidy_staging({})

    def mails() -> int:
        with app.app_context():
            told = Job.payload.contains("Des fichiers attendent")
            return db.session.scalar(select(func.count()).select_from(Job).where(Job.name == "mail.send", told)) or 0

    began = clock.now()
    in_days(20)
    assert mails() == 0
    for days in (24, 29):
        in_days(days)
        assert (mails(), rows(app)) == (1, [first])
    with app.app_context(), transaction() as session:
        session.execute(update(StagedResource).values(warned_at=clock.now() - timedelta(days=8)))
    in_days(31)
    assert rows(app) == []
    with app.app_context():
        assert db.session.scalars(select(ReceivedFile)).all() == []


def test_files_a_mail_carries_join_its_row_and_part_from_it(app: Flask, member: Browser, browser: Any) -> None:
    member.post(HERE, {"files": upload(carrying().as_bytes(), "message.eml")})
    work(app)
    a_moment_later()
    [row] = rows(app)
    page = member.get(HERE).get_data(as_text=True)
    [token] = set(re.findall(r'name="piece-([a-z2-7]{10})"', page))
    asked = {"sortir": token, f"piece-{token}": ["0", "1"], f"title-{row}": "Message du préfet"}
    stranger = browser(FACILITATOR)
    stranger.get(HERE)
    assert stranger.post(HERE, asked).status_code == 404
    assert "Les pièces sont jointes" in follow(member, member.post(HERE, asked))
    with app.app_context():
        together = [one.name for one in db.session.scalars(select(ReceivedFile).order_by(ReceivedFile.id))]
    assert (together, rows(app)) == (["message.eml", "arrêté.pdf", "Arrêté « nuit ».eml"], [row])
    assert typed(app, row)["title"] == "Message du préfet"
    member.post(HERE, {"separer": row})
    assert len(rows(app)) == 3
    nothing = member.post(HERE, {"sortir": token})
    assert (nothing.status_code, "Cochez les pièces" in nothing.get_data(as_text=True)) == (422, True)
