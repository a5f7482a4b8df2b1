"""Before one publishes, the page says how many guests will read; « invité » stands beside their name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.clock import now
from app.core.db import transaction
from app.discussions.models import Post
from app.discussions.operations import comment, start_thread
from app.extensions import db
from app.library.operations import ResourceDetails, share_resource
from app.spaces.operations import add_member
from tests.people import CLOSED_GUEST, FACILITATOR, GUEST, OPEN, PRIVATE, REQUEST, Cast
from tests.spaces.invitations.post import space
from tests.support import Browser, loaded

ONE, TWO = "1 invité lira ce message", "2 invités liront ce message"


@pytest.fixture
def pages(app: Flask, cast: Cast) -> dict[str, list[str]]:
    """The pages with a composer, in each space."""
    with app.app_context(), transaction():
        return {slug: _pages(slug) for slug in (OPEN, PRIVATE, REQUEST)}


def _pages(slug: str) -> list[str]:
    here, author = space(slug), loaded(FACILITATOR)
    thread = start_thread(author, here, "Une question", "Bonjour.")
    resource = share_resource(author, here, ResourceDetails.of(kind="report", title="Un titre"))
    remark = comment(author, resource, "Un commentaire.")
    first = db.session.scalars(select(Post.public_id).where(Post.thread_id == thread.id)).one()
    return [
        f"/espaces/{slug}/discussions/nouvelle",
        f"/discussions/{thread.public_id}-une-question",
        f"/ressources/{resource.public_id}-un-titre",
        f"/discussions/messages/{first}/modifier",
        f"/discussions/messages/{remark.public_id}/modifier",
    ]


@pytest.mark.slow
def test_composers_say_how_many_guests_read(app: Flask, pages: dict[str, list[str]]) -> None:
    with app.app_context(), transaction():
        add_member(space(PRIVATE), loaded(GUEST), expires_at=now() + timedelta(days=3))
    here = Browser(app, FACILITATOR)
    for slug, said in ((OPEN, ONE), (PRIVATE, TWO)):
        for path in pages[slug]:
            assert said in here.get(path, follow_redirects=True).text, path
    for path in pages[REQUEST]:
        answer = here.get(path, follow_redirects=True).text
        assert "lira ce message" not in answer
        assert "liront ce message" not in answer


def test_guest_who_writes_is_not_counted_among_the_readers(app: Flask, pages: dict[str, list[str]]) -> None:
    guest, thread = Browser(app, CLOSED_GUEST), pages[PRIVATE][1]
    assert "lira ce message" not in guest.get(thread).text
    with app.app_context(), transaction():
        add_member(space(PRIVATE), loaded(GUEST), expires_at=now() + timedelta(days=3))
    assert ONE in guest.get(thread).text


def test_form_of_a_resource_counts_guests_among_the_readers(app: Flask, cast: Cast) -> None:
    here = Browser(app, FACILITATOR)
    assert "dont 1 invité" in here.get(f"/espaces/{PRIVATE}/ressources/nouvelle").text
    assert "dont" not in here.get(f"/espaces/{REQUEST}/ressources/nouvelle").text.split('id="sharing"')[1]


def test_guest_is_called_so_beside_what_they_write(app: Flask, pages: dict[str, list[str]]) -> None:
    guest = Browser(app, CLOSED_GUEST)
    thread = pages[PRIVATE][1]
    guest.get(thread)
    assert guest.post(f"{thread.removesuffix('-une-question')}/reponses", {"body": "Bonjour à tous."}).status_code < 400
    for path in (thread, f"/espaces/{PRIVATE}/membres", f"/espaces/{PRIVATE}/discussions"):
        page = Browser(app, FACILITATOR).get(path, follow_redirects=True).text
        assert "Georgia Blanc" not in page or "invité" in page[page.index("Georgia Blanc") :], path


def test_guest_is_called_so_on_the_page_of_what_they_share(app: Flask, cast: Cast) -> None:
    with app.app_context(), transaction():
        resource = share_resource(loaded(GUEST), space(OPEN), ResourceDetails.of(kind="report", title="Un titre"))
        name, page = loaded(GUEST).name, f"/ressources/{resource.public_id}"
    said = Browser(app, FACILITATOR).get(page, follow_redirects=True).text.replace("</a>", "")
    assert f"{name} (invité) le" in said, "the line under the title"
    assert f"{name}, invité" in said, "« Partagé par »"
