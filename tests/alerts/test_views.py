"""The pages of saved searches: saving, reopening, what is new, sharing, the link that stops mails."""

from __future__ import annotations

import re
from contextvars import Context
from html import unescape
from typing import Any
from urllib.parse import parse_qsl

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.accounts.rights.erasing import erase
from app.accounts.rights.exporting import gather
from app.alerts.models import Finding, Rhythm, SavedSearch, Watch
from app.alerts.operations import MOST_FOLLOWED, MOST_SHARED, rename
from app.alerts.takeaway import search_parts
from app.alerts.telling import stop_link
from app.alerts.views import own as views
from app.core.db import transaction
from app.core.errors import RefusedError
from app.extensions import db
from app.search.kept import reopened
from app.search.operations import engine
from tests.alerts.following import look, mails, news, publish, save, shared, text_of
from tests.people import ADMIN, FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import Browser, CountedStatements, loaded, work

PAGE = {
    "q": "médiation -bruit",
    "kind": "report",
    "espace": OPEN,
    "taille": "-10000",
    "quoi": "documents",
    "tri": "date",
}
MARKUP = re.compile(r"<[^>]+>|\s+")


class Apart(Browser):
    """A browser whose requests share nothing with the context of the test: each has its own, as on a site."""

    def get(self, path: str, **options: Any) -> TestResponse:
        return Context().run(super().get, path, **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        return Context().run(super().post, path, data, **options)


@pytest.fixture
def browser(app: Flask) -> Any:
    return lambda email=None: Apart(app, email)


@pytest.fixture(autouse=True)
def _everybody(app: Flask, cast: Cast) -> None:
    """Every test has the cast, and an index that holds nothing yet."""
    with app.app_context():
        engine().rebuild(())


def words(answer: Any) -> str:
    """Return a page as its reader reads it."""
    shown = MARKUP.sub(" ", unescape(answer.get_data(as_text=True))).replace("\u00a0", " ").replace("\u202f", " ")
    return re.sub(r" +", " ", shown).replace("’", "'")


def own(who: str) -> list[SavedSearch]:
    query = select(SavedSearch).where(SavedSearch.user_id == loaded(who).id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


@pytest.mark.slow
def test_search_saved_from_its_results_opens_the_same_page_again(context: Flask, browser: Any) -> None:
    publish("Médiation nocturne")
    work(context)
    here = browser(MEMBER)
    results = here.get("/recherche", query_string=PAGE)
    assert "M'alerter des nouveautés" in words(results)
    link = re.search(r'href="(/recherches/nouvelle\?[^"]+)"', results.get_data(as_text=True))
    assert link is not None
    save_at = unescape(link[1])
    form = here.get(save_at)
    assert "« médiation -bruit »" in words(form)
    saved = here.post(save_at, {"name": "Médiation", "rhythm": "weekly"})
    assert (saved.status_code, own(MEMBER)[0].name) == (302, "Médiation")
    page = here.get(saved.headers["Location"])
    again = re.search(r'class="button button--primary" href="(/recherche\?[^"]+)"', page.get_data(as_text=True))
    assert again is not None
    assert state_of(unescape(again[1])) == state_of(f"/recherche?{'&'.join(f'{a}={b}' for a, b in PAGE.items())}")
    same = here.get(unescape(again[1]))
    assert words(same).replace("Recherche enregistrée", "M'alerter des nouveautés") == words(results)
    twice = here.post(save_at, {"name": "Encore", "rhythm": "daily"})
    assert (twice.headers["Location"], len(own(MEMBER))) == (saved.headers["Location"], 1)


def state_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(url.partition("?")[2]))


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"query": 3, "ticked": "x", "tab": [], "sizes": "y"},
        {"query": {"items": [1, None, "a" * 900]}, "ticked": {"filters": {"kind": [4]}}, "tab": "nowhere"},
    ],
)
def test_kept_values_that_make_no_sense_are_left_out(context: Flask, kept: dict[str, Any]) -> None:
    state = reopened(kept)
    assert (state.query.is_empty, state.narrows) == (True, False)


