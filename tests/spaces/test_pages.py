"""The pages of spaces over HTTP: who is let in, what each page says and does not say, what it costs."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.models import User
from app.accounts.operations import create_organisation, create_user
from app.core.clock import now
from app.core.db import transaction
from app.discussions.models import Thread
from app.extensions import db
from app.spaces.models import JoinPolicy, JoinRequest, Membership, Role, Space, Visibility
from app.spaces.operations import add_member, create_space
from app.spaces.queries import space_by_slug
from tests.people import (
    ADMIN,
    CLOSED_GUEST,
    ENTERED,
    EVERYBODY,
    EXPIRED_GUEST,
    FACILITATOR,
    GUEST,
    MEMBER,
    OPEN,
    OUTSIDER,
    PRIVATE,
    REFERENT,
    REQUEST,
    Cast,
)
from tests.support import Browser, CountedStatements, loaded, work

CHANGING = re.compile(r'(name="csrf_token" value=")[^"]+|(Numéro de la demande[^<]*)')
PEOPLE = {
    OPEN: {FACILITATOR, MEMBER, OUTSIDER, GUEST, ADMIN, REFERENT, ENTERED},
    REQUEST: {FACILITATOR, ENTERED},
    PRIVATE: {FACILITATOR, MEMBER, CLOSED_GUEST, ENTERED},
}


def main_of(answer: TestResponse) -> str:
    """Return what stands between the bars: the bar names the reader too."""
    text = answer.get_data(as_text=True)
    return text[text.index("<main") : text.index("</main>")]


def mails(app: Flask) -> list[EmailMessage]:
    work(app)
    found: list[EmailMessage] = app.extensions["mail_transport"].messages()
    return found


@pytest.mark.slow
@pytest.mark.parametrize("slug", [OPEN, REQUEST, PRIVATE])
@pytest.mark.parametrize("page", ["", "/membres"])
def test_space_opens_to_its_readers_only(app: Flask, cast: Cast, slug: str, page: str) -> None:
    for email in EVERYBODY:
        status = Browser(app, email).get(f"/espaces/{slug}{page}").status_code
        announced = slug == REQUEST and email in {MEMBER, OUTSIDER, ADMIN, REFERENT}
        assert status == (200 if email in PEOPLE[slug] else 403 if announced else 404), email


def test_stranger_is_sent_to_the_sign_in_page_whatever_the_space(app: Flask, cast: Cast) -> None:
    for slug in (OPEN, REQUEST, PRIVATE, "no-such-space", "%00", "a" * 500):
        for page in ("", "/membres", "/quitter"):
            answer = Browser(app).get(f"/espaces/{slug}{page}")
            assert answer.status_code == 302, slug
            assert answer.headers["Location"].startswith("/connexion?next="), slug


@pytest.mark.parametrize("page", ["", "/membres", "/quitter", "/nowhere"])
def test_private_space_answers_like_one_that_never_existed(app: Flask, cast: Cast, page: str) -> None:
    for email in (OUTSIDER, ADMIN, GUEST, EXPIRED_GUEST):
        browser = Browser(app, email)
        hidden, unknown = browser.get(f"/espaces/{PRIVATE}{page}"), browser.get(f"/espaces/no-such-space{page}")
        assert (hidden.status_code, unknown.status_code) == (404, 404)
        assert CHANGING.sub("", hidden.text).replace(PRIVATE, "SLUG") == CHANGING.sub("", unknown.text).replace(
            "no-such-space", "SLUG"
        )
        unstable = {"X-Request-Id", "Date", "Content-Length"}
        assert {k: v for k, v in hidden.headers if k not in unstable} == {
            k: v for k, v in unknown.headers if k not in unstable
        }


@pytest.mark.parametrize("action", ["rejoindre", "demander", "quitter"])
def test_private_space_takes_no_post_from_outside(app: Flask, cast: Cast, action: str) -> None:
    for email in (OUTSIDER, ADMIN, GUEST):
        assert Browser(app, email).post(f"/espaces/{PRIVATE}/{action}").status_code == 404


@pytest.mark.parametrize("slug", ["%00", "a%00b", "é", "%ED%A0%80", "..", "A", "a" * 5000, "' OR 1=1"])
def test_odd_slugs_are_not_found(app: Flask, cast: Cast, slug: str) -> None:
    assert Browser(app, MEMBER).get(f"/espaces/{slug}").status_code == 404


def test_deleted_space_is_gone_for_its_own_people(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        space = space_by_slug(OPEN)
        assert space is not None
        space.deleted_at = now()
    assert Browser(app, FACILITATOR).get(f"/espaces/{OPEN}").status_code == 404


def test_request_space_reveals_its_name_and_purpose_and_nothing_else(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction() as session:
        space = space_by_slug(REQUEST)
        assert space is not None
        space.summary, space.purpose_html, space.partner = "Bars et riverains.", "<p>Objectif interne</p>", "Syndicat"
        session.add(Thread(title="Titre confidentiel", space_id=space.id, author_id=cast.people[FACILITATOR]))
    outsider = Browser(app, OUTSIDER)
    for page in (f"/espaces/{REQUEST}", "/espaces", f"/espaces/{REQUEST}/membres"):
        text = outsider.get(page).text
        assert "Vie nocturne" in text
        for secret in ("Titre confidentiel", "Faustine", "Castelmaure", "Objectif interne", "Syndicat"):
            assert secret not in text, page
    refused = outsider.get(f"/espaces/{REQUEST}").text
    assert "Cette page est réservée à l’espace «\u00a0Vie nocturne\u00a0»" in refused
    assert "Bars et riverains." in refused
    listed = outsider.get("/espaces").text
    line = listed[listed.index("Vie nocturne") :][:700]
    assert "participant" not in line


def test_guest_is_listed_their_spaces_only(app: Flask, cast: Cast) -> None:
    text = Browser(app, GUEST).get("/espaces").text
    assert "Atelier ouvert" in text
    assert "Vie nocturne" not in text
    assert "Cercle fermé" not in text


def test_list_shows_mine_before_the_others(app: Flask, cast: Cast) -> None:
    text = Browser(app, MEMBER).get("/espaces").text
    assert text.index("Cercle fermé") < text.index("Autres espaces du réseau") < text.index("Vie nocturne")
    assert "Cercle fermé" not in Browser(app, OUTSIDER).get("/espaces").text


def test_members_stand_with_role_and_city_and_guests_are_marked(app: Flask, cast: Cast) -> None:
    text = main_of(Browser(app, GUEST).get(f"/espaces/{OPEN}/membres"))
    assert text.index("Faustine Delmas") < text.index("Malik Benali") < text.index("Gaspard Roy")
    assert "Coordonnateur du CLSPD, Port-Elvain" in text
    assert "Chargé de mission, Ville-Invitée, invité" in text
    for outside in ("Odile", "Georgia", "Ada"):
        assert outside not in text


def test_closed_accounts_and_ended_accesses_are_not_listed(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        member = db.session.get(User, cast.people[MEMBER])
        assert member is not None
        member.disabled_at = now()
    text = Browser(app, FACILITATOR).get(f"/espaces/{PRIVATE}/membres").text
    assert "Malik" not in text
    assert "Émile" not in text
    assert "2 participants" in text


def test_tabs_stand_in_their_order_and_only_one_is_current(app: Flask, cast: Cast) -> None:
    text = Browser(app, MEMBER).get(f"/espaces/{OPEN}/membres").text
    tabs = text[text.index('class="space-tabs"') :]
    tabs = tabs[: tabs.index("</nav>")]
    assert tabs.index("Vue d’ensemble") < tabs.index("Membres")
    assert tabs.count("aria-current") == 1


def test_member_joins_reads_and_leaves_an_open_space(app: Flask, cast: Cast) -> None:
    browser = Browser(app, OUTSIDER)
    assert "Rejoindre l’espace" in browser.get(f"/espaces/{OPEN}").text
    for _ in range(2):
        answer = browser.post(f"/espaces/{OPEN}/rejoindre")
        assert answer.headers["Location"] == f"/espaces/{OPEN}"
    page = browser.get(f"/espaces/{OPEN}").text
    assert "Vous participez maintenant à" in page
    assert "Rejoindre l’espace" not in page
    assert "Odile Kervella" in main_of(browser.get(f"/espaces/{OPEN}/membres"))
    assert "Vous pourrez toujours lire cet espace" in browser.get(f"/espaces/{OPEN}/quitter").text
    assert browser.post(f"/espaces/{OPEN}/quitter").headers["Location"] == "/espaces"
    assert "Odile Kervella" not in main_of(browser.get(f"/espaces/{OPEN}/membres"))


def test_leaving_keeps_what_was_written(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction() as session:
        session.add(Thread(title="Ma question", space_id=cast.spaces[OPEN], author_id=cast.people[MEMBER]))
    Browser(app, MEMBER).post(f"/espaces/{OPEN}/quitter")
    with app.app_context():
        assert db.session.scalars(select(Thread.author_id)).all() == [cast.people[MEMBER]]


def test_leaving_a_private_space_closes_it_at_once(app: Flask, cast: Cast) -> None:
    browser = Browser(app, MEMBER)
    assert "n’y reviendrez que sur invitation" in browser.get(f"/espaces/{PRIVATE}/quitter").text
    assert browser.post(f"/espaces/{PRIVATE}/quitter").headers["Location"] == "/"
    assert browser.get(f"/espaces/{PRIVATE}").status_code == 404


def test_last_facilitator_is_told_why_they_cannot_leave(app: Flask, cast: Cast) -> None:
    answer = Browser(app, FACILITATOR).post(f"/espaces/{OPEN}/quitter")
    assert answer.status_code == 409
    assert "Confiez d’abord l’animation" in answer.text


def test_guest_can_leave_but_not_join_nor_ask(app: Flask, cast: Cast) -> None:
    browser = Browser(app, GUEST)
    assert browser.post(f"/espaces/{OPEN}/rejoindre").status_code == 404
    assert browser.post(f"/espaces/{OPEN}/demander").status_code == 404
    assert browser.post(f"/espaces/{OPEN}/quitter").status_code == 302
    assert browser.get(f"/espaces/{OPEN}").status_code == 404


def test_request_is_mailed_once_to_those_who_run_the_space(app: Flask, cast: Cast) -> None:
    browser = Browser(app, OUTSIDER)
    assert f'href="/espaces/{REQUEST}/demander"' in browser.get(f"/espaces/{REQUEST}").text
    for _ in range(2):
        assert browser.post(f"/espaces/{REQUEST}/demander").headers["Location"] == "/espaces"
    assert "Demande envoyée" in browser.get("/espaces").text
    assert "Votre demande d’accès est envoyée" in browser.get(f"/espaces/{REQUEST}").text
    with app.app_context():
        assert len(db.session.scalars(select(JoinRequest)).all()) == 1
    sent = mails(app)
    assert [one["To"] for one in sent] == [FACILITATOR]
    assert "Odile Kervella demande à participer" in sent[0]["Subject"]
    body = sent[0].get_body(("plain",))
    assert body is not None
    assert "Odile Kervella (Maire, Lanvallec)" in body.get_content()
    assert f"http://127.0.0.1:8000/espaces/{REQUEST}/membres" in body.get_content()


@pytest.mark.parametrize(
    ("policy", "archived", "words", "button"),
    [
        ("request", False, "", "Demander l’accès"),
        ("free", False, "", "Rejoindre l’espace"),
        ("invitation", False, "On n’entre dans cet espace que sur invitation.", ""),
        ("request", True, "L’espace est archivé\u00a0: personne n’y entre plus.", ""),
    ],
)
def test_closed_door_offers_only_the_way_in_there_is(
    app: Flask, cast: Cast, policy: str, words: str, button: str, *, archived: bool
) -> None:
    with app.app_context(), transaction():
        space = space_by_slug(REQUEST)
        assert space is not None
        space.join_policy, space.archived_at = policy, now() if archived else None
    browser = Browser(app, OUTSIDER)
    page = browser.get(f"/espaces/{REQUEST}").text
    assert words in page
    assert ("/demander" in page, button in page) == (bool(button), True)
    assert browser.get(f"/espaces/{REQUEST}/demander").status_code == (200 if button else 403)


def test_request_of_a_space_nobody_runs_goes_to_the_contact_of_the_site(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        create_space("Sans animation", visibility=Visibility.REQUEST, join_policy="request")
    Browser(app, MEMBER).post("/espaces/sans-animation/demander")
    assert [one["To"] for one in mails(app)] == [app.config["SETTINGS"].contact]


def test_archived_space_is_read_and_says_so(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        space = space_by_slug(OPEN)
        assert space is not None
        space.archived_at = now()
    browser = Browser(app, OUTSIDER)
    page = browser.get(f"/espaces/{OPEN}").text
    assert "Archivé" in page
    assert "Rejoindre l’espace" not in page
    assert browser.post(f"/espaces/{OPEN}/rejoindre").status_code == 409


def test_names_are_shown_as_text(app: Flask, cast: Cast) -> None:
    hostile = "<script>alert(1)</script> \u202e" + "é" * 200
    with app.app_context(), transaction():
        space = create_space(hostile, summary="<img src=x>", purpose="<b onclick=x>gras</b>", partner="<i>")
    for page in ("/espaces", f"/espaces/{space.slug}", f"/espaces/{space.slug}/membres"):
        text = Browser(app, MEMBER).get(page).text
        assert "<script>alert" not in text
        assert "<img src=x>" not in text
        assert "<b onclick" not in text


def _more_of_everything(app: Flask, many: int) -> None:
    with app.app_context(), transaction():
        target = db.session.scalars(select(Space).where(Space.slug == OPEN)).one()
        for number in range(many):
            town = create_organisation(f"Ville {many}-{number}")
            someone = create_user(f"p{many}-{number}@example.org", f"Personne {number}", organisation=town)
            add_member(target, someone)
            space = create_space(f"Groupe {many}-{number}")
            add_member(space, someone)
            member = db.session.scalars(select(User).where(User.email == MEMBER)).one()
            add_member(space, member)


@pytest.mark.parametrize("page", ["/espaces", f"/espaces/{OPEN}", f"/espaces/{OPEN}/membres", "/"])
def test_number_of_statements_does_not_grow_with_rows(app: Flask, cast: Cast, page: str) -> None:
    browser = Browser(app, MEMBER)
    counts: list[Any] = []
    for many in (1, 3):
        _more_of_everything(app, many)
        browser.get(page)
        with CountedStatements(app) as counted:
            assert browser.get(page).status_code == 200
        counts.append(len(counted))
    assert counts[0] == counts[1], counts
    assert counts[0] <= 16


def at_once(*calls: Callable[[], TestResponse]) -> list[int]:
    """Send several requests at the same moment; return their statuses."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return [answer.status_code for answer in pool.map(lambda call: call(), calls)]


