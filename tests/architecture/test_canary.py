"""Canaries: words planted in closed spaces reach nobody outside, on any page, by any count."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from flask import Flask
from markupsafe import escape
from sqlalchemy import select

from app.accounts.models import User
from app.core.db import transaction
from app.discussions.operations import comment, reply, start_thread
from app.extensions import db
from app.library.marks import Kept, Useful, mark
from app.library.models import Resource
from app.library.operations import ResourceDetails, edit_resource, remove_resource, share_resource
from app.library.reading_lists.operations import add_to_list, make_list
from app.library.receiving import receive
from app.search.operations import index_soon
from app.spaces.models import Membership, Space
from tests.people import (
    ADMIN,
    CLOSED_GUEST,
    ENTERED,
    EXPIRED_GUEST,
    FACILITATOR,
    GUEST,
    MEMBER,
    OPEN,
    OUTSIDER,
    PRIVATE,
    REFERENT,
    Cast,
)
from tests.support import loaded, on_sqlite, work

PLACES = (
    "titre",
    "resume",
    "corps",
    "motcle",
    "nomfichier",
    "textefichier",
    "question",
    "message",
    "commentaire",
    "source",
    "dossier",
    "pourquoi",
)
CANARIES = {place: f"zorglub{place}" for place in PLACES}
BLIND = (None, GUEST, EXPIRED_GUEST, OUTSIDER, ADMIN, REFERENT)
SIGHTED = (MEMBER, CLOSED_GUEST, FACILITATOR, ENTERED)
REQUEST_NUMBER = re.compile(rb"\b[0-9a-f]{12}\b|(?<=name=\"csrf_token\" value=\")[^\"]+")  # and the form's token
UNKNOWN = "zorglubinconnu"
#: The ways to ask: plain, exact, among others, a beginning, every filter that takes a name, nearly spelled, required.
ASKED = (
    *("{}", '"{}"', "question {} -ville", "{}*", "{}x", "{} ET question", "({} OU zorglubrien) ET question", "-{}"),
    *(
        "espace:{}",
        "mot-cle:{}",
        "ville:{}",
        "auteur:{}",
        "type:{}",
        "question -mot-cle:{}",
        "{} type:thread annee:2019..",
    ),
)
CONTENT = re.compile(r"^/(ressources|fichiers|discussions|dossiers)/[a-z2-7]{10}")
#: How the addresses end of what stands in the open space and speaks of a closed one.
OPENLY = ("une-question-ouverte", "un-dossier-ouvert")


@pytest.fixture
def planted(cast: Cast, furnish: Callable[..., Any]) -> list[str]:
    """Plant the canaries in the private space and index them; return every address where one could sing."""
    addresses: list[str] = furnish("canaries", lambda: plant(PRIVATE, MEMBER), worked=True)
    return addresses


def plant(slug: str, voice: str) -> list[str]:
    """Plant the canaries in a space, with a second person of it; return every address where one could sing."""
    said = CANARIES
    file = receive(io.BytesIO(f"Le texte {said['textefichier']}.".encode()), f"{said['nomfichier']}.txt")
    details = ResourceDetails.of(
        kind="report",
        title=f"Rapport {said['titre']}",
        summary=f"Résumé {said['resume']}",
        body=f"Corps {said['corps']}",
        source=f"Source {said['source']}",
        tags=[said["motcle"]],
    )
    with transaction():
        space = db.session.scalars(select(Space).where(Space.slug == slug)).one()
        resource = share_resource(loaded(FACILITATOR), space, details, files=[file])
        thread = start_thread(loaded(FACILITATOR), space, f"Question {said['question']}", "Bonjour.")
        reply(loaded(voice), thread, f"Réponse {said['message']}")
        comment(loaded(voice), resource, f"Commentaire {said['commentaire']}")
        open_space = db.session.scalars(select(Space).where(Space.slug == OPEN)).one()
        card = f"Voir [[resource:{resource.public_id}]]."
        open_thread = start_thread(loaded(FACILITATOR), open_space, "Une question ouverte", card)
        lists = [make_list(loaded(FACILITATOR), space, f"Dossier {said['dossier']}")]
        lists += [make_list(loaded(FACILITATOR), open_space, "Un dossier ouvert")]
        for one in lists:
            add_to_list(loaded(FACILITATOR), one, resource, f"À lire : {said['pourquoi']}")
        for kind in (Useful, Kept):
            mark(loaded(voice), resource, kind, on=True)
        details = replace(details, summary="Revu")
        edit_resource(loaded(FACILITATOR), resource, details, resource.edit_version)
        restore = replace(details, summary=f"Résumé {said['resume']}")
        edit_resource(loaded(FACILITATOR), resource, restore, resource.edit_version)
        public = (resource.public_id, thread.public_id, resource.attachments[0].current.public_id)
    pages = [f"/dossiers/{lists[0].public_id}-x", f"/dossiers/{lists[1].public_id}-un-dossier-ouvert"]
    pages += [f"/ressources/{resource.public_id}{end}" for end in ("/historique/2", "/fichiers")]
    return [*_addresses(slug, *public), *pages, f"/discussions/{open_thread.public_id}-une-question-ouverte"]


def _addresses(slug: str, resource: str, thread: str, file: str) -> list[str]:
    pages = ["/", "/espaces", f"/espaces/{OPEN}", f"/espaces/{OPEN}/membres", f"/espaces/{OPEN}/ressources"]
    pages += [
        f"/espaces/{OPEN}/discussions",
        "/ressources",
        "/?voir=ressources",
        "/?voir=discussions",
        "/ressources?tri=titre",
    ]
    pages += ["/recherche/aide", "/recherche/suggestions?q=zorglub", "/recherche/suggestions?q=rapport"]
    pages += [f"/ressources?mot={CANARIES['motcle']}", "/discussions/nouvelle", "/ressources/nouvelle"]
    pages += ["/recherche?q=question+texte+ville", f"/recherche?q=-zorgl&espace={OPEN}", "/recherche?annee=1900..2999"]
    pages += [f"/recherche?q=texte&apercu={resource}", f"/recherche?q=question&deplier={resource}"]
    pages += ["/ressources/gardees", "/mots-cles", "/mots-cles/proposer?q=zor", "/mots-cles/en-attente"]
    pages += [f"/espaces/{OPEN}{end}" for end in ("/dossiers", "/mots-cles/proposer?q=zor")]
    inside = (
        "",
        "/membres",
        "/ressources",
        "/discussions",
        "/dossiers",
        "/ressources/depot",
        "/mots-cles/proposer?q=zor",
    )
    pages += [f"/espaces/{slug}{end}" for end in inside]
    pages += [f"/ressources/{resource}-x", f"/ressources/{resource}-x?q=texte&vue=texte", f"/discussions/{thread}-x"]
    pages += [f"/{kind}/{one}/semblables" for kind, one in (("ressources", resource), ("discussions", thread))]
    pages += [f"/discussions/{thread}-x?q=r%C3%A9ponse", "/recherche/proches?q=rapport+question+ville"]
    pages += [f"/espaces/{OPEN}/discussions/nouvelle?titre=rapport+question+ville"]
    pages += [f"/fichiers/{file}/x.txt", f"/fichiers/{file}/etat", f"/ressources/{resource}/commentaires"]
    return pages


def sung(page: bytes) -> list[str]:
    """Return the canaries heard on a page, and the name of the private space."""
    heard = [place for place, word in CANARIES.items() if word.encode() in page]
    return heard + (["the space"] if "Cercle fermé".encode() in page else [])


@on_sqlite
@pytest.mark.thorough
def test_canaries_sing_for_those_inside(app: Flask, planted: list[str], browser: Any) -> None:
    for who in SIGHTED:
        here = browser(who)
        heard = {one for path in planted for one in sung(here.get(path, follow_redirects=True).data)}
        heard |= {place for place, word in CANARIES.items() if b"<mark" in here.get(f"/recherche?q={word}").data}
        assert heard >= set(CANARIES) | {"the space"}, who


def test_canaries_are_silent_for_those_outside(app: Flask, planted: list[str], browser: Any) -> None:
    leaks = []
    for who in BLIND:
        here = browser(who)
        for path in planted:
            answer = here.get(path, follow_redirects=True)
            heard = (
                sung(answer.data.replace(path.encode(), b"").replace(CANARIES["motcle"].encode(), b""))
                if "mot=" in path
                else sung(answer.data)
            )
            leaks += [f"{who} {path}: {heard}"] if heard else []
    assert leaks == []


@on_sqlite
@pytest.mark.thorough
def test_search_for_a_canary_answers_like_a_search_for_nothing(app: Flask, planted: list[str], browser: Any) -> None:
    told = []
    for who in BLIND[1:]:
        here = browser(who)
        for pattern in ASKED:
            unknown = without_echo(here, pattern.format(UNKNOWN))
            told += [
                f"{who}: {word}" for word in CANARIES.values() if without_echo(here, pattern.format(word)) != unknown
            ]
    assert told == []


def test_beginning_of_a_canary_is_proposed_like_one_that_is_nowhere(
    app: Flask, planted: list[str], browser: Any
) -> None:
    for who in BLIND[1:]:
        here = browser(who)
        for start, unknown in (("zor", "zzy"), ("zorglubt", "zzyxzyxt"), ("rapport zorglub", "rapport zzyxzyx")):
            told = [here.get("/recherche/suggestions", query_string={"q": one}).text for one in (start, unknown)]
            echo = quote_plus(start), quote_plus(unknown)
            assert told[0].replace(start, unknown).replace(*echo) == told[1], (who, start)
    inside = browser(MEMBER).get("/recherche/suggestions?q=zor").text
    assert inside.count('role="option"') == 5  # the report, the discussion, the list, the keyword, the search itself


def without_echo(here: Any, words: str) -> tuple[int, bytes]:

    answer = here.get("/recherche", query_string={"q": words})
    page = answer.data
    for echo in (str(escape(words)), quote(words), quote_plus(words), words, quote(words, safe='*"')):
        page = page.replace(echo.encode(), b"ECHO")
    for word in re.findall(r"zorglub\w+", words):
        page = page.replace(word.encode(), b"ECHO")
    return answer.status_code, REQUEST_NUMBER.sub(b"", page)


def test_private_addresses_answer_like_unknown_ones(app: Flask, planted: list[str], browser: Any) -> None:
    private = [path for path in planted if PRIVATE in path or CONTENT.match(path)]
    for who in (GUEST, EXPIRED_GUEST, OUTSIDER, ADMIN):
        here = browser(who)
        for path in private:
            answer, unknown = here.get(path), here.get(_unlike(path))
            if answer.status_code == 200 and path.endswith(OPENLY):
                continue
            seen, wanted = _without(answer.data, path), _without(unknown.data, _unlike(path))
            assert (answer.status_code, seen) == (404, wanted), f"{who} {path}"


def _without(page: bytes, path: str) -> bytes:
    """Return a page without its own address, the request's number and the form's token."""
    return REQUEST_NUMBER.sub(b"", page.replace(path.encode(), b"").replace(str(escape(path)).encode(), b""))


def _unlike(path: str) -> str:
    """Return the same address of a thing that never existed."""
    path = path.replace(PRIVATE, "cercle-absent")
    return CONTENT.sub(r"/\1/aaaaaaaaaa", path)


def test_right_lost_is_lost_at_the_next_request(app: Flask, planted: list[str], browser: Any) -> None:
    here = browser(MEMBER)
    before = {path for path in planted if sung(here.get(path, follow_redirects=True).data)}
    with app.app_context(), transaction() as session:
        user = session.scalars(select(User).where(User.email == MEMBER)).one()
        space = session.scalars(select(Space).where(Space.slug == PRIVATE)).one()
        mine = (Membership.user_id == user.id) & (Membership.space_id == space.id)
        session.delete(session.scalars(select(Membership).where(mine)).one())
    after = {path for path in planted if sung(here.get(path, follow_redirects=True).data) and "mot=" not in path}
    found = [word for word in CANARIES.values() if b"<mark" in here.get(f"/recherche?q={word}").data]
    assert (len(before) > 8, after, found) == (True, set(), [])


def test_thing_moved_into_a_closed_space_is_closed_before_the_index_knows(app: Flask, cast: Cast, browser: Any) -> None:
    with app.app_context():
        with transaction():
            space = db.session.scalars(select(Space).where(Space.slug == OPEN)).one()
            details = ResourceDetails.of(kind="report", title="Rapport zorglubmobile")
            public_id = share_resource(loaded(FACILITATOR), space, details).public_id
        work(app)
    here = browser(OUTSIDER)
    assert b"zorglubmobile" in here.get("/ressources").data
    with app.app_context(), transaction() as session:
        resource = session.scalars(select(Resource).where(Resource.public_id == public_id)).one()
        resource.space_id = cast.spaces[PRIVATE]
        index_soon("resource", resource.id)
    assert here.get(f"/ressources/{public_id}-x").status_code == 404
    assert without_echo(here, "zorglubmobile") == without_echo(here, UNKNOWN)


def test_administration_names_spaces_and_tells_nothing_of_what_they_hold(
    app: Flask, planted: list[str], browser: Any
) -> None:
    with app.app_context(), transaction():
        resource = db.session.scalars(select(Resource).where(Resource.title.contains(CANARIES["titre"]))).one()
        remove_resource(loaded(FACILITATOR), resource, f"Parce que {CANARIES['resume']}")
    ada = browser(ADMIN)
    told = {path: ada.get(path).data for path in ("/administration", "/administration/acces/regles")}
    for path in planted:
        looked = ada.post("/administration/acces/chose", {"chose": path})
        if looked.status_code == 302:
            where = looked.headers["Location"]
            told |= {f"{where}{view}": ada.get(f"{where}{view}").data for view in ("", "?voir=autres")}
    told["/administration/acces"] = ada.get("/administration/acces").data
    told["/administration/journal"] = ada.get("/administration/journal").data
    told["export"] = ada.post("/administration/journal/export").data
    assert len(told) > 10
    assert [
        f"{path}: {word}" for path, page in told.items() for word in CANARIES.values() if word.encode() in page
    ] == []
    assert "Cercle fermé".encode() in told["/administration/journal"]
