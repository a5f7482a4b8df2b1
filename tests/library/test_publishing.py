"""A resource is proposed where it is read first, published, sent back; archived, brought back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from app.core.db import transaction
from app.core.errors import EditConflictError, RefusedError
from app.core.mail import FolderTransport
from app.core.revisions import revisions_of
from app.discussions.operations import comment
from app.discussions.permissions import can_reply
from app.extensions import db
from app.library.counting import count_archived
from app.library.holdings import Holdings
from app.library.listing import WITH, Wanted, resources_visible_to
from app.library.models import Resource
from app.library.operations import ResourceDetails, edit_resource
from app.library.permissions import can_archive_resource, can_bring_back_resource, can_review_resource
from app.library.publishing import (
    archive_resource,
    bring_back_resource,
    publish_proposed,
    send_back,
    take_proposal_back,
)
from app.library.queries import proposals_in
from app.search.operations import find
from app.search.query import parse
from app.spaces.models import State
from app.spaces.queries import space_by_slug
from tests.library.shelves import pdf, share
from tests.people import ADMIN, ENTERED, EVERYBODY, FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import loaded, work

NEW = f"/espaces/{OPEN}/ressources/nouvelle"
QUEUE = f"/espaces/{OPEN}/ressources/a-relire"


@pytest.fixture(autouse=True)
def _reviewing(app: Flask, cast: Cast) -> None:
    """Every test has the cast, and spaces that read what is shared before it is out."""
    with app.app_context(), transaction():
        for slug in (OPEN, PRIVATE):
            space = space_by_slug(slug)
            assert space is not None
            space.reviews_resources = True


def mails(app: Flask) -> list[tuple[str, str, str]]:
    """Do the work that waits; return to whom mails went, their subject and text, the last first."""
    work(app)
    transport: FolderTransport = app.extensions["mail_transport"]
    found = transport.messages()
    return [(str(one["To"]), str(one["Subject"]), str(one.get_body(("plain",)).get_content())) for one in found]  # type: ignore[union-attr]


def plain(answer: Any) -> str:
    return str(answer.get_data(as_text=True)).replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


def test_member_proposes_facilitator_publishes_directly(context: Flask) -> None:
    proposed, direct = share("Proposée", by=MEMBER), share("Directe")
    assert (proposed.state, proposed.published_at, direct.state) == (State.DRAFT, None, State.PUBLISHED)
    assert [one.id for one in db.session.scalars(resources_visible_to(loaded(MEMBER)))] == [direct.id]
    space = proposed.space
    assert [one.title for one in proposals_in(space, loaded(FACILITATOR))] == ["Proposée"]
    assert proposals_in(space, loaded(MEMBER)) == []


@pytest.mark.every_case
@pytest.mark.parametrize("email", EVERYBODY)
def test_rules_answer_the_same_for_one_thing_and_as_sql(context: Flask, email: str) -> None:
    made = [share(by=MEMBER), share(by=MEMBER, space=PRIVATE), share(), share("Archivée")]
    with transaction():
        archive_resource(loaded(FACILITATOR), made[3])
    person = loaded(email)
    for rule in (can_review_resource, can_archive_resource, can_bring_back_resource):
        found = {one.id for one in db.session.scalars(db.select(Resource).where(rule.where(person)))}
        assert found == {one.id for one in made if rule(person, one)}


@pytest.mark.slow
def test_proposal_is_seen_by_its_author_and_those_who_run_the_space(app: Flask, browser: Any) -> None:
    with app.app_context():
        made = share("Mot secret", by=MEMBER, files=[(pdf("dedans"), "dedans.pdf")])
        public_id, version = made.public_id, made.attachments[0].current.public_id
    work(app)
    pages = (f"/ressources/{public_id}", f"/fichiers/{version}/dedans.pdf", f"/ressources/{public_id}/relecture")
    seen = {
        email: tuple(browser(email).get(page, follow_redirects=True).status_code for page in pages)
        for email in (MEMBER, FACILITATOR, ADMIN, OUTSIDER, GUEST)
    }
    assert seen == {
        MEMBER: (200, 200, 404),
        FACILITATOR: (200, 200, 200),
        ADMIN: (200, 200, 200),
        OUTSIDER: (404, 404, 404),
        GUEST: (404, 404, 404),
    }
    assert "1 ressource à relire" in plain(browser(FACILITATOR).get(f"/espaces/{OPEN}"))
    assert "à relire" not in plain(browser(MEMBER).get(f"/espaces/{OPEN}"))
    assert "Mot secret" in plain(browser(FACILITATOR).get(QUEUE))
    assert browser(MEMBER).get(QUEUE).status_code == 403


@pytest.mark.slow
def test_sent_back_with_words_completed_and_published_through_the_pages(app: Flask, browser: Any) -> None:
    member, facilitator = browser(MEMBER), browser(FACILITATOR)
    assert "Proposer à la publication" in plain(member.get(NEW))
    answer = member.post(NEW, {"kind": "report", "title": "Bilan du soir", "audience": "space"})
    page = answer.location
    assert "Ressource proposée" in plain(member.get(page, follow_redirects=True))
    with app.app_context():
        public_id = db.session.scalars(db.select(Resource.public_id)).one()
    review = f"/ressources/{public_id}/relecture"
    empty = facilitator.post(review, {"renvoyer": "1", "words": " "})
    assert (empty.status_code, "Dites ce qu'il manque" in plain(empty)) == (422, True)
    assert facilitator.post(review, {"renvoyer": "1", "words": "Il manque l'année."}).location == QUEUE
    sent = next(one for one in mails(app) if "Il manque l'année." in one[2])
    assert (sent[0], "Il manque l'année." in sent[2], f"/ressources/{public_id}/preparation" in sent[2]) == (
        MEMBER,
        True,
        True,
    )
    prepared = member.get(f"/ressources/{public_id}/preparation")
    assert "Il manque l'année." in plain(prepared)
    seen = re.search(r'name="seen_version"[^>]*value="(\d+)"', prepared.text)
    assert seen is not None
    again = {"kind": "report", "title": "Bilan du soir 2020", "audience": "space", "seen_version": seen[1]}
    assert member.post(f"/ressources/{public_id}/preparation", again).status_code == 302
    shown = facilitator.get(review)
    assert "Bilan du soir 2020" in plain(shown)
    seen = re.search(r'name="seen_version"[^>]*value="(\d+)"', shown.text)
    assert seen is not None
    stale = facilitator.post(review, {"seen_version": "1"})
    assert (stale.status_code, "Elle a changé" in plain(stale)) == (409, True)
    assert facilitator.post(review, {"seen_version": seen[1]}).status_code == 302
    assert member.get(f"/ressources/{public_id}-bilan-du-soir-2020").status_code == 200
    assert any("Bilan du soir 2020" in text and to == MEMBER for to, _subject, text in mails(app))
    history = plain(member.get(f"/ressources/{public_id}/historique"))
    assert re.search(r"Déposée par Malik Benali, publiée le .* par Faustine Delmas\.", history)


def test_history_names_once_who_published_their_own(app: Flask, browser: Any) -> None:
    with app.app_context():
        address = f"/ressources/{share('Directe').public_id}/historique"
    history = plain(browser(MEMBER).get(address))
    assert re.search(r"Publiée le .* par Faustine Delmas\.", history)
    assert "Déposée par" not in history


def test_those_who_run_the_space_are_mailed_once_until_nothing_waits(app: Flask) -> None:
    with app.app_context():
        share("Une", by=MEMBER, space=PRIVATE)
        share("Deux", by=MEMBER, space=PRIVATE)
    waiting = [one for one in mails(app) if one[1] == "Une ressource attend votre relecture"]
    assert [one[0] for one in waiting] == [FACILITATOR]


def test_author_takes_a_proposal_back_and_nobody_else(context: Flask) -> None:
    made = share(by=MEMBER)
    with pytest.raises(RefusedError), transaction():
        take_proposal_back(loaded(OUTSIDER), made)
    with transaction():
        take_proposal_back(loaded(MEMBER), made)
    with pytest.raises(RefusedError), transaction():
        publish_proposed(loaded(FACILITATOR), made, made.edit_version)
    with pytest.raises(RefusedError), transaction():
        send_back(loaded(FACILITATOR), made, "trop tard")


def test_what_was_changed_meanwhile_is_not_published_unread(context: Flask) -> None:
    made = share("Avant", by=MEMBER)
    with transaction():
        edit_resource(loaded(MEMBER), made, ResourceDetails.of(kind="report", title="Après", lang="fr"), 1)
    with pytest.raises(EditConflictError), transaction():
        publish_proposed(loaded(FACILITATOR), made, 1)
    with transaction():
        publish_proposed(loaded(FACILITATOR), made, 2)
    with transaction():  # a published resource is changed without being read again
        edit_resource(loaded(MEMBER), made, ResourceDetails.of(kind="report", title="Corrigé", lang="fr"), 3)
    assert (made.state, made.title) == (State.PUBLISHED, "Corrigé")


@pytest.mark.slow
@pytest.mark.usefixtures("_empty_index")
def test_archived_resource_is_read_found_marked_and_last(app: Flask, browser: Any) -> None:
    with app.app_context():
        made = share("Vieux zorglub", summary="Ancien")
        share("Autre")
        public_id, me = made.public_id, loaded(MEMBER)
    facilitator = browser(FACILITATOR)
    facilitator.get(f"/ressources/{public_id}-vieux-zorglub")
    assert facilitator.post(f"/ressources/{public_id}/archiver").status_code == 302
    work(app)
    page = plain(browser(MEMBER).get(f"/ressources/{public_id}-vieux-zorglub"))
    assert "Ressource archivée" in page
    refused = facilitator.get(f"/ressources/{public_id}/modifier")
    assert (refused.status_code, "Remettez-la en circulation" in refused.text) == (403, True)
    assert "archivée" not in browser(MEMBER).get(f"/ressources/{public_id}/modifier").text
    listed = plain(browser(MEMBER).get("/ressources"))
    assert ("Vieux zorglub" in listed, "Montrer aussi les archivées" in listed) == (False, True)
    shown = plain(browser(MEMBER).get("/ressources?archives=avec&tri=title"))
    assert shown.index("Autre</a>") < shown.index("Vieux zorglub</a>")
    with app.app_context():
        found = find(loaded(MEMBER), parse("zorglub").query)
        assert [one.card.meta[-1] for one in found.results] == ["archivée"]
        assert count_archived(Holdings(me), Wanted()) == 1
    assert facilitator.post(f"/ressources/{public_id}/remettre").status_code == 302
    assert "Vieux zorglub" in plain(browser(MEMBER).get("/ressources"))


def test_archived_resource_keeps_its_history_and_takes_no_comment(context: Flask) -> None:
    made, other = share(), share("Sans commentaire")
    with transaction():
        post = comment(loaded(MEMBER), made, "Premier.")
    with transaction():
        archive_resource(loaded(FACILITATOR), made)
        archive_resource(loaded(FACILITATOR), other)
    assert not can_reply(loaded(MEMBER), post.thread)
    with pytest.raises(RefusedError), transaction():
        comment(loaded(MEMBER), other, "Trop tard.")
    with pytest.raises(RefusedError), transaction():
        bring_back_resource(loaded(MEMBER), made)
    with transaction():
        bring_back_resource(loaded(FACILITATOR), made)
    assert [one.fields["state"] for one in revisions_of(made)] == ["published", "archived"]
    assert len(list(db.session.scalars(resources_visible_to(loaded(MEMBER), Wanted(archived=WITH))))) == 2


def test_setting_is_changed_by_those_who_run_the_space(app: Flask, browser: Any) -> None:
    page = f"/espaces/{OPEN}/reglages"
    with app.app_context():
        space = space_by_slug(OPEN)
        assert space is not None
        sent = {"name": space.name, "visibility": "open", "join_policy": "free", "seen_version": space.edit_version}
    sent |= {"sections": ["library", "discussions"]}
    assert browser(ENTERED).post(page, sent).status_code == 302
    with app.app_context():
        assert share("Libre", by=MEMBER).state == State.PUBLISHED
