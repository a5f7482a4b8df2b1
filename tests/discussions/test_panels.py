"""What discussions show on the pages of others: spaces, resources, home."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask_login import login_user

from app.core.clock import now
from app.core.db import transaction
from app.core.news import DISCUSSION
from app.core.slots import collect
from app.discussions import operations
from app.discussions.models import Post
from app.extensions import db
from app.library.models import Resource
from app.spaces.models import Audience
from tests.discussions.talk import answer, path, read, start
from tests.library.shelves import share
from tests.people import ADMIN, CLOSED_GUEST, FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, REQUEST
from tests.support import Browser, loaded

pytestmark = pytest.mark.usefixtures("cast")


def page(browser: Browser, url: str) -> str:
    """Return the text of a page with ordinary spaces."""
    answered = browser.get(url, follow_redirects=True)
    assert answered.status_code == 200
    return answered.get_data(as_text=True).replace("\u00a0", " ").replace("\u202f", " ")


def remark(resource: Resource, email: str, source: str) -> None:
    """Comment on a resource."""
    with transaction():
        operations.comment(loaded(email), resource, source)


def test_space_shows_its_discussions_and_their_number(app: Flask, browser: Any) -> None:
    with app.app_context():
        start(title="Une question d'ici")
        start(title="Une question d'ailleurs", slug=PRIVATE)
    front = page(browser(GUEST), f"/espaces/{OPEN}")
    assert "Discussions en cours" in front
    assert "Une question d’ici" in front
    assert "ailleurs" not in front.partition("<main")[2]
    assert 'Discussions<span class="space-tabs__count"> 1</span>' in front


def test_resource_shows_its_comments_and_the_box(app: Flask, browser: Any) -> None:
    with app.app_context():
        resource = share("Diagnostic")
        remark(resource, MEMBER, "La charte est-elle **publique** ?")
        remark(resource, GUEST, "Oui.")
        url = f"/ressources/{resource.public_id}"
    shown = page(browser(MEMBER), url)
    assert "2 commentaires" in shown
    assert "<strong>publique</strong>" in shown
    assert f'action="{url}/commentaires"' in shown
    assert f'action="{url}/commentaires"' not in page(browser(OUTSIDER), url)
    assert "2 commentaires" in page(browser(MEMBER), f"/espaces/{OPEN}/ressources")


def test_card_is_for_those_who_may_read_the_resource(app: Flask, browser: Any) -> None:
    with app.app_context():
        secret, gone = share("Convention confidentielle", space=PRIVATE), "[[resource:aaaaaaaaaa]]"
        pasted = f"/ressources/{secret.public_id}-convention"
        thread = start(source=f"Voir\n\n[[resource:{secret.public_id}]]\n\net\n\n{pasted}")
        other = start(title="Autre", source=f"Voir\n\n{gone}\n\net\n\n{gone}")
        url, lost = path(thread), path(other)
    assert page(browser(MEMBER), url).count("Convention confidentielle") == 3  # twice in the text, once beside
    blind = page(browser(OUTSIDER), url).partition('class="post__body')[2].partition("</article>")[0]
    unknown = page(browser(OUTSIDER), lost).partition('class="post__body')[2].partition("</article>")[0]
    assert blind == unknown
    assert blind.count("Document non accessible") == 2


def _news(app: Flask, email: str) -> list[Any]:
    with app.test_request_context("/"):
        login_user(loaded(email))
        lines = [one for given in collect("home.news", now() - timedelta(days=1), 50) for one in given]
        return [one for one in lines if one.type == DISCUSSION]


def test_news_are_what_others_wrote_where_one_reads(app: Flask) -> None:
    with app.app_context():
        here, closed = start(title="Ouverte"), start(title="Secrète", slug=PRIVATE)
        start(MEMBER, title="De moi")
        shared = start(title="À tous", slug=REQUEST, audience=Audience.NETWORK)
        answer(here, GUEST, "Une réponse [[resource:aaaaaaaaaa]] utile")
        answer(closed, CLOSED_GUEST, "Une confidence")
        assert shared.audience == "network"
    seen = {who: {one.title: one for one in _news(app, who)} for who in (MEMBER, OUTSIDER, GUEST, CLOSED_GUEST)}
    assert set(seen[MEMBER]) == {"Ouverte", "Secrète", "À tous"}
    assert set(seen[OUTSIDER]) == {"Ouverte", "De moi", "À tous"}
    assert set(seen[GUEST]) == {"Ouverte", "De moi"}
    assert set(seen[CLOSED_GUEST]) == {"Secrète"}
    line = seen[MEMBER]["Ouverte"]
    assert (line.count, line.is_new, line.excerpt) == (1, True, "Une réponse […] utile")
    assert line.byline == "Gaspard Roy, Ville-Invitée, invité"
    assert seen[OUTSIDER]["À tous"].space == "Vie nocturne"


def test_news_never_name_a_private_space(app: Flask) -> None:
    with app.app_context():
        start(title="À tous", slug=PRIVATE, audience=Audience.NETWORK)
    (line,) = _news(app, OUTSIDER)
    assert (line.space, line.space_id) == (None, None)


def test_news_forget_what_was_read_or_removed(app: Flask) -> None:
    with app.app_context():
        thread = start()
        post = answer(thread, GUEST, "Mot oublié")
        read(thread, MEMBER, 1)
    (line,) = _news(app, MEMBER)
    assert (line.count, line.is_new) == (1, False)
    assert line.url.endswith("?page=1&nouveau=2#nouveau")
    with app.app_context(), transaction():
        operations.hide_post(loaded(FACILITATOR), db.session.get_one(Post, post.id), "hors sujet")
    assert _news(app, MEMBER) == []
    assert "Mot oublié" not in str(_news(app, ADMIN))


def test_thread_shown_outside_its_private_space_does_not_name_it(app: Flask, browser: Any) -> None:
    with app.app_context():
        url = path(start(title="À tous", slug=PRIVATE, audience=Audience.NETWORK))
    shown = page(browser(OUTSIDER), url)
    assert "Cercle fermé" not in shown
    assert PRIVATE not in shown
    assert browser(GUEST).get(url).status_code == 404
