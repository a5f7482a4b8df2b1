"""The pages of discussions, through a browser."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask, url_for
from sqlalchemy import select

from app.core import clock
from app.core.db import transaction
from app.core.navigation import url_of
from app.discussions import operations
from app.discussions.models import Post, Thread
from app.extensions import db
from tests.discussions.talk import answer, path, read, shelve, space, start, thread_of
from tests.people import FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, PASSWORD, PRIVATE
from tests.support import CountedStatements, loaded

pytestmark = pytest.mark.usefixtures("cast")
EDITED = '<span class="dot"></span>modifié '


def whole(browser: Any, url: str) -> str:
    """Return the text of a page, whatever redirections lead to it."""
    answered = browser.get(url, follow_redirects=True)
    assert answered.status_code == 200, answered.status_code
    return str(answered.get_data(as_text=True))


def neutral(answered: Any, url: str) -> str:
    """Return a page without its address, request number and form token."""
    page = str(answered.get_data(as_text=True)).replace(url, "")
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page).replace(answered.headers["X-Request-Id"], "")


def test_list_thread_and_forms_open(app: Flask, browser: Any) -> None:
    with app.app_context():
        thread = start(title="Un titre <b>gras</b>", source="Bonjour **à tous**")
        url = path(thread)
    me = browser(MEMBER)
    listed = whole(me, f"/espaces/{OPEN}/discussions")
    assert "Un titre &lt;b&gt;gras&lt;/b&gt;" in listed
    assert "1 nouvelle" in listed
    page = whole(me, url)
    assert "Bonjour <strong>à tous</strong>" in page
    assert "Adjointe à la sécurité, Castelmaure" in page
    assert 'id="reponse-1"' in page
    assert whole(me, f"/espaces/{OPEN}/discussions/nouvelle")


def test_opening_a_question(app: Flask, browser: Any) -> None:
    me = browser(MEMBER)
    action = f"/espaces/{OPEN}/discussions/nouvelle"
    answered = me.post(action, {"title": "Qui a essayé ?", "body": "Bonjour"})
    assert answered.status_code == 302
    assert "Votre question est publiée." in whole(me, answered.location)
    with app.app_context():
        assert db.session.query(Thread).one().title == "Qui a essayé ?"


def test_an_empty_question_comes_back_with_what_was_typed(browser: Any) -> None:
    me = browser(MEMBER)
    answered = me.post(f"/espaces/{OPEN}/discussions/nouvelle", {"title": "", "body": "Mon long texte"})
    page = answered.get_data(as_text=True)
    assert answered.status_code == 422
    assert "Mon long texte" in page
    assert "Erreur" in page


def test_reply_goes_to_its_anchor_and_page(app: Flask, browser: Any) -> None:
    with app.app_context():
        thread = start()
        url = path(thread)
    me = browser(MEMBER)
    answered = me.post(f"{url}/reponses", {"body": "Oui, chez nous", "seen": "1"})
    assert answered.status_code == 302
    assert answered.location.endswith("?page=1#reponse-2")
    again = me.post(f"{url}/reponses", {"body": "Oui, chez nous", "seen": "1"})
    assert again.location == answered.location
    with app.app_context():
        assert db.session.query(Post).count() == 2


def test_what_opens_a_discussion_is_no_reply_and_replies_are_counted_from_one(app: Flask, browser: Any) -> None:
    with app.app_context():
        thread = start(title="Sorties d'école")
        answer(thread, MEMBER, "Une réponse")
        address = path(thread) + "-sorties-d-ecole?page=1"
    page = browser(MEMBER).get(address).get_data(as_text=True)
    assert re.findall(r'id="reponse-(\d)"[^>]* aria-label="([^,"]+),', page) == [
        ("1", "Message d’ouverture"),
        ("2", "Réponse 1"),
    ]


def test_way_back_leads_to_the_results_one_comes_from(app: Flask, browser: Any) -> None:
    with app.app_context():
        address = path(start(title="Nuit")) + "-nuit?page=1&q=nuit"
    results = "http://localhost/recherche?q=nuit&kind=discussion"
    assert "Résultats pour" not in browser(MEMBER).get(address).get_data(as_text=True)
    page = browser(MEMBER).get(address, headers={"Referer": results}).get_data(as_text=True)
    assert 'href="/recherche?q=nuit&amp;kind=discussion">Résultats pour' in page


def test_an_empty_reply_comes_back_to_the_page(app: Flask, browser: Any) -> None:
    with app.app_context():
        url = path(start())
    answered = browser(MEMBER).post(f"{url}/reponses", {"body": " \u200b"})
    assert answered.status_code == 422
    assert "Écrivez votre message" in answered.get_data(as_text=True)


def test_outsider_is_offered_to_join_before_writing(app: Flask, browser: Any) -> None:
    with app.app_context():
        url = path(start())
    me = browser(OUTSIDER)
    page = whole(me, url)
    assert f'action="/espaces/{OPEN}/rejoindre"' in page
    assert "reponses" not in page.partition("<main")[2]
    assert me.post(f"{url}/reponses", {"body": "Bonjour"}).status_code == 403
    assert f'action="/espaces/{OPEN}/rejoindre"' in whole(me, f"/espaces/{OPEN}/discussions")
    assert me.get(f"/espaces/{OPEN}/discussions/nouvelle").status_code == 403
    me.post(f"/espaces/{OPEN}/rejoindre")
    assert me.post(f"{url}/reponses", {"body": "Bonjour"}).status_code == 302


@pytest.mark.slow
def test_thread_opens_where_the_person_stopped(app: Flask, browser: Any) -> None:
    with app.app_context():
        thread = start()
        url = path(thread)
        for number in range(2, 61):
            answer(thread, FACILITATOR, f"Message {number}")
        read(thread, MEMBER, 55)
    me = browser(MEMBER)
    opened = me.get(me.get(url).location)
    assert opened.status_code == 302
    assert opened.location.endswith("?page=2&nouveau=56#nouveau")
    page = whole(me, opened.location)
    assert "5 nouvelles réponses" in page.replace("\u00a0", " ")
    assert page.index('id="reponse-55"') < page.index("data-new-line") < page.index('id="reponse-56"')
    assert "Afficher les 4 réponses déjà lues" in page.replace("\u00a0", " ")
    assert '<span id="reponse-51"></span>' in page  # where its address leads, beside the way to unfold it
    assert 'id="reponse-51" tabindex' not in page
    unfolded = whole(me, opened.location.replace("#", "&tout=1#"))
    assert 'id="reponse-51" tabindex' in unfolded
    assert 'id="reponse-1"' in whole(me, opened.location.replace("page=2&nouveau=56", "page=1"))


def test_reading_position_by_script_and_by_button(app: Flask, browser: Any) -> None:
    with app.app_context():
        thread = start()
        answer(thread, FACILITATOR, "Deux")
        url = path(thread)
    me = browser(MEMBER)
    assert "Marquer comme lu" in whole(me, url)
    sent = me.post(f"{url}/lecture", {"upto": "1"}, headers={"X-Requested-With": "fetch"})
    assert (sent.status_code, sent.data) == (204, b"")
    assert "1 nouvelle" in whole(me, f"/espaces/{OPEN}/discussions").replace("\u00a0", " ")
    assert me.post(f"{url}/lecture", {"upto": "2"}).status_code == 302
    assert "nouvelle" not in whole(me, f"/espaces/{OPEN}/discussions").partition("<main")[2].partition("rows")[2]
    assert "Marquer comme lu" not in whole(me, url)
    assert me.post(f"{url}/lecture", {"upto": "9" * 40}).status_code == 302


def test_quoting_prefills_the_composer_without_script(app: Flask, browser: Any) -> None:
    with app.app_context():
        thread = start(source="Première ligne\nSeconde ligne")
        url = path(thread)
    page = whole(browser(MEMBER), f"{url}?page=1&citer=1")
    assert "&gt; **Faustine Delmas**\n&gt; Première ligne\n&gt; Seconde ligne" in page
    assert "&gt; **" not in whole(browser(MEMBER), f"{url}?page=1&citer=99999999999999999999")


def test_edit_shows_modified_after_ten_minutes_only(app: Flask, browser: Any) -> None:
    with app.app_context():
        post = answer(start(), MEMBER, "Premier jet")
        edit, url, written_at = f"/discussions/messages/{post.public_id}/modifier", path(post.thread), post.created_at
    me = browser(MEMBER)
    clock.set_clock(lambda: written_at + timedelta(minutes=9))
    assert "Premier jet" in whole(me, edit)
    assert me.post(edit, {"body": "Deuxième jet", "edit_version": "1"}).status_code == 302
    assert EDITED not in whole(me, url)
    clock.set_clock(lambda: written_at + timedelta(minutes=11))
    me.post(edit, {"body": "Troisième jet", "edit_version": "2"})
    assert EDITED in whole(me, url)


def test_conflict_shows_both_texts(app: Flask, browser: Any) -> None:
    with app.app_context():
        post = answer(start(), MEMBER, "Premier jet")
        edit = f"/discussions/messages/{post.public_id}/modifier"
        with transaction():
            operations.edit_post(loaded(MEMBER), post, "Texte du téléphone", 1)
    me = browser(MEMBER)
    answered = me.post(edit, {"body": "Texte du bureau", "edit_version": "1"})
    page = answered.get_data(as_text=True)
    assert answered.status_code == 409
    assert "Texte du téléphone" in page
    assert "Texte du bureau</textarea>" in page
    assert 'name="edit_version" value="2"' in page
    assert me.post(edit, {"body": "Texte réuni", "edit_version": "2"}).status_code == 302


def test_removed_and_hidden_messages_keep_their_place_without_their_text(app: Flask, browser: Any) -> None:
    with app.app_context():
        thread = start()
        mine, other = answer(thread, MEMBER, "Mot alpha"), answer(thread, GUEST, "Mot oméga")
        url, ids = path(thread), (mine.public_id, other.public_id)
    me, chair = browser(MEMBER), browser(FACILITATOR)
    assert "Mot alpha" in whole(me, f"/discussions/messages/{ids[0]}/supprimer")
    assert me.post(f"/discussions/messages/{ids[0]}/supprimer").status_code == 302
    assert me.post(f"/discussions/messages/{ids[1]}/masquer", {"reason": "non"}).status_code == 403
    assert chair.post(f"/discussions/messages/{ids[1]}/masquer", {"reason": ""}).status_code == 422
    assert chair.post(f"/discussions/messages/{ids[1]}/masquer", {"reason": "hors <sujet>"}).status_code == 302
    for who in (me, chair, browser(GUEST)):
        page = whole(who, url)
        assert "Message retiré" in page
        assert "hors &lt;sujet&gt;" in page
        assert "Mot alpha" not in page
        assert "Mot oméga" not in page
        assert 'id="reponse-2"' in page
        assert 'id="reponse-3"' in page
    assert me.get(f"/discussions/messages/{ids[0]}/modifier").status_code == 403
    assert "Mot alpha" not in whole(me, f"{url}?page=1&citer=2")


def test_a_reply_sent_after_the_session_ended_is_found_again(app: Flask, browser: Any) -> None:
    with app.app_context():
        url = path(start())
    stranger, text = browser(), "Un texte auquel je <tiens>"
    stranger.get("/connexion")
    refused = stranger.post(f"{url}/reponses", {"body": text})
    assert refused.status_code == 401
    kept = re.search(r'name="kept" value="([^"]+)"', refused.get_data(as_text=True))
    assert kept is not None
    signed = {"email": MEMBER, "password": PASSWORD, "kept": unescape(kept.group(1)), "next": url}
    assert stranger.post("/connexion", signed).status_code == 302
    stranger.token = ""
    assert "Un texte auquel je &lt;tiens&gt;</textarea>" in whole(stranger, url)
    assert stranger.post(f"{url}/reponses", {"body": text}).status_code == 302
    assert "&lt;tiens&gt;</textarea>" not in whole(stranger, url)


def test_a_draft_that_arrives_after_its_message_is_not_offered_again(app: Flask, browser: Any) -> None:
    with app.app_context():
        url = path(start())
    me = browser(MEMBER)
    me.post(f"{url}/reponses", {"body": "Publié"})
    me.post("/brouillons", {"key": f"{url}/reponses", "body": "Publié\r\n"})
    assert "Publié</textarea>" not in whole(me, url)
    me.post("/brouillons", {"key": f"{url}/reponses", "body": "La suite"})
    assert "La suite</textarea>" in whole(me, url)


def test_drafts_are_kept_for_local_paths_only(app: Flask, browser: Any) -> None:
    me = browser(MEMBER)
    kept = me.post(
        "/brouillons?key=/espaces/atelier-ouvert/discussions/nouvelle", {"title": "À suivre", "body": "Texte"}
    )
    assert set(kept.get_json()) == {"time"}
    page = whole(me, f"/espaces/{OPEN}/discussions/nouvelle")
    assert 'value="À suivre"' in page
    assert "Texte</textarea>" in page
    for key in ("", "//evil.test", "https://evil.test/", "/" + "x" * 400, "javascript:alert(1)"):
        assert me.post("/brouillons", {"key": key, "body": "x"}).status_code == 409
    me.post("/brouillons", {"key": "/espaces/atelier-ouvert/discussions/nouvelle", "title": "", "body": " "})
    assert "Texte</textarea>" not in whole(me, f"/espaces/{OPEN}/discussions/nouvelle")
    assert browser(GUEST).get(f"/espaces/{OPEN}/discussions/nouvelle").status_code == 200
    assert browser().client.post("/brouillons", data={"key": "/x"}).status_code in {302, 400, 401}


def test_preview_is_the_message_itself(browser: Any) -> None:
    me = browser(MEMBER)
    answered = me.post("/discussions/apercu", {"body": "**Gras** <script>alert(1)</script>\n\n[[resource:aaaaaaaaaa]]"})
    fragment = answered.get_data(as_text=True)
    assert "<strong>Gras</strong>" in fragment
    assert "<script" not in fragment
    assert "Document non accessible" in fragment
    assert me.post("/discussions/apercu", {"body": " "}).get_data() == b""


def test_wrong_slug_redirects_only_those_who_may_read(app: Flask, browser: Any) -> None:
    with app.app_context():
        thread = start(slug=PRIVATE, title="Titre secret")
        url = path(thread)
    assert browser(MEMBER).get(f"{url}-n-importe-quoi?page=1").location == f"{url}-titre-secret?page=1"
    odd = "?endpoint=x&_external=1&_scheme=javascript&thread=1&public_id=2"
    assert browser(MEMBER).get(url + odd).location == f"{url}-titre-secret{odd}"
    outside = browser(OUTSIDER)
    unknown = outside.get("/discussions/aaaaaaaaaa")
    for tried in (url, f"{url}-titre-secret", f"{url}-autre"):
        refused = outside.get(tried)
        assert refused.status_code == 404
        assert neutral(refused, tried) == neutral(unknown, "/discussions/aaaaaaaaaa")


@pytest.mark.parametrize(
    "title", ["<script>alert(1)</script>", "שלום עולם " * 20, "é" * 200, "a\x00b\x1b", "'\"><img src=x>"]
)
def test_strange_titles_are_shown_as_text(app: Flask, browser: Any, title: str) -> None:
    me = browser(MEMBER)
    answered = me.post(f"/espaces/{OPEN}/discussions/nouvelle", {"title": title, "body": title})
    assert answered.status_code == 302
    for page in (whole(me, answered.location), whole(me, f"/espaces/{OPEN}/discussions")):
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "\x00" not in page


@pytest.mark.parametrize("bad", ["\x00" * 10, "9" * 10, "é" * 10, "%00aaaaaaa", "aaaaaaaaaa", "AAAAAAAAAA"])
def test_impossible_ids_are_not_found(browser: Any, bad: str) -> None:
    me = browser(MEMBER)
    for tried in (f"/discussions/{bad}", f"/discussions/{bad}-x", f"/discussions/messages/{bad}/modifier"):
        assert me.get(tried).status_code == 404
    for tried in (f"/discussions/{bad}/reponses", f"/discussions/{bad}/lecture", f"/ressources/{bad}/commentaires"):
        assert me.post(tried, {"body": "x"}).status_code == 404


@pytest.mark.parametrize("page", ["0", "-3", "abc", "99999999999999999999", "2"])
def test_strange_page_numbers_open_a_page(app: Flask, browser: Any, page: str) -> None:
    with app.app_context():
        url = path(start())
    assert 'id="reponse-1"' in whole(browser(MEMBER), f"{url}?page={page}&nouveau={page}")


def test_comment_on_a_resource_goes_back_to_it(app: Flask, browser: Any) -> None:
    with app.app_context():
        resource = shelve()
        public_id = resource.public_id
    me = browser(MEMBER)
    back = f"/ressources/{public_id}?page=4"
    answered = me.post(f"/ressources/{public_id}/commentaires", {"body": "La charte ?", "page": "4", "back": back})
    assert answered.location == f"{back}#reponse-1"
    with app.app_context():
        thread = db.session.query(Thread).one()
        url = path(thread)
    assert "À propos de « Convention Ville-parquet »" in whole(me, url).replace("\u00a0", " ")
    refused = me.post(f"/ressources/{public_id}/commentaires", {"body": "", "page": "4", "back": "https://evil.test/"})
    assert refused.status_code == 422
    assert "evil" not in refused.get_data(as_text=True).partition("composer__foot")[2]


def _statements(app: Flask, browser: Any, url: str) -> list[str]:
    me = browser(MEMBER)
    whole(me, url)
    with CountedStatements(app) as counted:
        whole(me, url)
    return counted.statements


@pytest.mark.slow
def test_a_thread_costs_the_same_with_three_and_with_forty_posts(app: Flask, browser: Any) -> None:
    with app.app_context():
        short, long, card = start(title="Courte"), start(title="Longue"), f"[[resource:{shelve().public_id}]]"
        for thread, many in ((short, 3), (long, 40)):
            for number in range(2, many + 1):
                answer(thread, (FACILITATOR, GUEST, MEMBER)[number % 3], f"Message {number}\n\n{card}")
        urls = [f"{path(thread)}-{thread.title.lower()}?page=1" for thread in (short, long)]
    few, more = (_statements(app, browser, url) for url in urls)
    assert few == more
    assert len(more) <= 20, "\n".join(more)


def test_the_list_costs_the_same_with_one_and_with_three_threads(app: Flask, browser: Any) -> None:
    url = f"/espaces/{OPEN}/discussions"
    with app.app_context():
        start(title="Une")
    few = _statements(app, browser, url)
    with app.app_context():
        for who in (MEMBER, GUEST):
            start(who, title=f"De {who}")
    many = _statements(app, browser, url)
    assert len(few) == len(many)
    assert len(many) <= 14, "\n".join(many)


@pytest.mark.slow
def test_last_page_costs_what_the_first_does(app: Flask, browser: Any) -> None:
    with app.app_context():
        thread = start(title="Longue")
        with transaction():
            for number in range(2, 121):
                operations.reply(loaded(FACILITATOR), thread, f"Message {number}")
        url, space_id = f"{path(thread)}-longue", space().id
        assert thread_of(thread.id).space_id == space_id
    first, last = (_statements(app, browser, f"{url}?page={page}") for page in (1, 3))
    assert first == last


def test_addresses_made_for_a_whole_page_are_those_of_the_router(app: Flask) -> None:
    with app.test_request_context():
        post = db.session.scalars(select(Post)).first() or Post(public_id="abcdefghij")
        for endpoint in ("discussions.edit_page", "discussions.remove_page", "discussions.hide_page"):
            assert url_of(endpoint, post) == url_for(endpoint, public_id=post.public_id)


def long_thread(app: Flask, browser: Any) -> tuple[Any, str]:
    """Have sixty messages, three of which speak of mediators, read as far as the tenth; return a browser and a path."""
    with app.app_context():
        thread = start(title="Sorties d'école", source="Bonjour à tous")
        for number in range(2, 61):
            speaks = number in {6, 8, 55}
            answer(
                thread, FACILITATOR, f"Nos **médiateurs** {number} [[resource:abc]]" if speaks else f"Message {number}"
            )
        read(thread, MEMBER, 50)
        return browser(MEMBER), path(thread)


@pytest.mark.slow
def test_words_looked_for_are_marked_and_one_goes_from_message_to_message(app: Flask, browser: Any) -> None:
    me, url = long_thread(app, browser)
    opened = me.get(f"{url}-sorties-d-ecole?q=médiatrice")
    assert opened.headers["Location"].endswith("-sorties-d-ecole?page=1&q=m%C3%A9diatrice#reponse-6")
    page = unescape(whole(me, opened.headers["Location"].partition("#")[0]))
    assert page.count("<mark>médiateurs</mark>") == 2
    assert 'id="reponse-6"' in page  # nothing is folded away, though it was read
    assert "Afficher les" not in page
    assert ["1 sur 3" in page, "2 sur 3" in page, "3 sur 3" in page] == [True, True, False]
    assert "?page=2&q=m%C3%A9diatrice#reponse-55" in page
    assert "3 passages" in page
    assert "page=2&q=m%C3%A9diatrice" in page[page.index('class="pager') :]
    last = unescape(whole(me, f"{url}-sorties-d-ecole?page=2&q=médiatrice"))
    assert "3 sur 3" in last
    assert "?page=1&q=m%C3%A9diatrice#reponse-8" in last


@pytest.mark.slow
def test_words_that_no_message_holds_are_said_to_be_absent(app: Flask, browser: Any) -> None:
    me, url = long_thread(app, browser)
    for words in ("zorglub", "-", "« ", "x" * 900, "[[resource:abc]]"):
        page = whole(me, f"{url}-sorties-d-ecole?q={words}")
        assert "aucun passage" in page
        assert "<mark>" not in page
    assert "Chercher dans cette discussion" in whole(me, f"{url}-sorties-d-ecole?page=1")
    with app.app_context():
        short = path(start(title="Courte"))
    assert "Chercher dans cette discussion" not in whole(me, f"{short}-courte")


@pytest.mark.slow
def test_looking_for_words_costs_the_same_for_few_as_for_many(app: Flask, browser: Any) -> None:
    me, url = long_thread(app, browser)
    with app.app_context():
        other = start(title="Courte", source="Nos médiateurs [[resource:abc]]")
        answer(other, FACILITATOR, "Bonjour")
        read(other, MEMBER, 1)
        few = path(other)

    def statements(address: str) -> int:
        whole(me, address)
        with CountedStatements(app) as counted:
            whole(me, address)
        return len(counted)

    assert statements(f"{url}-sorties-d-ecole?page=1&q=médiatrice") <= statements(f"{few}-courte?page=1&q=médiatrice")
