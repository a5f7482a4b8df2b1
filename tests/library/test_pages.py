"""The lists, the page of a resource, its removal: what they show, keep in their address, and cost."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from operator import add
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.core import clock
from app.core.clock import now
from app.core.db import transaction
from app.extensions import db
from app.library.files import attach, keep_all
from app.library.kinds import KINDS
from app.library.models import Resource
from tests.library.shelves import pdf, receive_bytes, shared
from tests.people import ADMIN, ENTERED, EVERYBODY, FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, REFERENT, Cast
from tests.support import CountedStatements, loaded, work

TITLES = re.compile(r'<h3 class="resource__title"><a [^>]*>([^<]+)<')
SPACE_LIST = f"/espaces/{OPEN}/ressources"


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


def titles(browser: Any, address: str) -> list[str]:
    answer = browser.get(address)
    assert answer.status_code == 200, address
    return TITLES.findall(answer.get_data(as_text=True))


def test_list_is_newest_first_and_sorts_by_title(app: Flask, browser: Any) -> None:
    start = now()
    for hours, title in enumerate(("Zones", "Écoute", "Abribus")):
        clock.set_clock(partial(add, start, timedelta(hours=hours)))
        shared(app, title)
    member = browser(MEMBER)
    assert titles(member, "/ressources") == ["Abribus", "Écoute", "Zones"]
    assert titles(member, "/ressources?tri=old") == ["Zones", "Écoute", "Abribus"]
    assert titles(member, "/ressources?tri=title") == ["Abribus", "Écoute", "Zones"]
    assert titles(member, "/ressources?tri=drop%20table") == ["Abribus", "Écoute", "Zones"]


@pytest.mark.slow
def test_list_filters_by_kind_and_by_all_keywords(app: Flask, browser: Any) -> None:
    shared(app, "Un", kind="guide", tags=["Jeunesse"])
    shared(app, "Deux", kind="guide", tags=["Jeunesse", "Nuit"])
    shared(app, "Trois", kind="press", tags=["Nuit"])
    member = browser(MEMBER)
    assert titles(member, f"{SPACE_LIST}?type=guide&tri=title") == ["Deux", "Un"]
    assert titles(member, f"{SPACE_LIST}?mot=nuit&tri=title") == ["Deux", "Trois"]
    assert titles(member, f"{SPACE_LIST}?mot=nuit&mot=jeunesse") == ["Deux"]
    assert titles(member, f"{SPACE_LIST}?mot=nuit&type=report") == []
    assert titles(member, f"{SPACE_LIST}?mot=inconnu") == []
    assert titles(member, f"{SPACE_LIST}?type=inconnu&tri=title") == ["Deux", "Trois", "Un"]


def test_keyword_ticked_stays_ticked_where_it_leaves_nothing(app: Flask, browser: Any) -> None:
    shared(app, "Un", kind="guide", tags=["Jeunesse"])
    shared(app, "Deux", kind="press", tags=["Nuit"])
    page = browser(MEMBER).get("/ressources?type=press&mot=jeunesse").get_data(as_text=True)
    assert TITLES.findall(page) == []
    assert re.findall(r'name="mot" value="([^"]+)" checked>.*?check__count">(\d+)<', page) == [("jeunesse", "0")]


def test_keyword_of_archived_resources_alone_is_told_above_the_list(app: Flask, browser: Any) -> None:
    public_id, _id = shared(app, "Un", tags=["Couvre-feu"])
    facilitator = browser(FACILITATOR)
    facilitator.post(f"/ressources/{public_id}/archiver", {})
    page = facilitator.get("/ressources?archives=avec&mot=couvre-feu").get_data(as_text=True)
    assert TITLES.findall(page) == ["Un"]
    assert 'href="/ressources?archives=avec"' in page  # the list without the keyword, beside its name


def test_counts_of_kinds_are_those_one_may_read(app: Flask, browser: Any) -> None:
    shared(app, "Un", kind="guide")
    shared(app, "Deux", kind="guide", space="cercle-ferme")
    counted = re.compile(r'Guides <span class="choice__count">(\d+)<')
    assert counted.findall(browser(MEMBER).get("/ressources").get_data(as_text=True)) == ["2"]
    assert counted.findall(browser(OUTSIDER).get("/ressources").get_data(as_text=True)) == ["1"]


@pytest.mark.slow
def test_list_is_cut_in_pages_that_keep_its_state(app: Flask, browser: Any) -> None:
    for number in range(23):
        shared(app, f"Ressource {number:02}", kind="guide")
    member = browser(MEMBER)
    first = member.get("/ressources?type=guide&tri=title").get_data(as_text=True)
    assert len(TITLES.findall(first)) == 20
    assert "/ressources?type=guide&amp;tri=title&amp;page=2" in first
    assert titles(member, "/ressources?type=guide&tri=title&page=2") == ["Ressource 20", "Ressource 21", "Ressource 22"]
    assert len(titles(member, "/ressources?page=99999999999999999999")) == 20


def test_empty_library_says_what_it_is_for(browser: Any) -> None:
    assert "attend sa première ressource" in browser(MEMBER).get("/ressources").get_data(as_text=True)
    assert "Ajouter une ressource" not in browser(OUTSIDER).get(SPACE_LIST).get_data(as_text=True)


@pytest.mark.parametrize("address", ["/ressources", SPACE_LIST, f"/espaces/{OPEN}", "/"])
def test_list_costs_as_many_statements_for_one_as_for_three(app: Flask, browser: Any, address: str) -> None:
    content = pdf("Une page")
    shared(app, "Un", tags=["A"], files=[(content, "a.pdf")])
    member = browser(OUTSIDER)
    member.get(address)
    with CountedStatements(app) as one:
        member.get(address)
    for number in range(2):
        by = (MEMBER, GUEST)[number]
        shared(app, f"Autre {number}", by=by, tags=["A", f"B{number}"], files=[(content, "b.pdf"), (pdf("z"), "c.pdf")])
    member.get(address)  # what changed is read again, once
    with CountedStatements(app) as three:
        member.get(address)
    assert len(three) == len(one), "\n".join(three.statements)


@pytest.mark.slow
def test_resource_page_costs_the_same_for_one_file_as_for_three(app: Flask, browser: Any) -> None:
    public_id, resource_id = shared(app, "Un", tags=["A"], files=[(pdf("Une page"), "a.pdf")])
    work(app)
    member = browser(OUTSIDER)
    address = f"/ressources/{public_id}-un"
    member.get(address)
    with CountedStatements(app) as one:
        member.get(address)
    with app.app_context(), transaction():
        resource = db.session.get_one(Resource, resource_id)
        more = [receive_bytes(pdf(str(n)), f"{n}.pdf") for n in range(2)]
        attach(loaded(FACILITATOR), resource, keep_all(more))
    work(app)
    with CountedStatements(app) as three:
        member.get(address)
    assert len(three) == len(one), "\n".join(three.statements)


@pytest.mark.slow
def test_document_opens_at_the_page_of_the_address(app: Flask, browser: Any) -> None:
    public_id, _ = shared(app, "D", files=[(pdf("premier", "deuxième", "troisième"), "d.pdf")])
    work(app)
    member = browser(MEMBER)
    page = member.get(f"/ressources/{public_id}-d?page=2").get_data(as_text=True)
    assert "pages/2-1000.webp" in page
    assert "sur 3" in page
    assert "deuxième" in member.get(f"/ressources/{public_id}-d?page=2&vue=texte").get_data(as_text=True)
    for odd in ("page=0", "page=99", "page=abc", "page=-1", "page=99999999999999999999"):
        assert member.get(f"/ressources/{public_id}-d?{odd}").status_code == 200, odd


@pytest.mark.slow
def test_words_looked_for_open_the_first_page_that_holds_them_and_are_boxed(app: Flask, browser: Any) -> None:
    public_id, _ = shared(app, "D", files=[(pdf("rien ici", "la médiation", "rien", "des médiateurs"), "d.pdf")])
    work(app)
    member = browser(MEMBER)
    page = member.get(f"/ressources/{public_id}-d?q=médiations").get_data(as_text=True)
    assert "pages/2-1000.webp" in page
    assert page.count("<rect") == 1
    text = member.get(f"/ressources/{public_id}-d?q=médiations&vue=texte").get_data(as_text=True)
    assert "<mark>médiation</mark>" in text
    assert "aucun passage" in member.get(f"/ressources/{public_id}-d?q=introuvable").get_data(as_text=True)


def test_way_back_leads_to_the_results_one_comes_from(app: Flask, browser: Any) -> None:
    public_id, _ = shared(app, "D", files=[(pdf("la médiation"), "d.pdf")])
    member, address = browser(MEMBER), f"/ressources/{public_id}-d?q=médiation"
    results = "http://localhost/recherche?q=m%C3%A9diation&kind=report"
    assert "Résultats pour" not in member.get(address).get_data(as_text=True)
    text = member.get(address, headers={"Referer": results}).get_data(as_text=True)
    assert "Résultats pour" in text
    assert 'href="/recherche?q=m%C3%A9diation&amp;kind=report"' in text
    elsewhere = member.get(address, headers={"Referer": "http://evil.test/recherche?q=x"}).get_data(as_text=True)
    assert "Résultats pour" not in elsewhere


@pytest.mark.slow
def test_page_not_drawn_yet_shows_its_text_and_is_drawn_for_the_next_reader(app: Flask, browser: Any) -> None:
    public_id, _ = shared(app, "D", files=[(pdf(*[f"numéro {n}" for n in range(1, 16)]), "d.pdf")])
    work(app)
    member = browser(MEMBER)
    before = member.get(f"/ressources/{public_id}-d?page=14").get_data(as_text=True)
    assert "numéro 14" in before
    assert "se dessine" in before
    work(app)
    after = member.get(f"/ressources/{public_id}-d?page=14").get_data(as_text=True)
    assert "pages/14-1000.webp" in after
    assert "se dessine" not in after


@pytest.mark.slow
def test_chosen_file_is_shown(app: Flask, browser: Any) -> None:
    public_id, resource_id = shared(app, "D", files=[(pdf("premier"), "a.pdf"), (pdf("second"), "b.pdf")])
    work(app)
    with app.app_context():
        second = db.session.get_one(Resource, resource_id).attachments[1].public_id
    member = browser(MEMBER)
    text = member.get(f"/ressources/{public_id}-d?fichier={second}&vue=texte").get_data(as_text=True)
    assert "second" in text
    assert member.get(f"/ressources/{public_id}-d?fichier=aaaaaaaaaa").status_code == 404


@pytest.mark.slow
def test_one_of_several_files_is_opened_on_the_page_of_its_resource(app: Flask, browser: Any) -> None:
    files = [(pdf("premier"), "a.pdf"), (pdf("second"), "b.pdf")]
    public_id, _ = shared(app, "D", files=[(pdf("seul"), "s.pdf")])
    link = re.compile(r'<b><a href="([^"]+)"( aria-current="true")?>([^<]+)</a></b>')
    work(app)
    member = browser(MEMBER)
    [(alone, _current, _name)] = link.findall(member.get(f"/ressources/{public_id}-d").get_data(as_text=True))
    assert alone.startswith("/fichiers/")
    public_id, _ = shared(app, "E", files=files)
    unread = link.findall(member.get(f"/ressources/{public_id}-e").get_data(as_text=True))
    assert [url.partition("/")[2].partition("/")[0] for url, _current, _name in unread] == ["fichiers"] * 2
    work(app)
    first, second = link.findall(member.get(f"/ressources/{public_id}-e").get_data(as_text=True))
    assert (first[1:], second[1:]) == ((' aria-current="true"', "a.pdf"), ("", "b.pdf"))
    assert second[0].endswith("#document")
    opened = member.get(second[0].partition("#")[0]).get_data(as_text=True)
    assert [current for _url, current, _name in link.findall(opened)] == ["", ' aria-current="true"']
    assert "second" in member.get(f"{second[0].partition('#')[0]}&vue=texte").get_data(as_text=True)


def test_resource_without_file_shows_its_text(app: Flask, browser: Any) -> None:
    public_id, _ = shared(app, "Sans fichier", body="Un **mot** et <script>alert(1)</script>")
    text = browser(MEMBER).get(f"/ressources/{public_id}-sans-fichier").get_data(as_text=True)
    assert "<strong>mot</strong>" in text
    assert "<script>alert" not in text


@pytest.mark.slow
def test_state_of_a_file_is_told_to_who_brought_it(app: Flask, browser: Any) -> None:
    public_id, _ = shared(app, "D", files=[(pdf("un", "deux"), "d.pdf")])
    facilitator = browser(FACILITATOR)
    waiting = facilitator.get(f"/ressources/{public_id}-d").get_data(as_text=True)
    assert "Lecture en cours" in waiting
    assert "data-poll-url" in waiting
    work(app)
    done = facilitator.get(f"/ressources/{public_id}-d").get_data(as_text=True)
    assert "Texte lu : 2 pages consultables par la recherche" in done.replace("\u00a0", " ")
    assert "data-poll-url" not in done
    assert "Texte lu" not in browser(OUTSIDER).get(f"/ressources/{public_id}-d").get_data(as_text=True)


def test_removal_is_asked_then_done_then_undone(app: Flask, browser: Any) -> None:
    public_id, _ = shared(app, "À jeter", by=MEMBER)
    member = browser(MEMBER)
    assert member.get(f"/ressources/{public_id}/supprimer").status_code == 200
    assert member.get(f"/ressources/{public_id}-a-jeter").status_code == 200
    answer = member.post(f"/ressources/{public_id}/supprimer", {"reason": "doublon"})
    assert member.get(answer.location).status_code == 200
    assert member.get(f"/ressources/{public_id}-a-jeter").status_code == 404
    assert titles(member, "/ressources") == []
    assert browser(OUTSIDER).get(f"/ressources/{public_id}/retablir").status_code == 404
    back = member.post(f"/ressources/{public_id}/retablir")
    assert member.get(back.location).status_code == 200


def test_reader_can_neither_change_nor_remove(app: Flask, browser: Any) -> None:
    public_id, _ = shared(app, "D")
    for email in (OUTSIDER, GUEST):
        reader = browser(email)
        for path in ("modifier", "supprimer"):
            assert reader.get(f"/ressources/{public_id}/{path}").status_code == 403
            assert reader.post(f"/ressources/{public_id}/{path}", {"title": "x"}).status_code == 403
        assert reader.post(f"/ressources/{public_id}/retablir").status_code == 404


@pytest.mark.parametrize("email", EVERYBODY)
def test_adding_is_offered_to_those_who_may(app: Flask, browser: Any, email: str) -> None:
    person = browser(email)
    status = person.get(f"{SPACE_LIST}/nouvelle").status_code
    expected = {FACILITATOR: 200, MEMBER: 200, GUEST: 200, OUTSIDER: 403, ADMIN: 403, REFERENT: 403, ENTERED: 403}
    assert status == expected.get(email, 404)
    assert person.get("/ressources/nouvelle", follow_redirects=True).status_code == 200


def test_every_kind_has_its_words_and_its_drawing(app: Flask) -> None:
    with app.test_request_context():
        sprite = Path(app.root_path, "static/img/sprite.svg").read_text(encoding="utf-8")
        for kind in KINDS.values():
            assert str(kind.label)
            assert str(kind.plural)
            assert str(kind.help)
            assert kind.counted(3).startswith("3")
            assert f'id="{kind.icon}"' in sprite
    assert list(KINDS) == [*dict.fromkeys(KINDS)]
    assert len(KINDS) == 10


def test_words_that_led_to_a_resource_are_marked_in_its_own_texts(app: Flask, browser: Any) -> None:
    said = {"need": "La nuit, les terrasses."}
    public_id, _ = shared(app, "Des médiateurs", kind="practice", summary="Médiateurs & nuit", fields=said)
    page = browser(MEMBER).get(f"/ressources/{public_id}?q=nuit+médiatrice", follow_redirects=True).text
    assert "<mark>Médiateurs</mark> &amp; <mark>nuit</mark>" in page
    assert "La <mark>nuit</mark>, les terrasses." in page
    assert "<h1>Des médiateurs</h1>" in page
    assert "<mark>" not in browser(MEMBER).get(f"/ressources/{public_id}", follow_redirects=True).text
