"""Sending files and words through the form: what is refused says why, and nothing typed or sent is lost."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.core import clock
from app.core.db import transaction
from app.core.drafts import draft_for
from app.core.throttle import Attempts, Limit
from app.extensions import db
from app.library import receiving
from app.library.models import Blob, FileVersion, ReceivedFile, Resource
from app.library.operations import ResourceDetails, edit_resource
from app.library.views import sending
from tests.library.shelves import pdf, shared, shown_in, upload
from tests.people import FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import Browser, loaded, thoroughly, work

NEW = f"/espaces/{OPEN}/ressources/nouvelle"
FETCH = {"X-Requested-With": "fetch"}
TYPED = {"kind": "report", "title": "Bilan", "summary": "Résumé", "audience": "space"}
HOSTILE = [
    "\u202egpj.exe.pdf",
    "a" * 200 + ".pdf",
    "../../etc/passwd.pdf",
    "C:\\temp\\x.pdf",
    "<script>alert(1)</script>.pdf",
    "رسالة.pdf",
    "con\x01trol\x7f.pdf",
    "quotes' & %22 ; rm -rf.pdf",
    "é" * 150 + ".PDF",
]


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


@pytest.fixture
def member(browser: Any) -> Browser:
    opened: Browser = browser(MEMBER)
    opened.get(NEW)
    return opened


def send(browser: Browser, content: bytes, name: str, address: str = NEW) -> TestResponse:
    return browser.post(address, {"files": upload(content, name)}, headers=FETCH)


def many(app: Flask, model: Any) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def draft(app: Flask, email: str, key: str) -> dict[str, Any]:
    with app.app_context():
        return draft_for(loaded(email), key)


@pytest.mark.slow
def test_file_sent_by_itself_is_answered_in_words(app: Flask, member: Browser) -> None:
    answer = send(member, pdf("texte"), "Bilan 2020.pdf")
    said = answer.get_json()
    assert answer.status_code == 201
    assert (said["name"], said["message"], len(said["token"])) == ("Bilan 2020.pdf", "Lecture en cours", 10)
    assert member.get(said["poll_url"]).status_code == 200
    work(app)
    a_moment_later()
    line = member.get(said["poll_url"]).get_data(as_text=True)
    assert "1 page consultable" in line.replace("\u00a0", " ")
    assert "data-poll-url" not in line


@pytest.mark.parametrize("name", ["page.pages", "programme.exe"])
def test_refused_format_is_told_beside_those_one_may_send_which_are_those_of_every_form(
    member: Browser, name: str
) -> None:
    formats = "PDF, Word, PowerPoint, Excel, OpenDocument, image, message (.eml, .msg)"
    said = send(member, b"MZ", name).get_json()["error"].replace("\u00a0", " ")
    assert said == f"« {name} » : ce format (.{name.partition('.')[2]}) n’est pas accepté. Formats : {formats}."
    for page in (NEW, f"/espaces/{OPEN}/ressources", f"/espaces/{OPEN}/ressources/depot"):
        assert formats in member.get(page).get_data(as_text=True), page


def a_moment_later() -> None:
    """Let pass the time that reading a file takes at the least."""
    later = clock.now() + timedelta(seconds=5)
    clock.set_clock(lambda: later)


@pytest.mark.slow
def test_bytes_stored_in_a_closed_space_are_read_again_as_far_as_anybody_can_tell(
    app: Flask, cast: Cast, browser: Any
) -> None:
    secret, other = pdf("document connu", title="Titre du document connu"), pdf("autre document")
    inside = browser(MEMBER)
    inside.post(f"/espaces/{PRIVATE}/ressources/nouvelle", {**TYPED, "files": upload(secret, "secret.pdf")})
    work(app)
    outsider = browser(OUTSIDER)
    outsider.post(f"/espaces/{OPEN}/rejoindre")
    known, unknown = (send(outsider, content, "x.pdf").get_json() for content in (secret, other))
    assert [known[name] for name in ("message", "status", "meta", "url")] == [
        unknown[name] for name in ("message", "status", "meta", "url")
    ]
    assert "Titre du document connu" not in outsider.get(NEW).get_data(as_text=True)


@pytest.mark.parametrize("title", ["Deux documents", ""])
def test_files_stand_in_the_order_of_the_page_though_they_arrive_in_another(
    app: Flask, member: Browser, title: str
) -> None:
    late, early = (send(member, pdf(name), f"{name}.pdf").get_json()["token"] for name in ("second", "premier"))
    sent = TYPED | {"title": title, "publier": "1", "ordre": [early, late]}
    answer = member.post(NEW, sent)
    shown = member.get(answer.location) if title else answer
    page = shown.get_data(as_text=True)
    assert 0 < page.index("premier.pdf") < page.index("second.pdf")
    assert many(app, Resource) == (1 if title else 0)


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_made_harmless_and_work_to_the_end(app: Flask, member: Browser, name: str) -> None:
    answer = member.post(NEW, {**TYPED, "files": upload(pdf("x"), name)})
    assert answer.status_code == 302
    page = member.get(answer.location)
    assert page.status_code == 200
    assert "<script>alert" not in page.get_data(as_text=True)
    with app.app_context():
        version = db.session.scalars(select(FileVersion)).one()
        kept, public_id = version.name, version.public_id
    assert len(kept) <= 200
    assert kept.lower().endswith(".pdf")
    assert not set(kept) & set('\u202e\x00\n/\\<>"')
    sent = member.get(f"/fichiers/{public_id}/quelconque.pdf?enregistrer=1")
    assert sent.status_code == 200
    assert sent.headers["Content-Disposition"].startswith("attachment")
    assert sent.headers["Content-Disposition"].isascii()


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "vide.pdf", "est vide"),
        (b"MZ\x90\x00", "programme.exe", "(.exe) n’est pas accepté"),
        (b"<html><script>alert(1)</script></html>", "faux.pdf", "n’est pas un vrai fichier .pdf"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "dessin.svg", "(.svg) n’est pas accepté"),
        (b"du texte", "sans-extension", "n’a pas d’extension"),
        (b"PK\x03\x04coupe", "abime.docx", "est abîmé"),
    ],
)
def test_refused_file_says_why_and_leaves_nothing(
    app: Flask, member: Browser, content: bytes, name: str, words: str
) -> None:
    answer = send(member, content, name)
    assert answer.status_code == 422
    assert words in answer.get_json()["error"].replace("\u00a0", " ")
    assert (many(app, ReceivedFile), many(app, Blob)) == (0, 0)


def test_file_over_the_limit_says_both_sizes(member: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "MEBIBYTE", 2048)
    answer = send(member, b"%PDF-1.4" + b"x" * 204_792, "Bilan.pdf")
    assert answer.status_code == 422
    said = answer.get_json()["error"].replace("\u00a0", " ").replace("\u202f", " ")
    assert said == "« Bilan.pdf » pèse 200 Ko ; la limite est de 100 Ko. Réduisez-le ou partagez un lien."


def test_file_far_over_the_limit_is_refused_before_it_is_read(app: Flask, member: Browser) -> None:
    length = str(3 * app.config["SETTINGS"].max_file_mb * 1024 * 1024)
    announced = {"CONTENT_LENGTH": length, "CONTENT_TYPE": "multipart/form-data; boundary=b"}
    answer = member.client.post(NEW, headers=FETCH, environ_overrides=announced)
    assert answer.status_code == 413


def test_form_without_file_is_refused_in_words(member: Browser) -> None:
    answer = member.post(NEW, {}, headers=FETCH)
    assert (answer.status_code, answer.get_json()) == (422, {"error": "Choisissez un fichier."})


def test_several_files_travel_with_the_form_without_javascript(app: Flask, member: Browser) -> None:
    files = [upload(pdf("un"), "un.pdf"), upload(pdf("deux"), "deux.pdf"), upload(b"du texte", "trois.txt")]
    answer = member.post(NEW, {**TYPED, "files": files})
    assert answer.status_code == 302
    with app.app_context():
        resource = db.session.scalars(select(Resource)).one()
        assert [one.current.name for one in resource.attachments] == ["un.pdf", "deux.pdf", "trois.txt"]


def test_wrong_field_keeps_words_and_files(app: Flask, member: Browser) -> None:
    typed = {
        **TYPED,
        "title": "",
        "summary": "À ne pas perdre",
        "dated_on": "hier",
        "files": upload(pdf("un"), "un.pdf"),
    }
    answer = member.post(NEW, typed)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "<title>Erreur" in text
    assert "À ne pas perdre" in text
    assert "un.pdf" in text
    assert 'value="hier"' in text
    again = member.post(NEW, {**TYPED, "title": "Enfin", "ordre": shown_in(text)})
    assert again.status_code == 302
    with app.app_context():
        resource = db.session.scalars(select(Resource)).one()
        assert (resource.title, [one.current.name for one in resource.attachments]) == ("Enfin", ["un.pdf"])
    assert (many(app, ReceivedFile), draft(app, MEMBER, NEW)) == (0, {})


def test_form_takes_the_files_it_shows_and_leaves_those_of_another_tab(app: Flask, member: Browser) -> None:
    line = send(member, pdf("deux"), "deux.pdf").get_json()["html"]
    assert 'name="ordre" value=""' in member.get(NEW).text
    one = {**TYPED, "title": "Un", "files": upload(pdf("un"), "un.pdf"), "ordre": ""}
    assert member.post(NEW, one).status_code == 302
    assert "deux.pdf" in member.get(NEW).text
    assert member.post(NEW, {**TYPED, "title": "Deux", "ordre": ["", *shown_in(line)]}).status_code == 302
    with app.app_context():
        kept = {
            one.title: [two.current.name for two in one.attachments] for one in db.session.scalars(select(Resource))
        }
    assert kept == {"Un": ["un.pdf"], "Deux": ["deux.pdf"]}


def test_refused_file_among_good_ones_publishes_nothing_and_keeps_the_good_ones(app: Flask, member: Browser) -> None:
    answer = member.post(NEW, {**TYPED, "files": [upload(pdf("un"), "un.pdf"), upload(b"", "vide.pdf")]})
    assert answer.status_code == 422
    assert "est vide" in answer.get_data(as_text=True)
    assert (many(app, Resource), many(app, ReceivedFile)) == (0, 1)


@pytest.mark.slow
def test_title_language_and_author_are_proposed_by_the_file(app: Flask, member: Browser) -> None:
    content = pdf(
        "Le rapport de la ville parle de la sécurité et de la prévention.", title="Rapport annuel", author="CLSPD"
    )
    send(member, content, "x.pdf")
    work(app)
    a_moment_later()
    text = member.get(NEW).get_data(as_text=True)
    assert 'value="Rapport annuel"' in text
    assert 'value="CLSPD"' in text


def test_file_without_title_proposes_its_name(member: Browser) -> None:
    send(member, pdf("x"), "Bilan_de_la_nuit.pdf")
    assert 'value="Bilan de la nuit"' in member.get(NEW).get_data(as_text=True)


@pytest.mark.slow
def test_proposal_never_replaces_what_was_typed(app: Flask, member: Browser) -> None:
    member.post(f"{NEW}/brouillon", {**TYPED, "title": "Mon titre"}, headers=FETCH)
    send(member, pdf("x", title="Titre du logiciel"), "x.pdf")
    work(app)
    assert 'value="Mon titre"' in member.get(NEW).get_data(as_text=True)


def test_draft_is_kept_and_found_again(app: Flask, member: Browser) -> None:
    answer = member.post(f"{NEW}/brouillon", {"summary": "Commencé"}, headers=FETCH)
    assert "Brouillon enregistré" in answer.get_json()["saved"]
    assert "Commencé" in member.get(NEW).get_data(as_text=True)
    later = member.post(NEW, {**TYPED, "title": "", "summary": "Plus tard", "plus_tard": "1"})
    assert later.status_code == 200
    assert draft(app, MEMBER, NEW)["summary"] == "Plus tard"


def test_draft_that_arrives_after_its_publication_is_not_offered(app: Flask, member: Browser) -> None:
    assert member.post(NEW, TYPED).status_code == 302
    member.post(f"{NEW}/brouillon", TYPED, headers=FETCH)
    assert 'value="Bilan"' not in member.get(NEW).get_data(as_text=True)


def test_file_is_taken_out_of_the_form(app: Flask, member: Browser) -> None:
    token = send(member, pdf("un"), "un.pdf").get_json()["token"]
    answer = member.post(NEW, {**TYPED, "summary": "Gardé", "retirer": token})
    assert answer.status_code == 200
    assert "Gardé" in answer.get_data(as_text=True)
    assert many(app, ReceivedFile) == 0


def test_file_of_another_person_is_out_of_reach(app: Flask, member: Browser, browser: Any) -> None:
    said = send(member, pdf("un"), "un.pdf").get_json()
    facilitator = browser(FACILITATOR)
    assert facilitator.get(said["poll_url"]).status_code == 404
    facilitator.get(NEW)
    facilitator.post(NEW, {**TYPED, "retirer": said["token"]})
    assert many(app, ReceivedFile) == 1


def test_file_already_here_is_told_to_those_who_see_it(app: Flask, browser: Any) -> None:
    content = pdf("Connu")
    shared(app, "Déjà connu", space=PRIVATE, by=MEMBER, files=[(content, "a.pdf")])
    member, guest = browser(MEMBER), browser(GUEST)
    for one in (member, guest):
        one.get(NEW)
    assert "Déjà dans la bibliothèque : « Déjà connu »" in send(member, content, "b.pdf").get_json()["message"].replace(
        "\u00a0", " "
    )
    told = send(guest, content, "b.pdf").get_data(as_text=True)
    assert "connu" not in told.lower()


def test_guest_shares_with_the_space_only(app: Flask, browser: Any) -> None:
    guest = browser(GUEST)
    assert "Tout le réseau" not in guest.get(NEW).get_data(as_text=True)
    answer = guest.post(NEW, {**TYPED, "audience": "network"})
    assert answer.status_code in {302, 422}
    with app.app_context():
        assert [one.audience for one in db.session.scalars(select(Resource))] in ([], ["space"])


def test_stranger_sends_nothing(app: Flask, browser: Any) -> None:
    outsider = browser(OUTSIDER)
    outsider.get("/ressources")
    assert send(outsider, pdf("x"), "x.pdf").status_code == 403
    assert outsider.post(NEW, TYPED).status_code == 403
    assert many(app, Resource) == 0


def test_upload_without_the_form_token_is_refused(app: Flask, member: Browser) -> None:
    answer = member.client.post(NEW, data={"files": upload(pdf("x"), "x.pdf")}, headers=FETCH)
    assert answer.status_code == 400
    assert many(app, ReceivedFile) == 0


def test_session_over_keeps_the_words_for_after(app: Flask, member: Browser) -> None:
    member.client.delete_cookie(app.config["SESSION_COOKIE_NAME"])
    answer = member.client.post(NEW, data={**TYPED, "summary": "Écrit trop tard"})
    assert answer.status_code == 401
    assert "crit trop tard" in answer.get_data(as_text=True)


def test_too_many_uploads_have_to_wait(app: Flask, member: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "UPLOADS", Limit("upload", free=1))
    assert send(member, pdf("un"), "un.pdf").status_code == 201
    answer = send(member, pdf("deux"), "deux.pdf")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert many(app, Attempts) == 1


def test_edit_conflict_shows_both_and_loses_nothing(app: Flask, browser: Any) -> None:
    public_id, resource_id = shared(app, "Avant", by=MEMBER)
    address = f"/ressources/{public_id}/modifier"
    member = browser(MEMBER)
    member.get(address)
    with app.app_context(), transaction():
        mine = db.session.get_one(Resource, resource_id)
        other = ResourceDetails.of(kind="report", title="Changé entre-temps", summary="Autre résumé")
        edit_resource(loaded(FACILITATOR), mine, other, 1)
    answer = member.post(address, {**TYPED, "title": "Mon titre", "summary": "Mon résumé", "seen_version": "1"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    for words in (
        "Mon titre",
        "Mon résumé",
        "Changé entre-temps",
        "Autre résumé",
        'name="seen_version" type="hidden" value="2"',
    ):
        assert words in text, words
    done = member.post(address, {**TYPED, "title": "Mon titre", "seen_version": "2"})
    assert done.status_code == 302
    with app.app_context():
        assert db.session.get_one(Resource, resource_id).title == "Mon titre"


def test_change_adds_and_takes_away_files(app: Flask, browser: Any) -> None:
    public_id, resource_id = shared(app, "D", by=MEMBER, files=[(pdf("un"), "un.pdf")])
    address = f"/ressources/{public_id}/modifier"
    member = browser(MEMBER)
    member.get(address)
    line = send(member, pdf("deux"), "deux.pdf", address).get_json()["html"]
    assert member.post(address, {**TYPED, "seen_version": "1", "ordre": shown_in(line)}).status_code == 302
    with app.app_context():
        first = db.session.get_one(Resource, resource_id).attachments[0].public_id
    kept = member.post(address, {**TYPED, "title": "En cours", "seen_version": "2", "detacher": first})
    assert "En cours" in kept.get_data(as_text=True)
    assert member.post(address, {**TYPED, "title": "Fini", "seen_version": "3"}).status_code == 302
    with app.app_context():
        resource = db.session.get_one(Resource, resource_id)
        assert (resource.title, [one.current.name for one in resource.attachments]) == ("Fini", ["deux.pdf"])


@pytest.mark.parametrize("field", ["title", "summary", "tags", "source", "kind", "dated_on", "seen_version", "lang"])
@pytest.mark.parametrize("value", ["\ud800", *thoroughly("\x00", "x" * 70_000, "9" * 30, 'a* "b')])
def test_odd_words_are_no_fault_of_the_server(member: Browser, field: str, value: str) -> None:
    data = {**TYPED, field: value.encode("utf-8", "surrogatepass")}
    assert member.post(NEW, data).status_code in {302, 422}


@pytest.mark.parametrize("seen", ["²", "9" * 5000, "-1", ""])
def test_odd_version_is_a_conflict_and_no_fault_of_the_server(app: Flask, member: Browser, seen: str) -> None:
    public_id, _ = shared(app, by=MEMBER)
    answer = member.post(f"/ressources/{public_id}/modifier", {**TYPED, "seen_version": seen})
    assert answer.status_code == 409


def test_bytes_come_back_as_they_were_sent(app: Flask, member: Browser) -> None:
    content = pdf("Aller et retour")
    member.post(NEW, {**TYPED, "files": upload(content, "a.pdf")})
    with app.app_context():
        public_id = db.session.scalars(select(FileVersion)).one().public_id
    assert io.BytesIO(member.get(f"/fichiers/{public_id}/a.pdf").data).getvalue() == content
