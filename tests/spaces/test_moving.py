"""Moving what a space holds: who may, what is said first, and that old addresses forget who may not read any more."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.audit import AuditEntry
from app.core.db import transaction
from app.core.revisions import revisions_of
from app.discussions.models import Thread
from app.discussions.operations import comment, reply, start_thread
from app.extensions import db
from app.library.models import Resource, Shelf
from app.library.operations import ResourceDetails, share_resource
from app.library.receiving import receive
from app.spaces.models import Role
from app.spaces.operations import add_member
from tests.library.shelves import pdf
from tests.people import ADMIN, ENTERED, FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, REQUEST, Cast
from tests.support import Browser, loaded, space_called, work

ECHO = re.compile(r"zibeline|zzzzzzzz|csrf_token[^>]*>|Numéro de la demande[^<]*")


@pytest.fixture
def moved(app: Flask, cast: Cast, furnish: Callable[..., Any]) -> dict[str, str]:
    """A resource with a file and a comment, and a discussion with a card of it, in the open space; all indexed."""
    names: dict[str, str] = furnish("moved", _told, worked=True)
    with app.app_context():
        about = db.session.scalars(select(Thread.public_id).where(Thread.subject_id.is_not(None))).one()
    return names | {"about": about}


def _told() -> dict[str, str]:
    file = receive(io.BytesIO(pdf("zibeline")), "zibeline.pdf")
    with transaction():
        space, by = space_called(OPEN), loaded(FACILITATOR)
        details = ResourceDetails.of(kind="report", title="Rapport zibeline", summary="Une zibeline.")
        resource = share_resource(by, space, details, files=[file])
        comment(by, resource, "Le commentaire zibeline.")
        thread = start_thread(by, space, "Question zibeline", f"Voir [[resource:{resource.public_id}]] zibeline.")
        other = start_thread(by, space, "Autre fil", f"Voir [[resource:{resource.public_id}]].")
        return {
            "resource": resource.public_id,
            "file": resource.attachments[0].current.public_id,
            "thread": thread.public_id,
            "other": other.public_id,
        }


def _addresses(names: dict[str, str]) -> list[str]:
    file, resource = f"/fichiers/{names['file']}", f"/ressources/{names['resource']}"
    return [
        f"{resource}-rapport-zibeline",
        f"{resource}-rapport-zibeline?page=1&vue=texte",
        f"{resource}/commentaires",
        f"{file}/zibeline.pdf",
        f"{file}/pages/1-160.webp",
        f"{file}/pages/1-1000.webp",
        f"{file}/pages/1/etat",
        f"{file}/etat",
        f"/discussions/{names['about']}-rapport-zibeline",
        f"/discussions/{names['thread']}-question-zibeline",
    ]


def _status(browser: Browser, path: str) -> int:
    return browser.get(path, follow_redirects=True).status_code


def _search(browser: Browser, word: str) -> str:
    return ECHO.sub("", browser.get(f"/recherche?q={word}").get_data(as_text=True))


def _move(browser: Browser, names: dict[str, str], target: str, **more: str) -> list[int]:
    sent = {"vers": target, **more}
    moves = (f"/ressources/{names['resource']}/deplacer", f"/discussions/{names['thread']}/deplacer")
    return [browser.post(path, sent).status_code for path in moves]


@pytest.mark.slow
def test_moved_to_a_stricter_space_all_is_closed_at_once(app: Flask, moved: dict[str, str]) -> None:
    outsider, member = Browser(app, OUTSIDER), Browser(app, MEMBER)
    assert [_status(outsider, path) for path in _addresses(moved)] == [200] * 10
    assert "Rapport zibeline" in outsider.get("/recherche?q=zibeline").text
    assert _move(Browser(app, FACILITATOR), moved, PRIVATE) == [302, 302]
    for _before_and_after_the_worker in range(2):
        assert [_status(outsider, path) for path in _addresses(moved)] == [404] * 10
        assert _search(outsider, "zibeline") == _search(outsider, "zzzzzzzz")
        for path in (
            "/",
            "/ressources",
            f"/espaces/{OPEN}",
            f"/espaces/{OPEN}/ressources",
            f"/espaces/{OPEN}/discussions",
        ):
            assert "zibeline" not in outsider.get(path).text, path
        assert "zibeline" not in outsider.get(f"/discussions/{moved['other']}", follow_redirects=True).text
        assert [_status(member, path) for path in _addresses(moved)] == [200] * 10
        assert "Rapport zibeline" in member.get("/recherche?q=zibeline").text
        work(app)


@pytest.mark.slow
def test_moved_back_to_an_open_space_all_is_read_again(app: Flask, moved: dict[str, str]) -> None:
    facilitator, outsider = Browser(app, FACILITATOR), Browser(app, OUTSIDER)
    _move(facilitator, moved, PRIVATE)
    work(app)
    assert _move(facilitator, moved, OPEN) == [302, 302]
    assert [_status(outsider, path) for path in _addresses(moved)] == [200] * 10
    assert "Rapport zibeline" in outsider.get("/recherche?q=zibeline").text


@pytest.mark.slow
def test_moved_to_a_space_on_request_only_its_name_is_told(app: Flask, moved: dict[str, str]) -> None:
    _move(Browser(app, FACILITATOR), moved, REQUEST)
    outsider = Browser(app, OUTSIDER)
    for path in _addresses(moved):
        answer = outsider.get(path)
        assert answer.status_code == 403, path
        assert "Vie nocturne" in answer.text
    for path in _addresses(moved):
        assert _status(Browser(app, GUEST), path) == 404, path


def test_who_will_read_is_said_first(app: Flask, moved: dict[str, str]) -> None:
    browser, path = Browser(app, FACILITATOR), f"/ressources/{moved['resource']}/deplacer"
    assert "Cercle fermé" in browser.get(path).text
    said = browser.get(f"{path}?vers={PRIVATE}").text.replace("\xa0", " ")
    assert "5 personnes ne pourront plus la lire" in said  # four members outside and a guest
    assert "1 personne de plus pourra la lire" in said  # the guest of the private space
    assert browser.post(path, {"vers": "no-such-space"}).status_code == 422
    assert browser.post(path, {"vers": OPEN}).status_code == 422


def test_only_who_moderates_the_home_and_writes_in_the_target_moves(app: Flask, moved: dict[str, str]) -> None:
    for email in (MEMBER, OUTSIDER, GUEST):
        assert _move(Browser(app, email), moved, PRIVATE) == [403, 403], email
    for email in (ADMIN, ENTERED):  # they moderate the open space, and write in no other
        assert _move(Browser(app, email), moved, PRIVATE) == [422, 422], email
    with app.app_context():
        assert db.session.scalars(select(Resource.space_id)).one() == space_called(OPEN).id


def test_network_resource_is_kept_for_the_network_only_when_asked(app: Flask, moved: dict[str, str]) -> None:
    with app.app_context(), transaction():
        resource = db.session.scalars(select(Resource)).one()
        resource.audience = "network"
    facilitator, outsider = Browser(app, FACILITATOR), Browser(app, OUTSIDER)
    path, address = f"/ressources/{moved['resource']}/deplacer", _addresses(moved)[0]
    facilitator.post(path, {"vers": PRIVATE, "lecteurs": "network"})
    page = outsider.get(address)
    assert page.status_code == 200
    assert "Cercle fermé" not in page.text
    facilitator.post(path, {"vers": OPEN, "lecteurs": "network"})
    facilitator.post(path, {"vers": PRIVATE})
    assert outsider.get(address).status_code == 404


def test_discussion_of_a_resource_moves_with_it_and_not_alone(app: Flask, moved: dict[str, str]) -> None:
    browser = Browser(app, FACILITATOR)
    assert browser.post(f"/discussions/{moved['about']}/deplacer", {"vers": PRIVATE}).status_code == 403
    _move(browser, moved, PRIVATE)
    with app.app_context():
        homes = set(db.session.scalars(select(Thread.space_id).where(Thread.public_id != moved["other"])))
        assert homes == {space_called(PRIVATE).id}


def test_history_and_journal_keep_where_it_was(app: Flask, moved: dict[str, str]) -> None:
    _move(Browser(app, FACILITATOR), moved, PRIVATE)
    with app.app_context():
        resource = db.session.scalars(select(Resource)).one()
        (kept,) = revisions_of(resource)
        assert kept.fields == {"space_id": space_called(OPEN).id, "audience": "space"}
        found = db.session.scalars(select(AuditEntry).where(AuditEntry.action.like("%.moved"))).all()
        assert {one.action for one in found} == {"resource.moved", "thread.moved"}
        assert all(one.detail["to_space"] == space_called(PRIVATE).id for one in found)


def test_shelf_of_the_new_home_is_not_needed_any_more(app: Flask, moved: dict[str, str]) -> None:
    with app.app_context(), transaction() as session:
        resource = session.scalars(select(Resource)).one()
        session.add(Shelf(space_id=space_called(PRIVATE).id, resource_id=resource.id))
    _move(Browser(app, FACILITATOR), moved, PRIVATE)
    with app.app_context():
        assert db.session.scalar(select(Shelf.id)) is None


def test_archived_or_reduced_spaces_receive_nothing(app: Flask, moved: dict[str, str]) -> None:
    with app.app_context(), transaction():
        space_called(PRIVATE).hidden_sections = ["library", "discussions"]
    browser = Browser(app, FACILITATOR)
    assert _move(browser, moved, PRIVATE) == [422, 422]
    assert "Cercle fermé" not in browser.get(f"/ressources/{moved['resource']}/deplacer").text


def test_moderator_of_one_space_only_sees_targets_they_write_in(app: Flask, moved: dict[str, str]) -> None:
    with app.app_context(), transaction():
        add_member(space_called(OPEN), loaded(OUTSIDER), role=Role.FACILITATOR)
    page = Browser(app, OUTSIDER).get(f"/discussions/{moved['thread']}/deplacer").text
    assert "Cercle fermé" not in page
    assert "Vie nocturne" not in page
    assert "Vous n’écrivez dans aucun autre espace" in page


def test_reply_goes_on_in_the_new_home(app: Flask, moved: dict[str, str]) -> None:
    _move(Browser(app, FACILITATOR), moved, PRIVATE)
    with app.app_context(), transaction():
        thread: Any = db.session.scalars(select(Thread).where(Thread.public_id == moved["thread"])).one()
        assert reply(loaded(MEMBER), thread, "Encore.").n == 2
