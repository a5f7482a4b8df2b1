"""Strangers ask, confirm, are let in or refused; a decision can be taken back for a few seconds."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any, cast

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import AccessRequest, Organisation, RequestState, User
from app.accounts.organisations.details import Details
from app.accounts.organisations.operations import record_organisation
from app.accounts.queries import organisation_by_name, user_by_email
from app.accounts.requests.jobs import DECIDED_KEPT, UNCONFIRMED_KEPT, purge_requests
from app.accounts.requests.operations import Asked, ask_for_access, confirm_request, new_secret
from app.core.audit import AuditEntry
from app.core.clock import now, set_clock
from app.core.db import transaction
from app.core.deciding import TAKEN_BACK_WITHIN
from app.core.mail import FolderTransport
from app.extensions import db
from tests.people import ADMIN, FORMER, GUEST, MEMBER, OUTSIDER, REFERENT, Cast
from tests.support import CountedStatements, loaded, work

QUEUE = "/administration/demandes"
MINE = "/moi/demandes"
TYPED = {
    "name": "Yann Derrien",
    "email": "yann@lanvallec.fr",
    "function": "Adjoint à la tranquillité publique",
    "organisation": "Lanvallec",
    "message": "Bonjour,\nnous préparons un arrêté.",
}


@pytest.fixture
def outbox(app: Flask) -> Any:
    """A function that does the work waiting and returns the mails sent since the last time."""
    transport = cast("FolderTransport", app.extensions["mail_transport"])

    def read() -> list[EmailMessage]:
        work(app)
        found = transport.messages()
        for one in transport.folder.glob("*.eml"):
            one.unlink()
        return found

    return read


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link_in(mail: EmailMessage) -> str:
    found = re.search(r"http://[^/]+(/\S+)", text_of(mail))
    assert found is not None, text_of(mail)
    return found.group(1)


def later(**how: float) -> None:
    moment = now() + timedelta(**how)
    set_clock(lambda: moment)


def waiting_request(app: Flask, **typed: str) -> str:
    """Put a confirmed request into the queue; return its public id."""
    given = {**TYPED, **typed}
    with app.app_context():
        with transaction():
            ask_for_access(Asked(given["email"], given["name"], given["function"], given["organisation"]))
            asked = db.session.scalars(select(AccessRequest).order_by(AccessRequest.id.desc())).first()
            assert asked is not None
            secret = new_secret(asked)
        with transaction():
            return confirm_request(secret).public_id


def give_domain(app: Flask, name: str = "Lanvallec", domain: str = "lanvallec.fr") -> None:
    with app.app_context(), transaction():
        place = organisation_by_name(name) or record_organisation(Details(name))
        from app.accounts.organisations.operations import set_domains

        set_domains(place, (domain,))


def state_of(app: Flask, public_id: str) -> str:
    with app.app_context():
        return str(db.session.scalar(select(AccessRequest.state).where(AccessRequest.public_id == public_id)))


def test_request_goes_from_the_form_to_a_first_sign_in(app: Flask, cast: Cast, browser: Any, outbox: Any) -> None:
    give_domain(app)
    stranger, admin = browser(), browser(ADMIN)
    sent = stranger.post("/demande-acces", TYPED)
    assert (sent.status_code, "Consultez votre messagerie" in sent.text) == (200, True)
    assert "Aucune demande n’attend" in admin.get(QUEUE).text
    (mail,) = outbox()
    assert mail["To"] == TYPED["email"]
    confirm = link_in(mail)
    for _scanner in range(3):
        assert "Confirmer et transmettre" in browser().get(confirm).text
    assert "Aucune demande n’attend" in admin.get(QUEUE).text
    assert "Demande transmise" in stranger.post(confirm).text
    assert "Demande transmise" in stranger.post(confirm).text
    (told,) = outbox()
    assert (told["To"], "/moi/demandes/" in link_in(told)) == (REFERENT, True)
    page = admin.get(QUEUE).text
    assert "Collectivité adhérente, adresse reconnue" in page
    found = re.search(rf"{QUEUE}/([a-z2-7]{{10}})", page)
    assert found is not None
    assert admin.post(f"{QUEUE}/{found.group(1)}").status_code == 302
    assert outbox() == []
    later(seconds=11)
    (welcome,) = outbox()
    with app.app_context():
        user = loaded(TYPED["email"])
        assert user.organisation is not None
        assert (user.name, user.kind, user.organisation.name) == ("Yann Derrien", "member", "Lanvallec")
    later(days=13)
    chosen = link_in(welcome)
    newcomer = browser()
    assert "Choisir un nouveau mot de passe" in newcomer.get(chosen).text
    assert newcomer.post(chosen, {"password": "quatre chevaux verts galopent"}).status_code == 302
    assert newcomer.get(chosen).status_code == 404


def test_known_and_unknown_addresses_get_the_same_answer(app: Flask, cast: Cast, browser: Any, outbox: Any) -> None:
    pages = []
    for email in ("inconnu@ville.example", OUTSIDER, FORMER):
        with CountedStatements(app) as asked:
            answer = browser().post("/demande-acces", {**TYPED, "email": email})
        page = re.sub(r'name="csrf_token" value="[^"]*"', "", answer.text.replace(email, "ADRESSE"))
        pages.append((answer.status_code, page, len(asked)))
    assert pages[0] == pages[1] == pages[2]
    mails = {mail["To"]: mail for mail in outbox()}
    assert mails["inconnu@ville.example"]["Subject"] == "Confirmez votre demande d’accès"
    assert mails[OUTSIDER]["Subject"] == "Vous avez déjà un compte"
    assert link_in(mails[OUTSIDER]) == "/connexion"
    assert "Ce compte est fermé" in text_of(mails[FORMER])
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(AccessRequest)) == 1


def test_what_is_missing_is_said_and_what_was_typed_stays(app: Flask, cast: Cast, browser: Any) -> None:
    for email in ("", "yann", "yann@", "@ville.fr", "a b@ville.fr", "yann@localhost", "x" * 300 + "@ville.fr"):
        answer = browser().post("/demande-acces", {**TYPED, "email": email})
        assert (answer.status_code, "Yann Derrien" in answer.text) == (422, True), email
    assert browser().post("/demande-acces", {**TYPED, "message": "x" * 2001}).status_code == 422
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(AccessRequest)) == 0


def test_asking_again_and_again_has_to_wait(app: Flask, cast: Cast, browser: Any) -> None:
    here = browser()
    answers = [here.post("/demande-acces", TYPED).status_code for _again in range(4)]
    assert answers == [200, 200, 200, 429]
    others = [here.post("/demande-acces", {**TYPED, "email": f"a{n}@b.example"}).status_code for n in range(20)]
    assert (others[0], others[-1]) == (200, 429)


def test_link_is_over_after_a_day_and_unknown_ones_never_were(
    app: Flask, cast: Cast, browser: Any, outbox: Any
) -> None:
    browser().post("/demande-acces", TYPED)
    confirm = link_in(outbox()[0])
    later(hours=25)
    for path in (confirm, "/demande-acces/unknown", "/demande-acces/" + "é" * 50):
        assert browser().get(path).status_code == 404
        assert browser().post(path).status_code == 404
    answer = browser().get(confirm)
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_second_request_of_an_address_takes_the_place_of_the_first(app: Flask, cast: Cast, browser: Any) -> None:
    waiting_request(app)
    second = waiting_request(app, name="Yann D.")
    with app.app_context():
        assert db.session.scalars(select(AccessRequest.public_id)).all() == [second]


def test_decision_can_be_taken_back_until_it_takes_effect(app: Flask, cast: Cast, browser: Any, outbox: Any) -> None:
    asked, here = waiting_request(app), browser(ADMIN)
    outbox()
    here.post(f"{QUEUE}/{asked}")
    page = here.get(QUEUE).text
    assert ("Demande acceptée." in page, f"{QUEUE}/{asked}/annuler" in page) == (True, True)
    later(seconds=8)
    here.post(f"{QUEUE}/{asked}/annuler")
    assert state_of(app, asked) == RequestState.PENDING
    later(seconds=11)
    assert outbox() == []
    here.post(f"{QUEUE}/{asked}")
    later(seconds=11)
    late = here.post(f"{QUEUE}/{asked}/annuler", follow_redirects=True)
    assert "La décision a déjà pris effet" in late.text
    assert state_of(app, asked) == RequestState.ACCEPTED
    assert [mail["Subject"] for mail in outbox()] == ["Bienvenue dans le réseau"]
    with app.app_context():
        actions = db.session.scalars(
            select(AuditEntry.action).where(AuditEntry.action.like("access.%")).order_by(AuditEntry.id)
        ).all()
    assert actions == ["access.requested", "access.accepted", "access.taken_back", "access.accepted"]


def test_decided_again_within_seconds_takes_effect_once(app: Flask, cast: Cast, browser: Any, outbox: Any) -> None:
    asked, here = waiting_request(app), browser(ADMIN)
    here.post(f"{QUEUE}/{asked}")
    later(seconds=2)
    here.post(f"{QUEUE}/{asked}/annuler")
    later(seconds=1)
    here.post(f"{QUEUE}/{asked}/refuser", {"reason": "Écrivez-nous de votre adresse de mairie."})
    later(seconds=8)
    assert [mail["Subject"] for mail in outbox() if mail["To"] == TYPED["email"]] == []
    later(seconds=4)
    (mail,) = (mail for mail in outbox() if mail["To"] == TYPED["email"])
    assert "Écrivez-nous de votre adresse de mairie." in text_of(mail)
    with app.app_context():
        assert user_by_email(TYPED["email"]) is None


def test_journal_names_whose_request_was_decided(app: Flask, cast: Cast, browser: Any) -> None:
    asked, ada = waiting_request(app), browser(ADMIN)
    ada.post(f"{QUEUE}/{asked}")
    page = ada.get("/administration/journal?action=access").text
    assert page.count(f"{TYPED['name']}, {TYPED['email']}") == 2


def test_refusal_needs_a_reason(app: Flask, cast: Cast, browser: Any) -> None:
    asked, here = waiting_request(app), browser(ADMIN)
    answer = here.post(f"{QUEUE}/{asked}/refuser", {"reason": "  "})
    assert (answer.status_code, "Écrivez la raison du refus" in answer.text) == (422, True)
    assert state_of(app, asked) == RequestState.PENDING


def test_person_is_put_where_the_administrator_chooses(app: Flask, cast: Cast, browser: Any) -> None:
    here = browser(ADMIN)
    with app.app_context():
        castelmaure = organisation_by_name("Castelmaure")
        assert castelmaure is not None
        chosen = castelmaure.public_id
    for number, (choice, expected) in enumerate(
        [(chosen, "Castelmaure"), ("nouvelle", "Beaurepaire"), ("aucune", None)]
    ):
        email = f"paul{number}@gmail.com"
        asked = waiting_request(app, email=email, organisation="Beaurepaire")
        assert "Adresse personnelle" in here.get(QUEUE).text
        assert here.post(f"{QUEUE}/{asked}", {"organisation": "nonsense"}).status_code == 422
        assert here.post(f"{QUEUE}/{asked}", {"organisation": choice}).status_code == 302
        later(seconds=11)
        work(app)
        with app.app_context():
            place = loaded(email).organisation
            assert (place.name if place else None) == expected
    with app.app_context():
        made = organisation_by_name("Beaurepaire")
        assert made is not None
        assert not made.is_member


def test_referent_decides_for_the_own_organisation_only(app: Flask, cast: Cast, browser: Any, outbox: Any) -> None:
    give_domain(app)
    give_domain(app, "Castelmaure", "castelmaure.fr")
    own = waiting_request(app, email="a@sport.lanvallec.fr")
    other = waiting_request(app, email="b@castelmaure.fr", name="Autre Personne")
    here = browser(REFERENT)
    page = here.get(MINE).text
    assert ("Yann Derrien" in page, "Autre Personne" in page) == (True, False)
    for path in (f"{MINE}/{other}", f"{MINE}/{other}/refuser"):
        assert (here.get(path).status_code, here.post(path, {"reason": "x"}).status_code) == (404, 404)
    assert here.post(f"{MINE}/{other}/annuler").status_code == 404
    with app.app_context():
        elsewhere = organisation_by_name("Castelmaure")
        assert elsewhere is not None
        chosen = elsewhere.public_id
    assert here.post(f"{MINE}/{own}", {"organisation": chosen}).status_code == 302
    later(seconds=11)
    outbox()
    with app.app_context():
        place = loaded("a@sport.lanvallec.fr").organisation
        assert place is not None
        assert place.name == "Lanvallec"
    for who in (MEMBER, OUTSIDER, GUEST):
        assert browser(who).get(MINE).status_code == 404
        assert browser(who).get(f"{MINE}/{own}").status_code == 404
        assert "/moi/demandes" not in browser(who).get("/moi").text
    assert "/moi/demandes" in here.get("/moi").text


def test_account_made_meanwhile_is_not_made_twice(app: Flask, cast: Cast, browser: Any, outbox: Any) -> None:
    asked = waiting_request(app)
    browser(ADMIN).post(f"{QUEUE}/{asked}")
    with app.app_context(), transaction():
        from app.accounts.operations import create_user

        create_user(TYPED["email"], "Yann")
    later(seconds=11)
    subjects = [mail["Subject"] for mail in outbox() if mail["To"] == TYPED["email"]]
    assert subjects == ["Vous avez déjà un compte"]


def test_decision_of_somebody_else_is_said(app: Flask, cast: Cast, browser: Any) -> None:
    asked, here = waiting_request(app), browser(ADMIN)
    here.post(f"{QUEUE}/{asked}")
    again = here.post(f"{QUEUE}/{asked}")
    assert (again.status_code, "a déjà reçu une réponse" in again.text) == (409, True)
    assert "a déjà reçu une réponse" in here.get(f"{QUEUE}/{asked}/refuser").text


def test_requests_are_forgotten_in_time(app: Flask, cast: Cast) -> None:
    decided = waiting_request(app)
    with app.app_context():
        with transaction():
            ask_for_access(Asked("b@b.example", "B"))
            one = db.session.scalars(select(AccessRequest).where(AccessRequest.public_id == decided)).one()
            one.state, one.applied_at = RequestState.REFUSED, now()
        left = []
        for day in (timedelta(0), UNCONFIRMED_KEPT + timedelta(days=1), DECIDED_KEPT + timedelta(days=1)):
            moment = datetime.now(tz=now().tzinfo) + day
            set_clock(lambda moment=moment: moment)  # type: ignore[misc]
            purge_requests({})
            left.append(db.session.scalar(select(func.count()).select_from(AccessRequest)))
    assert left == [2, 1, 0]


def test_queue_asks_the_same_of_the_database_for_one_and_for_many(app: Flask, cast: Cast, browser: Any) -> None:
    give_domain(app)
    here = browser(ADMIN)
    waiting_request(app)
    here.get(QUEUE)
    with CountedStatements(app) as few:
        here.get(QUEUE)
    for number in range(5):
        waiting_request(app, email=f"a{number}@lanvallec.fr")
        waiting_request(app, email=f"a{number}@gmail.com", organisation=f"Ville {number}")
    with CountedStatements(app) as many:
        here.get(QUEUE)
    assert len(many) == len(few)


def test_seconds_of_the_page_fit_in_those_of_the_decision() -> None:
    assert timedelta(seconds=8) < TAKEN_BACK_WITHIN
    assert Organisation is not User


@pytest.mark.slow
def test_words_of_a_stranger_reach_only_those_who_decide(app: Flask, cast: Cast, browser: Any) -> None:
    give_domain(app)
    asked = waiting_request(app, name="Zorglub Secret", organisation="Zorglubville", function="Zorglub en chef")
    own = (MINE, f"{MINE}/{asked}", f"{MINE}/{asked}/refuser")
    queue = (QUEUE, f"{QUEUE}/{asked}", f"{QUEUE}/{asked}/refuser", "/administration", "/administration/personnes")
    pages = (*own, *queue, "/", "/espaces", "/annuaire", "/recherche?q=zorglub", "/moi", "/demande-acces")
    heard = {}
    for who in (None, GUEST, MEMBER, OUTSIDER, REFERENT, ADMIN):
        here = browser(who)
        heard[who] = {path for path in pages if "Zorglub " in here.get(path, follow_redirects=True).text}
    assert heard == {
        None: set(),
        GUEST: set(),
        MEMBER: set(),
        OUTSIDER: set(),
        REFERENT: set(own),
        ADMIN: set(queue[:4]),  # the front page of the administration names who waits
    }


@pytest.mark.parametrize("said", ["castelmaure", "CASTÉLMAURE"])
def test_organisation_is_known_whatever_its_accents_and_letter_case(
    app: Flask, cast: Cast, browser: Any, said: str
) -> None:
    asked, here = waiting_request(app, email="paul@gmail.com", organisation=said), browser(ADMIN)
    assert "Examiner" not in here.get(QUEUE).text
    assert "Nouvelle, hors du réseau" not in here.get(f"{QUEUE}/{asked}").text
    assert here.post(f"{QUEUE}/{asked}").status_code == 302
    later(seconds=11)
    work(app)
    with app.app_context():
        place = loaded("paul@gmail.com").organisation
        assert place is not None
        assert place.name == "Castelmaure"


@pytest.mark.parametrize("others", [["VILLENEUVE"], ["Villeneuve-", "VILLENEUVE"]])
def test_person_comes_in_though_the_new_organisation_was_recorded_meanwhile(
    app: Flask, cast: Cast, browser: Any, others: list[str]
) -> None:
    asked = waiting_request(app, email="paul@gmail.com", organisation="Villeneuve")
    assert browser(ADMIN).post(f"{QUEUE}/{asked}", {"organisation": "nouvelle"}).status_code == 302
    with app.app_context(), transaction():
        for number, name in enumerate(others):
            record_organisation(Details(name, insee_code=f"1111{number}"))
    later(seconds=11)
    work(app)
    with app.app_context():
        place = loaded("paul@gmail.com").organisation
        assert (place.name if place else None) == (others[0] if len(others) == 1 else None)
