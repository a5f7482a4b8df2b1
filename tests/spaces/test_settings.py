"""The settings of a space: who changes them, what is said first, what changes at once."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from app.core.audit import AuditEntry
from app.core.clock import now
from app.core.db import transaction
from app.core.storage import storage
from app.discussions.operations import start_thread
from app.extensions import db
from app.library.operations import ResourceDetails, share_resource
from app.spaces.models import JoinPolicy, Space, Visibility
from app.spaces.operations import SpaceDetails
from app.spaces.running import archive_space, delete_space, edit_space, restore_space
from tests.people import ADMIN, ENTERED, FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, REQUEST, Cast
from tests.support import Browser, loaded, space_called, work


def _settings(slug: str) -> str:
    return f"/espaces/{slug}/reglages"


def _form(app: Flask, slug: str, **changed: Any) -> dict[str, Any]:
    with app.app_context():
        space = space_called(slug)
        sent = {"name": space.name, "visibility": space.visibility, "join_policy": space.join_policy}
        return {**sent, "sections": ["library", "discussions"], "seen_version": str(space.edit_version), **changed}


def test_words_change_and_the_address_stays(app: Flask, cast: Cast) -> None:
    sent = _form(app, OPEN, name="Atelier renommé", purpose="**But**", welcome="Bienvenue ici.", partner="Le parquet")
    assert Browser(app, FACILITATOR).post(_settings(OPEN), sent).status_code == 302
    with app.app_context():
        space = space_called(OPEN)
        assert (space.name, space.purpose_html) == ("Atelier renommé", "<p><strong>But</strong></p>")
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "space.edited")).one()
        assert entry.detail == {"fields": ["name", "purpose", "partner", "welcome"]}


def test_old_version_is_a_conflict_and_nothing_typed_is_lost(app: Flask, cast: Cast) -> None:
    browser = Browser(app, FACILITATOR)
    stale = _form(app, OPEN, summary="Ma phrase")
    browser.post(_settings(OPEN), _form(app, OPEN, summary="Sa phrase"))
    answer = browser.post(_settings(OPEN), stale)
    assert answer.status_code == 409
    assert "Ma phrase" in answer.text
    assert "Sa phrase" in answer.text
    with app.app_context():
        assert space_called(OPEN).summary == "Sa phrase"


def test_change_of_readers_is_said_before_it_is_made(app: Flask, cast: Cast) -> None:
    browser = Browser(app, FACILITATOR)
    sent = _form(app, OPEN, visibility="private", join_policy="invitation")
    answer = browser.post(_settings(OPEN), sent)
    assert answer.status_code == 200
    assert "4 membres du réseau qui n’y participent pas ne pourront plus le lire" in answer.text.replace("\xa0", " ")
    assert Browser(app, OUTSIDER).get(f"/espaces/{OPEN}").status_code == 200
    assert browser.post(_settings(OPEN), {**sent, "confirm": "private"}).status_code == 302
    assert Browser(app, OUTSIDER).get(f"/espaces/{OPEN}").status_code == 404
    assert Browser(app, MEMBER).get(f"/espaces/{OPEN}").status_code == 200


def test_private_space_with_an_open_door_is_refused(app: Flask, cast: Cast) -> None:
    answer = Browser(app, FACILITATOR).post(_settings(OPEN), _form(app, OPEN, visibility="private"))
    assert answer.status_code == 422


def test_what_a_space_holds_is_found_by_its_readers_of_the_moment(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        start_thread(loaded(FACILITATOR), space_called(OPEN), "Le mot zibeline", "Un message.")
    work(app)
    outsider, path = Browser(app, OUTSIDER), "/recherche?q=zibeline"
    assert "Le mot zibeline" in outsider.get(path).text
    with app.app_context():
        details = SpaceDetails.of(name="Atelier", visibility=Visibility.PRIVATE, join_policy=JoinPolicy.INVITATION)
        with transaction():
            edit_space(space_called(OPEN), details, {"library", "discussions"})
    assert "Le mot zibeline" not in outsider.get(path).text
    assert "Le mot zibeline" in Browser(app, MEMBER).get(path).text


def test_section_put_away_has_no_tab_no_address_and_takes_nothing_new(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        thread = start_thread(loaded(FACILITATOR), space_called(OPEN), "Une question", "Le premier message.")
        address, reply = f"/discussions/{thread.public_id}", f"/discussions/{thread.public_id}/reponses"
    browser, lists = Browser(app, FACILITATOR), f"/espaces/{OPEN}/discussions"
    assert browser.post(_settings(OPEN), _form(app, OPEN, sections=["library"])).status_code == 302
    front = browser.get(f"/espaces/{OPEN}").text
    assert lists not in front
    assert f"/espaces/{OPEN}/ressources" in front
    for path in (lists, f"{lists}/nouvelle"):
        assert browser.get(path).status_code == 404
    assert browser.get(address, follow_redirects=True).status_code == 200
    assert browser.post(reply, {"body": "Encore"}).status_code == 403
    assert OPEN not in Browser(app, GUEST).get("/discussions/nouvelle").text


def test_library_put_away_takes_nothing_new(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        resource = share_resource(
            loaded(FACILITATOR), space_called(OPEN), ResourceDetails.of(kind="report", title="Titre")
        )
        address = f"/ressources/{resource.public_id}"
    browser = Browser(app, FACILITATOR)
    browser.post(_settings(OPEN), _form(app, OPEN, sections=["discussions"]))
    assert browser.get(f"/espaces/{OPEN}/ressources").status_code == 404
    assert browser.post(f"/espaces/{OPEN}/ressources/nouvelle", {"title": "x"}).status_code == 404
    assert browser.get(address, follow_redirects=True).status_code == 200
    assert browser.post(f"{address}/commentaires", {"body": "Un commentaire"}).status_code == 302


def test_newcomer_reads_the_welcome_until_it_is_put_away(app: Flask, cast: Cast) -> None:
    Browser(app, FACILITATOR).post(_settings(OPEN), _form(app, OPEN, welcome="Bienvenue à toutes les villes."))
    browser = Browser(app, OUTSIDER)
    assert "Bienvenue à toutes" not in browser.get(f"/espaces/{OPEN}").text
    assert browser.post(f"/espaces/{OPEN}/accueil").status_code == 404
    browser.post(f"/espaces/{OPEN}/rejoindre")
    for _ in range(2):
        assert "Bienvenue à toutes" in browser.get(f"/espaces/{OPEN}").text
    browser.post(f"/espaces/{OPEN}/accueil")
    assert "Bienvenue à toutes" not in browser.get(f"/espaces/{OPEN}").text


@pytest.mark.slow
def test_settings_belong_to_those_who_run_the_space(app: Flask, cast: Cast) -> None:
    allowed = {OPEN: {FACILITATOR, ADMIN, ENTERED}, REQUEST: {FACILITATOR, ENTERED}, PRIVATE: {FACILITATOR, ENTERED}}
    for slug, people in allowed.items():
        for email in (FACILITATOR, ADMIN, ENTERED, MEMBER, OUTSIDER, GUEST):
            sent = _form(app, slug, summary=f"Par {email}")
            status = Browser(app, email).post(_settings(slug), sent).status_code
            assert (status == 302) == (email in people), (slug, email, status)


def test_who_is_inside_for_a_time_does_not_change_who_reads(app: Flask, cast: Cast) -> None:
    door = {"visibility": "open", "join_policy": "free", "confirm": "open"}
    answer = Browser(app, ENTERED).post(_settings(PRIVATE), _form(app, PRIVATE, **door))
    assert (answer.status_code, "entré pour un temps" in answer.text) == (422, True)
    with app.app_context():
        assert space_called(PRIVATE).visibility == Visibility.PRIVATE
    assert Browser(app, FACILITATOR).post(_settings(PRIVATE), _form(app, PRIVATE, **door)).status_code == 302


def test_archived_space_is_read_and_found_but_nothing_is_added(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        thread = start_thread(loaded(FACILITATOR), space_called(OPEN), "Le mot zibeline", "Un message.")
        resource = share_resource(loaded(MEMBER), space_called(OPEN), ResourceDetails.of(kind="report", title="Titre"))
        there = {"reply": f"/discussions/{thread.public_id}/reponses", "edit": f"/ressources/{resource.public_id}"}
    work(app)
    facilitator = Browser(app, FACILITATOR)
    assert facilitator.post(f"/espaces/{OPEN}/archiver").status_code == 302
    member = Browser(app, MEMBER)
    page = member.get(f"/espaces/{OPEN}").text
    assert "archivé" in page
    assert "/nouvelle" not in page
    assert "Le mot zibeline" in member.get("/recherche?q=zibeline").text
    refused = member.post(there["reply"], {"body": "Encore un mot <b>perdu</b>", "password": "pas un mot de passe"})
    assert ("Encore un mot &lt;b&gt;perdu&lt;/b&gt;</textarea>" in refused.text, "pas un mot" in refused.text) == (
        True,
        False,
    )
    assert (refused.status_code, "Cet espace est archivé" in refused.text) == (403, True)
    assert member.post(f"{there['edit']}/modifier", {"title": "Autre"}).status_code == 403
    assert facilitator.post(f"{there['edit']}/modifier", {"title": "Autre"}).status_code == 403
    refused = member.post(f"/espaces/{OPEN}/ressources/nouvelle", {"title": "x"})
    assert (refused.status_code, "Cet espace est archivé" in refused.text) == (403, True)
    assert Browser(app, OUTSIDER).post(f"/espaces/{OPEN}/rejoindre").status_code == 409
    assert facilitator.post(f"/espaces/{OPEN}/rouvrir").status_code == 302
    assert member.post(there["reply"], {"body": "Encore"}).status_code == 302


def test_deleted_space_is_gone_from_pages_and_search_then_comes_back(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        details = ResourceDetails.of(kind="report", title="Le mot zibeline", audience="network")
        resource = share_resource(loaded(FACILITATOR), space_called(OPEN), details)
        address = f"/ressources/{resource.public_id}"
    work(app)
    browser, unknown = Browser(app, OUTSIDER), "/recherche?q=zzzzzzzz"
    with app.app_context(), transaction():
        delete_space(space_called(OPEN))
    assert browser.get(address).status_code == 404
    found, none = browser.get("/recherche?q=zibeline").text, browser.get(unknown).text
    assert "Le mot zibeline" not in found
    assert ("type=report" in found) == ("type=report" in none)
    with app.app_context(), transaction():
        restore_space(db.session.scalars(select(Space).where(Space.slug == OPEN)).one())
    assert browser.get(address, follow_redirects=True).status_code == 200
    assert "Le mot zibeline" in browser.get("/recherche?q=zibeline").text


def _picture(kind: str = "JPEG", size: tuple[int, int] = (900, 300)) -> bytes:
    drawn = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "AppareilSecret"
    Image.new("RGB", size, "orange").save(drawn, kind, exif=exif)
    return drawn.getvalue()


def _bomb() -> bytes:
    """A PNG of 60,000 by 60,000 pixels in a few hundred bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(9000))) + chunk(b"IEND", b"")
    )


