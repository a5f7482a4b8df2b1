"""A record prepared before it is published: previewed, shared with one's city, changed by two people at once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.accounts.models import User
from app.accounts.queries import user_by_email
from app.core import clock
from app.core.db import transaction
from app.core.drafts import draft_for
from app.extensions import db
from app.library.models import FileVersion, Resource
from app.library.operations import ResourceDetails, edit_resource
from app.spaces.models import State
from tests.library.shelves import pdf, shared, upload
from tests.people import ADMIN, ENTERED, FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, REFERENT, Cast
from tests.support import Browser, loaded, work

NEW = f"/espaces/{OPEN}/ressources/nouvelle"
PRACTICE = {
    "kind": "practice",
    "title": "Permanence du soir",
    "audience": "network",
    "place": "Port-Elvain",
    "start": "septembre 2020",
    "need": "Des enfants font le guet.",
    "actions": "- une psychologue reçoit\n- deux soirs par semaine",
    "results": "57 familles.",
    "evaluation": "joint",
}


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


@pytest.fixture
def member(browser: Any) -> Browser:
    opened: Browser = browser(MEMBER)
    return opened


def text_of(answer: Any) -> str:
    return str(answer.get_data(as_text=True)).replace("\u00a0", " ").replace("\u202f", " ")


def confided(app: Flask, member: Browser, **more: Any) -> str:
    answer = member.post(NEW, {**PRACTICE, "confier": "1", **more})
    assert answer.status_code == 302
    found = re.fullmatch(r"/ressources/([a-z2-7]{10})/preparation", answer.location)
    assert found is not None
    return found[1]


def move_to_city_of(app: Flask, email: str, other: str) -> None:
    with app.app_context(), transaction() as session:
        place = user_by_email(other).organisation_id  # type: ignore[union-attr]
        session.execute(update(User).where(User.email == email).values(organisation_id=place))


def test_practice_begins_with_what_the_profile_says(member: Browser) -> None:
    page = text_of(member.get(f"{NEW}?type=practice"))
    assert "Partager une pratique locale" in page
    assert '<option selected value="practice">' in page
    assert 'name="place" required type="text" value="Port-Elvain"' in page
    assert 'value="Malik' in page
    assert "3 champs à compléter" in page


def test_practice_is_shown_as_a_record(member: Browser) -> None:
    page = text_of(member.get(member.post(NEW, PRACTICE).location))
    assert '<h3 id="field-actions">L’action</h3>' in page
    assert "<li>deux soirs par semaine</li>" in page
    assert "Évaluation avec les partenaires" in page
    assert "septembre 2020" in page
    aside = page.split('id="essentials"')[1]
    assert "Contact" not in aside.split("</dl>")[0]
    line = text_of(member.get("/ressources?type=practice"))
    assert "depuis 2020" in line
    assert "évaluation jointe" in line


def test_draft_answers_with_what_remains(member: Browser) -> None:
    said = member.post(f"{NEW}/brouillon", {**PRACTICE, "actions": ""}).get_json()
    assert "1 champ à compléter" in said["parts"]["steps"].replace("\u00a0", " ")
    assert "2 sur 5" in said["parts"]["steps"].replace("\u00a0", " ")


def test_preview_shows_the_page_and_publishes_nothing(app: Flask, member: Browser) -> None:
    typed = {**PRACTICE, "actions": "", "start": "un jour", "apercu": "1", "files": upload(pdf("x"), "bilan.pdf")}
    page = text_of(member.post(NEW, typed))
    assert "personne d’autre ne voit encore cette page" in page
    assert "Des enfants font le guet." in page
    assert "À compléter avant de publier : Ce que vous avez fait." in page
    assert "Tout le réseau" in page
    assert "bilan.pdf" in page
    with app.app_context():
        assert db.session.scalars(select(Resource)).all() == []
    assert 'value="un jour"' in text_of(member.get(NEW))


@pytest.mark.slow
def test_draft_shared_with_the_city_is_completed_by_a_colleague_and_published(
    app: Flask, browser: Any, member: Browser
) -> None:
    move_to_city_of(app, FACILITATOR, MEMBER)
    public_id = confided(app, member, actions="", files=upload(pdf("Le bilan"), "bilan.pdf"))
    address = f"/ressources/{public_id}/preparation"
    with app.app_context():
        assert draft_for(loaded(MEMBER), NEW) == {}
        file_id = db.session.scalars(select(FileVersion.public_id)).one()
    colleague = browser(FACILITATOR)
    listed = text_of(colleague.get("/ressources"))
    assert "Brouillons à compléter" in listed
    padded = rf'aria-labelledby="drafts">.*?<div class="panel__body[^>]*>\s*<ul[^>]*>.*?{address}'
    assert re.search(padded, listed, re.DOTALL)
    page = text_of(colleague.get(address))
    assert "Des enfants font le guet." in page
    assert colleague.get(f"/fichiers/{file_id}/bilan.pdf").status_code == 200
    seen = re.search(r'name="seen_version"[^>]*value="(\d+)"', page)
    assert seen is not None
    typed = {**PRACTICE, "seen_version": seen[1]}
    kept = colleague.post(address, {**typed, "plus_tard": "1"})
    assert (kept.status_code, kept.location) == (302, address)
    assert "deux soirs par semaine" in text_of(member.get(address))
    published = member.post(address, {**typed, "seen_version": "2"})
    assert published.status_code == 302
    with app.app_context():
        resource = db.session.scalars(select(Resource)).one()
        assert resource.state == State.PUBLISHED
        assert resource.author.email == MEMBER  # type: ignore[union-attr]
        assert not resource.shared_draft
    assert browser(OUTSIDER).get(published.location).status_code == 200
    assert member.get(address).status_code == 404


@pytest.mark.thorough
@pytest.mark.usefixtures("_empty_index")
def test_draft_does_not_exist_for_anybody_else(app: Flask, browser: Any, member: Browser) -> None:
    public_id = confided(app, member, title="Guetteurs en herbe", files=upload(pdf("Le bilan"), "bilan.pdf"))
    work(app)
    with app.app_context():
        file_id = db.session.scalars(select(FileVersion.public_id)).one()
    address = f"/ressources/{public_id}/preparation"
    for email in (FACILITATOR, OUTSIDER, GUEST, ADMIN, REFERENT, ENTERED):
        other = browser(email)
        for path in (
            address,
            f"/ressources/{public_id}-x",
            f"/ressources/{public_id}/modifier",
            f"/fichiers/{file_id}/b.pdf",
        ):
            assert other.get(path).status_code == 404, (email, path)
        assert other.post(address, PRACTICE).status_code == 404
        assert other.post(f"{address}/brouillon", PRACTICE).status_code == 404
        for page in (
            "/ressources",
            f"/espaces/{OPEN}/ressources",
            "/",
            "/recherche?q=guetteurs",
            "/ressources?type=practice",
        ):
            assert "Guetteurs en herbe" not in text_of(other.get(page)), (email, page)
    assert "Guetteurs en herbe" in text_of(member.get("/ressources"))
    assert member.get(f"/ressources/{public_id}-x").location == address


def test_colleague_who_leaves_the_city_or_the_space_loses_the_draft(app: Flask, browser: Any, member: Browser) -> None:
    move_to_city_of(app, FACILITATOR, MEMBER)
    address = f"/ressources/{confided(app, member)}/preparation"
    colleague = browser(FACILITATOR)
    assert colleague.get(address).status_code == 200
    move_to_city_of(app, FACILITATOR, OUTSIDER)
    assert colleague.get(address).status_code == 404
    move_to_city_of(app, OUTSIDER, MEMBER)  # of the city, but not of the space
    assert browser(OUTSIDER).get(address).status_code == 404


def test_draft_to_share_needs_a_title_and_what_can_be_read(app: Flask, member: Browser) -> None:
    assert member.post(NEW, {**PRACTICE, "title": "", "confier": "1"}).status_code == 422
    refused = member.post(NEW, {**PRACTICE, "start": "un jour", "need": "", "confier": "1"})
    assert refused.status_code == 422
    page = text_of(refused)
    assert 'id="start-error"' in page
    assert 'id="need-error"' not in page


def test_two_changes_at_once_are_shown_field_by_field_and_nothing_is_lost(app: Flask, browser: Any) -> None:
    fields = {"place": "Port-Elvain", "need": "Besoin", "actions": "Action", "results": "Résultat", "evaluation": "own"}
    public_id, resource_id = shared(app, "Permanence", by=MEMBER, kind="practice", fields=fields, tags=["Nuit"])
    member, address = browser(MEMBER), f"/ressources/{public_id}/modifier"
    theirs = {**fields, "need": "Besoin vu par elle", "results": "Résultat vu par elle", "evaluation": "joint"}
    with app.app_context(), transaction():
        details = ResourceDetails.of(kind="practice", title="Permanence", fields=theirs, lang="fr", tags=["Nuit"])
        edit_resource(loaded(FACILITATOR), db.session.get_one(Resource, resource_id), details, 1)
    mine = {"kind": "practice", "title": "Permanence du soir", "audience": "space", "lang": "fr", "tags": "Nuit"}
    typed = {**mine, **fields, "need": "Besoin vu par moi", "actions": "Action vue par moi", "seen_version": "1"}
    answer = member.post(address, typed)
    page = text_of(answer)
    assert answer.status_code == 409
    assert "Faustine" in page
    for word in ("Besoin vu par moi", "Besoin vu par elle", "Action vue par moi", "Résultat vu par elle"):
        assert word in page
    clashing = re.search(r"À décider.*?</p>", page, re.DOTALL)
    taken = re.search(r"Repris de l’autre version, car.*?</p>", page, re.DOTALL)
    assert clashing is not None
    assert taken is not None
    assert re.findall(r'href="#(\w+)"', clashing[0]) == ["need"]
    assert re.findall(r'href="#(\w+)"', taken[0]) == ["results", "evaluation"]
    assert '<option selected value="joint">' in page
    seen = re.search(r'name="seen_version"[^>]*value="(\d+)"', page)
    assert seen is not None
    taking = {**typed, "seen_version": seen[1], "commence": "1", "reprendre": "autre:need", "results": "Résultat"}
    again = text_of(member.post(address, taking))
    assert re.search(r">\s*Besoin vu par elle</textarea>", again)
    assert "Action vue par moi" in again
    assert "À décider" not in again
    assert f'name="seen_version" type="hidden" value="{seen[1]}"' in again
    merged = {**typed, "need": "Besoin des deux", "results": theirs["results"], "evaluation": "joint"}
    assert member.post(address, {**merged, "seen_version": seen[1]}).status_code == 302
    with app.app_context():
        kept = db.session.get_one(Resource, resource_id)
        assert kept.title == "Permanence du soir"
        assert kept.fields == {**theirs, "need": "Besoin des deux", "actions": "Action vue par moi"}


@pytest.mark.slow
def test_file_proposes_and_the_person_takes_or_keeps(app: Flask, member: Browser) -> None:
    member.post(NEW, {"kind": "research", "title": "Mon titre", "audience": "space", "joindre": "1"})
    content = pdf("texte", title="Le titre du fichier", author="Ana Diaz")
    member.post(NEW, {"files": upload(content, "etude.pdf")}, headers={"X-Requested-With": "fetch"})
    work(app)
    later = clock.now() + timedelta(seconds=5)
    clock.set_clock(lambda: later)
    page = text_of(member.get(NEW))
    assert 'value="Mon titre"' in page
    assert "« etude.pdf » propose : Le titre du fichier" in page
    assert 'value="Ana Diaz"' in page
    assert "Proposé d’après « etude.pdf » : vérifiez, ou changez." in page
    typed = {"kind": "research", "title": "Mon titre", "authors": "Moi", "audience": "space", "reprendre": "title"}
    taken = text_of(member.post(NEW, typed))
    assert 'value="Le titre du fichier"' in taken
    assert 'value="Moi"' in taken
