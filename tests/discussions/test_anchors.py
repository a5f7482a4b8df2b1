"""Comments about a page: the page of the very file they were written before, whatever becomes of that file."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask import Flask

from app.core.db import transaction
from app.discussions.models import Post
from app.extensions import db
from app.library.models import Attachment, Resource
from app.library.versions import put_back_file, remove_file, replace_file
from tests.library.shelves import pdf, receive_bytes, share
from tests.people import FACILITATOR, MEMBER
from tests.support import Browser, CountedStatements, loaded, work

pytestmark = pytest.mark.usefixtures("cast")


@pytest.fixture
def two_files(app: Flask) -> str:
    """Return the address of a resource with a report of four pages and an annex of three, read."""
    files = [(pdf("un", "deux", "trois", "quatre"), "rapport.pdf"), (pdf("A", "B", "C"), "annexe.pdf")]
    with app.app_context():
        address = f"/ressources/{share('Convention', files=files).public_id}"
    work(app)
    return address


def read(browser: Browser, url: str) -> str:
    answered = browser.get(url, follow_redirects=True)
    assert answered.status_code == 200
    return unescape(answered.get_data(as_text=True)).replace("\u00a0", " ").replace("’", "'")


def files_of(address: str) -> list[Attachment]:
    resource = db.session.query(Resource).filter_by(public_id=address.rpartition("/")[2]).one()
    return list(resource.attachments)


def file_ids(app: Flask, address: str) -> list[str]:
    with app.app_context():
        return [one.public_id for one in files_of(address)]


def say(browser: Browser, address: str, words: str, **about: str) -> str:
    """Comment on a resource; return the page one comes back to."""
    answered = browser.post(f"{address}/commentaires", {"body": words, "back": address, **about})
    assert answered.status_code == 302
    return read(browser, answered.location.partition("#")[0])


def kept(app: Flask) -> list[tuple[int | None, str]]:
    with app.app_context():
        return [(one.page, one.file) for one in db.session.query(Post).order_by(Post.id)]


def way(page: str) -> str:
    """Return where the words « à propos de la page … » lead."""
    return str(re.findall(r'<a class="anchor" href="([^"]*)"', page)[-1])


def test_comment_on_the_second_file_leads_to_the_second_file(app: Flask, browser: Any, two_files: str) -> None:
    first, second = file_ids(app, two_files)
    me = browser(MEMBER)
    page = read(me, f"{two_files}?fichier={second}&page=3")
    assert f'name="file" value="{second}"' in page
    assert "Lier à la page 3 de « annexe.pdf »" in page
    shown = say(me, two_files, "Le tableau est faux.", page="3", file=second)
    assert "à propos de la page 3 de « annexe.pdf »" in shown
    assert kept(app) == [(3, second)]
    assert "sur 3" in read(me, way(shown).partition("#")[0])
    with app.app_context():
        thread = db.session.query(Post).one().thread.public_id
    assert way(read(me, f"/discussions/{thread}")) == way(shown)
    assert first not in way(shown)


def test_page_the_file_does_not_have_is_left_out_and_said(app: Flask, browser: Any, two_files: str) -> None:
    first, second = file_ids(app, two_files)
    me = browser(MEMBER)
    for n, about in enumerate(
        ({"page": "99999"}, {"page": "4", "file": second}, {"page": "1", "file": "aaaaaaaaaa"}, {"page": "0"})
    ):
        shown = say(me, two_files, f"Remarque {n}", **about)
        assert "Votre commentaire est publié." in shown
        assert "Il n'est lié à aucune page" in shown
    assert kept(app) == [(None, "")] * 4
    assert "lié à aucune page" not in say(me, two_files, "Sans page", file=first)


def test_comment_from_before_files_were_named_leads_to_the_first(app: Flask, browser: Any, two_files: str) -> None:
    first, _second = file_ids(app, two_files)
    me = browser(MEMBER)
    say(me, two_files, "Un vieux commentaire", page="4", file=first)
    with app.app_context(), transaction():
        db.session.query(Post).one().file = ""
    shown = read(me, two_files)
    assert "à propos de la page 4 de « rapport.pdf »" in shown
    assert f"fichier={first}&page=4" in way(shown)


def test_page_of_a_longer_version_is_shown_in_that_version(app: Flask, browser: Any, two_files: str) -> None:
    _first, second = file_ids(app, two_files)
    me = browser(MEMBER)
    say(me, two_files, "Sur la dernière", page="3", file=second)
    with app.app_context():
        shorter = receive_bytes(pdf("Une seule page"), "annexe-revue.pdf")
        with transaction():
            replace_file(loaded(FACILITATOR), files_of(two_files)[1], shorter)
    work(app)
    led = read(me, way(read(me, two_files)).partition("#")[0])
    assert "Voir la version actuelle" in led
    assert "page 3" in led.partition("</title>")[0]
    with app.app_context(), transaction() as session:
        attachment = files_of(two_files)[1]
        session.delete(attachment.versions[0])
    assert "annexe-revue.pdf" in read(me, way(read(me, two_files)).partition("#")[0])


def test_page_of_a_file_taken_away_leads_nowhere_until_it_is_put_back(app: Flask, browser: Any, two_files: str) -> None:
    _first, second = file_ids(app, two_files)
    me = browser(MEMBER)
    say(me, two_files, "Sur l'annexe", page="2", file=second)
    with app.app_context(), transaction():
        remove_file(loaded(FACILITATOR), files_of(two_files)[1])
    shown = read(me, two_files)
    assert "à propos de la page 2 d'un fichier retiré depuis" in shown
    assert 'class="anchor"' not in shown
    with app.app_context():
        thread = db.session.query(Post).one().thread
        address, resource = f"/discussions/{thread.public_id}", files_of(two_files)[0].resource
        with transaction():
            assert "annexe.pdf" not in read(me, address)
            put_back_file(loaded(FACILITATOR), resource, second)
    assert f"fichier={second}&page=2" in way(read(me, two_files))


def test_anchors_cost_the_same_however_many(app: Flask, browser: Any, two_files: str) -> None:
    first, second = file_ids(app, two_files)
    me, counts = browser(MEMBER), []
    for n, file in enumerate((first, second, second)):
        say(me, two_files, f"Remarque {n}", page="1", file=file)
        read(me, two_files)
        with CountedStatements(app) as counted:
            read(me, two_files)
        counts.append(len(counted.statements))
    assert counts[0] == counts[1] == counts[2]