def test_joining_from_several_tabs_at_once_joins_once(app: Flask, cast: Cast) -> None:
    tabs = [Browser(app, OUTSIDER)]
    tabs[0].get("/")
    secret = tabs[0].client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert secret is not None
    for _ in range(3):
        tab = Browser(app)
        tab.client.set_cookie(app.config["SESSION_COOKIE_NAME"], secret.value)
        tab.token = tabs[0].token
        tabs.append(tab)
    assert at_once(*(lambda tab=tab: tab.post(f"/espaces/{OPEN}/rejoindre") for tab in tabs)) == [302] * 4
    with app.app_context():
        theirs = select(Membership).where(Membership.user_id == cast.people[OUTSIDER])
        assert len(db.session.scalars(theirs).all()) == 1


def test_two_last_facilitators_leaving_at_once_leave_one(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        space = space_by_slug(OPEN)
        assert space is not None
        add_member(space, loaded(MEMBER), role=Role.FACILITATOR)
    both = [Browser(app, FACILITATOR), Browser(app, MEMBER)]
    for one in both:
        one.get("/")
    statuses = at_once(*(lambda one=one: one.post(f"/espaces/{OPEN}/quitter") for one in both))
    assert sorted(statuses) == [302, 409]


@pytest.mark.parametrize(
    ("email", "slug", "tabs"),
    [
        (FACILITATOR, OPEN, ["reglages", "journal"]),
        (FACILITATOR, PRIVATE, ["reglages", "journal"]),
        (MEMBER, PRIVATE, []),
        (GUEST, OPEN, []),
        (ADMIN, OPEN, ["reglages"]),
        (ENTERED, PRIVATE, ["reglages"]),
    ],
)
def test_settings_and_journal_have_their_tabs_for_those_who_open_them(
    app: Flask, cast: Cast, email: str, slug: str, tabs: list[str]
) -> None:
    browser = Browser(app, email)
    front = browser.get(f"/espaces/{slug}").text
    assert [one for one in ("reglages", "journal") if f'href="/espaces/{slug}/{one}"' in front] == tabs
    for one in tabs:
        here = f"/espaces/{slug}/{one}"
        assert f'href="{here}" aria-current="page"' in browser.get(here).text


def test_space_that_takes_no_requests_does_not_say_so(app: Flask, cast: Cast) -> None:
    assert "Accès sur demande" in Browser(app, OUTSIDER).get("/espaces").text
    with app.app_context(), transaction():
        space_by_slug(REQUEST).join_policy = JoinPolicy.INVITATION  # type: ignore[union-attr]
    page = Browser(app, OUTSIDER).get("/espaces").text
    assert ("Accès sur invitation" in page, "Accès sur demande" in page) == (True, False)