def test_bad_input_comes_back_with_a_sentence_and_what_was_typed(context: Flask, browser: Any) -> None:
    here = browser(MEMBER)
    nameless = here.post("/recherches/nouvelle?q=ville", {"name": " ", "rhythm": "daily"})
    assert (nameless.status_code, "Donnez un nom à la recherche." in words(nameless)) == (422, True)
    long = here.post("/recherches/nouvelle?q=ville", {"name": "x" * 81, "rhythm": "daily"})
    assert (long.status_code, "80 signes au plus" in words(long), "x" * 81 in long.text) == (422, True, True)
    unknown = here.post("/recherches/nouvelle?q=ville", {"name": "Ville", "rhythm": "hourly"})
    assert (unknown.status_code, "Choisissez le rythme" in words(unknown)) == (422, True)
    nothing = here.get("/recherches/nouvelle", follow_redirects=True)
    assert "Cherchez d'abord quelque chose" in words(nothing)
    assert own(MEMBER) == []


@pytest.mark.slow
def test_one_follows_so_many_searches_and_is_told_why_no_more(context: Flask, browser: Any) -> None:
    for n in range(MOST_FOLLOWED):
        save(MEMBER, Rhythm.NONE, q=f"mot{n}")
    answer = browser(MEMBER).post("/recherches/nouvelle?q=de+trop", {"name": "De trop", "rhythm": "daily"})
    assert (answer.status_code, "Vous suivez déjà 30 recherches" in words(answer)) == (422, True)
    assert len(own(MEMBER)) == MOST_FOLLOWED


@pytest.mark.slow
def test_page_of_a_search_shows_what_came_until_it_is_seen(context: Flask, browser: Any) -> None:
    watch = save(MEMBER, Rhythm.NONE, name="Médiation", q="médiation")
    publish("Médiation nocturne", summary="Une médiation de nuit.")
    look(context)
    here = browser(MEMBER)
    assert "1 nouveauté" in words(here.get("/recherches"))
    assert "1 nouveauté" in words(here.get("/"))
    assert "1 nouveauté" in words(here.get("/recherche?q=médiation"))
    page = here.get(f"/recherches/{watch.search.public_id}")
    assert ("Médiation nocturne" in words(page), "<mark>médiation</mark>" in page.text) == (True, True)
    last = db.session.scalar(select(func.max(Finding.id)))
    db.session.rollback()
    assert here.get(f"/recherches/{watch.search.public_id}").status_code == 200
    assert "1 nouveauté" in words(here.get("/recherches"))  # looking changes nothing by itself
    here.post(f"/recherches/{watch.search.public_id}/vues", {"upto": str(last)})
    assert "nouveauté" not in words(here.get("/recherches")).replace("nouveautés »", "")
    assert "Médiation nocturne" in words(here.get(f"/recherches/{watch.search.public_id}"))
    here.post(f"/recherches/{watch.search.public_id}/vues", {"upto": "x" * 90})


