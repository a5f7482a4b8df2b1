"""A press article comes by its address: fetched behind, checked by the person, found by its words, shown by right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.audit import AuditEntry
from app.core.clock import now, set_clock
from app.extensions import db
from app.library.collecting import operations
from app.library.collecting.models import FetchedPage
from app.library.models import Resource
from app.spaces.models import Membership, Space
from config import Settings
from tests.library.collecting.elsewhere import elsewhere
from tests.library.shelves import pdf, shared
from tests.people import FACILITATOR, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import Browser, loaded, work

HERE = f"/espaces/{OPEN}/ressources/article"
FORM = f"/espaces/{OPEN}/ressources/nouvelle"


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    """Another site, on this machine."""
    with elsewhere(pdf("Charte de la nuit")) as one:
        yield one


@pytest.fixture
def site(server: Any, app: Flask, cast: Cast, _empty_index: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """The other site, which this one may ask though it is no public one; its address."""
    where = f"127.0.0.1:{server.server_port}"
    monkeypatch.setitem(app.config, "FETCHING", {"trusted": (where,)})
    allow(app, monkeypatch, "1")
    return f"http://{where}"


def allow(app: Flask, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    settings = app.config["SETTINGS"]
    monkeypatch.setitem(
        app.config,
        "SETTINGS",
        Settings(instance=settings.instance, database_url=settings.database_url, fetch_pages=word),
    )


def fetched(app: Flask, browser: Browser, address: str) -> str:
    """Ask for an address, let the work be done, and return the form."""
    there = browser.post(HERE, {"address": address}).headers["Location"]
    assert "data-poll-url" in browser.get(there).get_data(as_text=True)
    work(app)
    assert "Voir le formulaire" in browser.get(f"{there}/etat").get_data(as_text=True)
    return browser.get(browser.get(there).headers["Location"]).get_data(as_text=True)


def publish(browser: Browser, **more: str) -> Any:
    typed = {"kind": "press", "title": "La nuit apaisée", "outlet": "La Voix", "audience": "space"}
    return browser.post(FORM, {**typed, **more})


def found_by(app: Flask, person: str, words: str) -> bool:
    return "La nuit apaisée" in Browser(app, person).get(f"/recherche?q={words}").get_data(as_text=True)


@pytest.mark.slow
def test_article_fills_the_form_and_its_words_are_found_and_shown_by_right_only(app: Flask, site: str) -> None:
    browser = Browser(app, MEMBER)
    page = fetched(app, browser, f"{site}/article")
    for words in ("La nuit apaisée &amp; après", "Inès Duroc, Paul Réau", "2021-06-30", "Proposé d", "127.0.0.1"):
        assert words in page, words
    assert "riverains dorment" in page
    address = f"{site}/2021/nuit?id=7"
    gone = publish(browser, address=address).headers["Location"]
    work(app)
    assert found_by(app, MEMBER, "tintamarre")
    assert "tintamarre" not in browser.get(gone).get_data(as_text=True)
    with app.app_context():
        resource = db.session.scalars(select(Resource)).one()
        change = f"/ressources/{resource.public_id}/modifier"
        assert db.session.scalars(select(AuditEntry.detail).where(AuditEntry.action == "library.page_asked")).all() == [
            {"site": "127.0.0.1"}
        ]
    browser.post(change, {"kind": "press", "title": "La nuit apaisée", "outlet": "La Voix", "address": address,
                          "rights": "granted", "audience": "space", "seen_version": "1"})  # fmt: skip
    assert "tintamarre" in browser.get(gone).get_data(as_text=True)
    again = fetched(app, browser, f"{site}/moved")
    assert f'Déjà dans la bibliothèque : <a href="{gone}">' in again.replace("\u00a0", " ")
    browser.post(change, {"kind": "press", "title": "La nuit apaisée", "outlet": "La Voix", "audience": "space",
                          "address": f"{site}/autre", "seen_version": "2"})  # fmt: skip
    work(app)
    assert not found_by(app, MEMBER, "tintamarre")


@pytest.mark.slow
def test_double_in_a_closed_space_is_not_told(app: Flask, site: str) -> None:
    shared(app, "Secret", kind="press", space=PRIVATE, fields={"outlet": "X", "address": f"{site}/2021/nuit?id=7"})
    with app.app_context():
        place = db.session.scalars(select(Space).where(Space.slug == PRIVATE)).one()
        mine = (Membership.space_id == place.id) & (Membership.user_id == loaded(MEMBER).id)
        db.session.delete(db.session.scalars(select(Membership).where(mine)).one())
        db.session.commit()
    assert "Secret" not in fetched(app, Browser(app, MEMBER), f"{site}/article")
    assert "Secret" in fetched(app, Browser(app, FACILITATOR), f"{site}/article")


def test_what_was_typed_stays_and_the_page_may_be_left_aside(app: Flask, site: str) -> None:
    browser = Browser(app, MEMBER)
    browser.post(f"{FORM}/brouillon", {"title": "Mon titre", "kind": "press"})
    page = fetched(app, browser, f"{site}/article")
    assert 'value="Mon titre"' in page
    assert 'data-take-into="title"' in page
    left = browser.post(FORM, {"kind": "press", "title": "Mon titre", "ecarter": "1"}).get_data(as_text=True)
    assert "data-take-into" not in left
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(FetchedPage)) == 0


@pytest.mark.slow
def test_document_at_the_address_is_joined_and_a_false_one_is_not(app: Flask, site: str) -> None:
    browser = Browser(app, MEMBER)
    assert "pdf.pdf" in fetched(app, browser, f"{site}/pdf")
    page = fetched(app, browser, f"{site}/lying_pdf")
    assert "Joignez-le vous-même" in page
    assert f'value="{site}/lying_pdf"' in page


def test_failure_is_told_in_words_and_the_form_goes_on_by_hand(app: Flask, site: str) -> None:
    member = Browser(app, MEMBER)
    waiting = member.post(f"/espaces/{OPEN}/ressources/article", {"address": f"{site}/inward"}).headers["Location"]
    work(app)
    assert "publique" in member.get(f"{waiting}/etat").text
    page = fetched(app, member, f"{site}/inward")
    assert "Remplissez le formulaire à la main" in page
    assert f'value="{site}/inward"' in page
    assert "publique" in page


def test_site_that_may_not_fetch_says_so_and_asks_nobody(
    app: Flask, server: Any, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(app, monkeypatch, "0")
    server.heard.clear()
    browser = Browser(app, MEMBER)
    assert "à la main" in browser.get(HERE).get_data(as_text=True)
    there = browser.post(HERE, {"address": f"{site}/article"}).headers["Location"]
    page = browser.get(browser.get(there).headers["Location"]).get_data(as_text=True)
    assert "administration" in page
    assert f'value="{site}/article"' in page
    assert (work(app), server.heard) == (0, [])


@pytest.mark.parametrize("address", ["", "pas une adresse", "file:///etc/passwd", "javascript:alert(1)", "http://a"])
def test_what_is_no_address_is_refused_beside_the_field(app: Flask, site: str, address: str) -> None:
    answer = Browser(app, MEMBER).post(HERE, {"address": address})
    assert (answer.status_code, 'aria-invalid="true"' in answer.get_data(as_text=True)) == (422, True)


def test_page_fetched_is_its_owner_s_alone_and_forgotten_when_left(app: Flask, site: str) -> None:
    there = Browser(app, MEMBER).post(HERE, {"address": f"{site}/article"}).headers["Location"]
    for person, status in ((FACILITATOR, 404), (OUTSIDER, 403)):
        other = Browser(app, person)
        assert [other.get(there).status_code, other.get(f"{there}/etat").status_code] == [status, status]
    work(app)
    moment = now()
    set_clock(lambda: moment + operations.KEPT * 2)
    with app.app_context():
        operations.forget_old()
        db.session.commit()
        assert db.session.scalar(select(func.count()).select_from(FetchedPage)) == 0