def _send(browser: Browser, content: bytes, name: str) -> str:
    sent = {"image": (io.BytesIO(content), name)}
    browser.post(f"{_settings(PRIVATE)}/image", sent, content_type="multipart/form-data")
    return browser.get(_settings(PRIVATE)).text


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name"), [("JPEG", "photo.jpg"), ("PNG", "photo.png"), ("WEBP", "photo.webp")])
def test_image_is_drawn_anew_without_what_the_camera_wrote(app: Flask, cast: Cast, kind: str, name: str) -> None:
    browser = Browser(app, FACILITATOR)
    _send(browser, _picture(kind), name)
    with app.app_context():
        sha256 = space_called(PRIVATE).image_sha256
        assert sha256 is not None
        stored = storage().path(sha256).read_bytes()
    assert Image.open(io.BytesIO(stored)).format == "WEBP"
    assert b"AppareilSecret" not in stored
    answer = browser.get(f"/espaces/{PRIVATE}/image")
    assert (answer.data, answer.mimetype) == (stored, "image/webp")
    assert f"/espaces/{PRIVATE}/image" in browser.get(f"/espaces/{PRIVATE}").text
    assert Browser(app, OUTSIDER).get(f"/espaces/{PRIVATE}/image").status_code == 404
    browser.post(f"{_settings(PRIVATE)}/image", {"remove": "1"})
    assert browser.get(f"/espaces/{PRIVATE}/image").status_code == 404


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (_bomb(), "bombe.png", "est trop grande"),
        (b"%PDF-1.4 ...", "note.pdf", "JPEG, PNG ou WebP"),
        (b"GIF89a", "vue.gif", "Choisissez une image"),
        (b"", "vide.png", "est vide"),
        (_picture()[:200], "coupee.jpg", ""),
    ],
)
def test_what_is_no_picture_is_refused_with_a_sentence(
    app: Flask, cast: Cast, content: bytes, name: str, sentence: str
) -> None:
    sent = {"image": (io.BytesIO(content), name)}
    answer = Browser(app, FACILITATOR).post(f"{_settings(PRIVATE)}/image", sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    said = answer.text.partition('id="image-file-error"')[2].partition("</p>")[0]
    assert "</span>" in said
    assert sentence in said
    with app.app_context():
        assert space_called(PRIVATE).image_sha256 is None


def test_archiving_twice_is_archiving_once(context: Flask, cast: Cast) -> None:
    for _ in range(2):
        with transaction():
            archive_space(space_called(OPEN), by=loaded(FACILITATOR))
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.action == "space.archived")).all()
    assert len(actions) == 1
    assert space_called(OPEN).archived_at is not None
    assert space_called(OPEN).archived_at <= now()  # type: ignore[operator]