def test_pages_that_were_not_opened_are_not_marked_as_seen(
    context: Flask, browser: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PER_PAGE", 1)
    watch = save(MEMBER, q="médiation")
    for title in ("Médiation une", "Médiation deux"):
        publish(title)
    look(context)
    here, path = browser(MEMBER), f"/recherches/{watch.search.public_id}"
    assert ["data-read-url" in here.get(f"{path}?page={n}").text for n in (1, 2)] == [False, True]
    assert here.get(path).text.count(f'href="{path}?page=2"') > 0


def test_search_is_renamed_changed_removed_and_put_back(context: Flask, browser: Any) -> None:
    watch = save(MEMBER, name="Avant", q="médiation")
    here, one = browser(MEMBER), f"/recherches/{watch.search.public_id}"
    here.post(one, {"name": "Après", "rhythm": "weekly"})
    assert "« Après » : tout de suite." in words(
        here.post(f"{one}/rythme", {"rhythm": "at_once"}, follow_redirects=True)
    )
    assert "Choisissez le rythme" in words(here.post(f"{one}/rythme", {"rhythm": "?"}, follow_redirects=True))
    removed = here.post(f"{one}/supprimer", follow_redirects=True)
    assert ("« Après » est supprimée." in words(removed), here.get(one).status_code) == (True, 404)
    assert "« Après »" not in words(here.get("/recherches"))
    back = here.post(f"{one}/retablir", follow_redirects=True)
    assert ("La recherche est rétablie." in words(back), here.get(one).status_code) == (True, 200)
    db.session.rollback()
    assert [(one.name, one.removed_at) for one in own(MEMBER)] == [("Après", None)]


def test_search_of_somebody_else_answers_like_none(context: Flask, browser: Any) -> None:
    theirs = save(FACILITATOR, q="médiation").search.public_id
    mine = shared("Fermée", PRIVATE, q="médiation").public_id
    there = browser(OUTSIDER)
    for public_id in (theirs, mine):
        for path in ("", "/partager"):
            assert there.get(f"/recherches/{public_id}{path}").status_code == 404
        for path in ("", "/rythme", "/vues", "/supprimer", "/retablir"):
            answer = there.post(f"/recherches/{public_id}{path}", {"name": "x", "rhythm": "daily"})
            assert answer.status_code == 404, path


@pytest.mark.slow
def test_facilitator_shares_a_search_and_members_follow_it(context: Flask, browser: Any) -> None:
    watch = save(FACILITATOR, Rhythm.NONE, name="Médiation", q="médiation", espace=OPEN)
    running, one = browser(FACILITATOR), f"/recherches/{watch.search.public_id}"
    assert "Partager dans un espace" in words(running.get(one))
    shares = running.post(f"{one}/partager", {"space": OPEN, "name": "Médiation de l'atelier"})
    assert shares.headers["Location"] == f"/espaces/{OPEN}/recherches"
    again = running.post(f"{one}/partager", {"space": OPEN, "name": "Encore"})
    assert (again.status_code, "déjà partagée dans cet espace" in words(again)) == (422, True)
    nowhere = running.post(f"{one}/partager", {"space": "ailleurs", "name": "Encore"})
    assert (nowhere.status_code, "Choisissez un espace que vous animez." in words(nowhere)) == (422, True)
    db.session.rollback()  # what was read before the browser wrote
    public_id = db.session.scalars(select(SavedSearch.public_id).where(SavedSearch.space_id.is_not(None))).one()
    there, here = browser(GUEST), f"/espaces/{OPEN}/recherches"
    assert "Médiation de l'atelier" in words(there.get(f"/espaces/{OPEN}"))
    wrong = there.post(f"{here}/{public_id}/suivre", {"rhythm": "never"})
    assert (wrong.status_code, "Choisissez le rythme" in words(wrong)) == (422, True)
    there.post(f"{here}/{public_id}/suivre", {"rhythm": "at_once"})
    assert "Suivie" in words(there.get(here))
    listed = words(there.get("/recherches"))
    assert ("Médiation de l'atelier" in listed, "partagée dans « Atelier ouvert »" in listed) == (True, True)
    page = there.get(f"/recherches/{public_id}")
    assert ("Ne plus suivre" in words(page), 'name="name"' in page.text) == (True, False)
    there.post(f"/recherches/{public_id}", {"name": "À moi", "rhythm": "weekly"})
    db.session.rollback()
    assert db.session.scalars(select(SavedSearch.name).where(SavedSearch.public_id == public_id)).one() != "À moi"
    assert there.post(f"{here}/{public_id}/retirer").status_code == 403
    assert there.post(f"{here}/{public_id}/renommer", {"name": "x"}).status_code == 403
    there.post(f"/recherches/{public_id}/supprimer")
    assert "Médiation de l'atelier" in words(there.get(here))


def test_facilitator_renames_and_takes_out_a_shared_search(context: Flask, browser: Any) -> None:
    one = shared("Médiation", q="médiation")
    here, running = f"/espaces/{OPEN}/recherches", browser(FACILITATOR)
    assert running.post(f"{here}/{one.public_id}/renommer", {"name": " "}).status_code == 422
    running.post(f"{here}/{one.public_id}/renommer", {"name": "Autre nom"})
    assert "Autre nom" in words(running.get(here))
    removed = running.post(f"{here}/{one.public_id}/retirer", follow_redirects=True)
    assert "« Autre nom » est supprimée." in words(removed)
    assert "Autre nom" not in words(browser(MEMBER).get(f"{here}?supprimee={one.public_id}"))
    assert browser(MEMBER).post(f"/recherches/{one.public_id}/retablir").status_code == 404
    running.post(f"/recherches/{one.public_id}/retablir")
    assert "Autre nom" in words(browser(MEMBER).get(here))
    running.post(f"{here}/{one.public_id}/retirer")
    shared("La même", q="médiation")
    refused = running.post(f"/recherches/{one.public_id}/retablir", follow_redirects=True)
    assert "déjà partagée dans cet espace : « La même »" in words(refused)


@pytest.mark.slow
def test_name_of_another_closed_space_is_not_told_by_a_shared_search(context: Flask, browser: Any) -> None:
    publish("Rapport", where=PRIVATE, tags=["motsecret"])
    work(context)
    running = browser(FACILITATOR)
    for arguments in ({"espace": PRIVATE}, {"mot": "motsecret"}, {"q": "espace:cercle-ferme nuit"}):
        watch = save(FACILITATOR, Rhythm.NONE, **arguments)
        answer = running.post(f"/recherches/{watch.search.public_id}/partager", {"space": OPEN, "name": "Nuit"})
        assert (answer.status_code, "ne dit rien à ceux qui lisent cet espace" in words(answer)) == (422, True)
        inside = running.post(f"/recherches/{watch.search.public_id}/partager", {"space": PRIVATE, "name": "Nuit"})
        assert inside.status_code == 302
    there = browser(OUTSIDER)
    assert there.get(f"/espaces/{PRIVATE}/recherches").status_code == 404
    assert "Nuit" not in words(there.get(f"/espaces/{OPEN}/recherches"))


def test_space_has_so_many_searches_and_says_why_no_more(context: Flask, browser: Any) -> None:
    for n in range(MOST_SHARED):
        shared(f"Mot {n}", q=f"mot{n}")
    watch = save(FACILITATOR, Rhythm.NONE, name="De trop", q="trop")
    answer = browser(FACILITATOR).post(f"/recherches/{watch.search.public_id}/partager", {"space": OPEN, "name": "x"})
    assert (answer.status_code, "20 recherches sont déjà partagées" in words(answer)) == (422, True)


@pytest.mark.slow
def test_statements_of_the_pages_do_not_grow_with_the_searches(context: Flask, browser: Any) -> None:
    here = browser(MEMBER)
    counts = []
    for round_ in range(2):
        for n in range(1 + 4 * round_):
            save(MEMBER, name=f"R {round_} {n}", q=f"médiation{round_}{n}", espace=OPEN, mot="nuit")
            shared(f"S {round_} {n}", q=f"partage{round_}{n}", espace=OPEN)
        pages = ("/recherches", f"/espaces/{OPEN}/recherches", f"/espaces/{OPEN}", "/")
        for path in pages:
            here.get(path)
        with CountedStatements(context) as counted:
            for path in pages:
                here.get(path)
        counts.append(len(counted))
    assert counts[0] == counts[1], counts


def bare(here: Browser, path: str, data: dict[str, str] | None = None) -> TestResponse:
    """Send a form without its token, as a mail program does."""
    answer: TestResponse = Context().run(here.client.post, path, data=data or {})
    return answer


def links(mail: Any, word: str) -> list[str]:
    return re.findall(rf"https?://[^/\s]+(/{word}/\S+)", text_of(mail))


def test_link_of_a_mail_stops_mails_without_signing_in_and_opening_it_changes_nothing(
    context: Flask, browser: Any
) -> None:
    for name in ("Une", "Deux"):
        save(MEMBER, name=name, q=f"médiation {name}")
    publish("Médiation")
    look(context)
    [mail] = mails(context, MEMBER)
    stops = links(mail, "alertes/arreter")
    header = str(mail["List-Unsubscribe"])
    assert (len(stops), header.strip("<>").endswith(stops[-1])) == (
        2,
        True,
    )  # the second search had nothing left to say
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stranger, rhythms = browser(), select(Watch.rhythm).order_by(Watch.id)
    opened = stranger.get(stops[0])
    assert (opened.status_code, "Arrêter ces courriels" in words(opened)) == (200, True)
    assert stranger.post(stops[0], {"lang": "en"}).headers["Location"] == stops[0]
    assert "Stop these e-mails" in words(stranger.get(stops[0]))
    assert db.session.scalars(rhythms).all() == ["at_once", "at_once"]
    db.session.rollback()
    bare(stranger, stops[0])
    assert sorted(db.session.scalars(rhythms).all()) == ["at_once", "none"]
    db.session.rollback()
    answer = bare(stranger, stops[-1], {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer.data) == (200, b"")
    assert db.session.scalars(rhythms).all() == ["none", "none"]
    db.session.rollback()
    stranger.post(stops[-1].replace("/arreter/", "/reprendre/"))
    assert db.session.scalars(rhythms).all() == ["at_once", "at_once"]


def test_link_stops_nobody_else_s_mails_and_ends_with_the_account(context: Flask, browser: Any) -> None:
    save(MEMBER, q="médiation")
    other = save(OUTSIDER, q="médiation")
    secret = stop_link(loaded(MEMBER), other).rpartition("/")[2]
    bare(browser(), f"/alertes/arreter/{secret}")
    assert set(db.session.scalars(select(Watch.rhythm))) == {"at_once"}
    whole = stop_link(loaded(MEMBER)).rpartition("/")[2]
    assert bare(browser(), f"/alertes/arreter/{whole[:-4]}abcd").status_code == 404
    with transaction():
        erase(loaded(MEMBER), withdraw=False)
    assert browser().get(f"/alertes/arreter/{whole}").status_code == 404


def test_person_s_searches_are_in_their_copy_and_go_with_them(context: Flask) -> None:
    save(MEMBER, name="Médiation", q="médiation", kind="report")
    kept = shared("Fermée", PRIVATE, q="zorglub").id
    with transaction() as session:
        session.add(Watch(search_id=kept, user_id=loaded(OUTSIDER).id, rhythm="daily", checked=0, known=()))
    [record] = next(one.records for one in gather(loaded(MEMBER)) if one.name == "saved_searches")
    assert ("Médiation" in record.values(), "médiation, Rapport" in record.values()) == (True, True)
    [closed] = next(one.records for one in gather(loaded(OUTSIDER)) if one.name == "saved_searches")
    assert "zorglub" not in str(closed)
    with transaction():
        erase(loaded(MEMBER), withdraw=False)
    left = db.session.scalars(select(SavedSearch)).all()
    assert [(one.id, one.user_id) for one in left] == [(kept, None)]
    assert db.session.scalars(select(Watch.user_id)).all() == [loaded(OUTSIDER).id]


def test_statements_of_a_copy_do_not_grow_with_the_searches(context: Flask) -> None:
    counts = []
    for more in (1, 4):
        for n in range(more):
            save(MEMBER, name=f"R {more} {n}", q=f"médiation{more}{n}", espace=OPEN, mot="nuit")
        db.session.expire_all()
        with CountedStatements(context) as counted:
            search_parts(loaded(MEMBER))
        counts.append(len(counted))
    assert counts[0] == counts[1], counts


def test_search_is_renamed_by_who_tends_it_and_nobody_else(context: Flask) -> None:
    one = shared("Médiation", q="médiation")
    with pytest.raises(RefusedError), transaction():
        rename(loaded(MEMBER), one, "Autre nom")
    with transaction():
        rename(loaded(FACILITATOR), one, "Autre nom")
    assert one.name == "Autre nom"


def test_administrator_outside_sees_nothing_of_a_closed_space_s_searches(context: Flask, browser: Any) -> None:
    one = shared("Zorglub", PRIVATE, q="zorglub")
    ada = browser(ADMIN)
    assert ada.get(f"/espaces/{PRIVATE}/recherches").status_code == 404
    assert ada.post(f"/espaces/{PRIVATE}/recherches/{one.public_id}/suivre", {"rhythm": "daily"}).status_code == 404
    assert "Zorglub" not in words(ada.get("/recherches"))
    assert news(ADMIN) == {}
