"""The history of a resource: complete for those who keep it, silent about what a reader could not read then."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete

from app.core.db import transaction
from app.core.errors import EditConflictError, NotFoundError
from app.core.revisions import revisions_of
from app.extensions import db
from app.library.history import History, change_for, history_of, take_up_again
from app.library.history_words import differences_of, names_of
from app.library.models import Resource
from app.library.moving import move_resource
from app.library.operations import ResourceDetails, edit_resource
from app.library.publishing import archive_resource
from app.library.validity import still_valid
from app.library.versions import remove_file
from app.spaces.models import Audience, Membership
from app.spaces.queries import space_by_slug
from tests.library.shelves import pdf, share, shared
from tests.people import ADMIN, FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast
from tests.support import CountedStatements, loaded


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


def change(resource: Resource, by: str = FACILITATOR, **more: Any) -> None:
    said = {"kind": "report", "title": "Titre", "lang": "fr", "audience": resource.audience, **more}
    with transaction():
        edit_resource(loaded(by), resource, ResourceDetails.of(**said), resource.edit_version)


def told(email: str, resource: Resource) -> list[str]:
    return [names_of(one, resource) for one in history_of(loaded(email), resource).changes]


def pieces(email: str, resource: Resource, n: int) -> list[tuple[str, list[tuple[str, str]]]]:
    found = differences_of(change_for(loaded(email), resource, n), loaded(email))
    return [(one.label, [(piece.what, piece.text) for piece in one.pieces]) for one in found]


def test_everything_that_changes_is_told(context: Flask) -> None:
    made = share("Titre", summary="Une rue calme", files=[(pdf("x"), "x.pdf")], tags=["Jeunesse"])
    change(made, summary="Une rue très calme", tags=["Jeunesse", "Écoute"], audience=Audience.NETWORK)
    with transaction():
        remove_file(loaded(FACILITATOR), made.attachments[0])
    with transaction():
        still_valid(loaded(FACILITATOR), made)
        archive_resource(loaded(FACILITATOR), made)
    assert told(FACILITATOR, made) == [
        "État",
        "À revoir le, Vérifiée le",
        "Fichiers",
        "Résumé, Lisible par, Mots-clés",
    ]
    assert pieces(FACILITATOR, made, 1) == [
        ("Résumé", [("same", "Une rue "), ("came", "très "), ("same", "calme")]),
        ("Lisible par", [("gone", "L’espace"), ("came", "Tout le réseau")]),
        ("Mots-clés", [("came", "Écoute, "), ("same", "Jeunesse")]),
    ]
    assert pieces(FACILITATOR, made, 2) == [("Fichiers", [("gone", "x.pdf")])]


def test_fields_of_a_kind_are_told_under_their_labels(context: Flask) -> None:
    made = share("Titre", kind="practice", fields={"need": "Du bruit", "evaluation": "own"})
    change(made, kind="practice", fields={"need": "Du bruit la nuit", "evaluation": "joint"})
    [(need, words), (label, chosen)] = pieces(FACILITATOR, made, 1)
    assert (need, words[-1], label) == ("Le besoin de départ", ("came", " la nuit"), "Évaluation")
    assert chosen[-1][0] == "came"


def test_day_that_a_field_gives_is_told_with_that_field_alone(context: Flask) -> None:
    made = share(kind="practice", fields={"start": "2019"}, dated_on="2019")
    change(made, kind="practice", title=made.title, fields={"start": "2020"}, dated_on="2020")
    assert told(FACILITATOR, made) == ["Début"]
    assert [label for label, _pieces in pieces(FACILITATOR, made, 1)] == ["Début"]


def test_readers_learn_who_and_when_and_no_earlier_text(context: Flask) -> None:
    made = share("Titre", summary="Un nom à taire", by=MEMBER)
    change(made, by=MEMBER, summary="Sans nom")
    for email in (OUTSIDER, GUEST):
        assert (told(email, made), history_of(loaded(email), made).sees_texts) == (["Résumé"], False)
        with pytest.raises(NotFoundError):
            change_for(loaded(email), made, 1)
    assert change_for(loaded(MEMBER), made, 1).before["summary"] == "Un nom à taire"
    assert change_for(loaded(ADMIN), made, 1).before["summary"] == "Un nom à taire"


def test_what_was_said_in_a_closed_space_stays_there(context: Flask, cast: Cast) -> None:
    made = share("Titre", summary="Secret", space=PRIVATE)
    change(made, summary="Montrable")
    target = space_by_slug(OPEN)
    assert target is not None
    with transaction():
        move_resource(loaded(FACILITATOR), made, target)
    change(made, summary="Montré")
    assert told(FACILITATOR, made) == ["Résumé", "Espace", "Résumé"]
    assert told(ADMIN, made) == ["Résumé", "Rangée dans cet espace"]
    assert history_of(loaded(ADMIN), made).begins is False
    for n in (1, 2):
        with pytest.raises(NotFoundError):
            change_for(loaded(ADMIN), made, n)
    with transaction() as session:  # a right lost is a history lost
        session.execute(delete(Membership).where(Membership.space_id == cast.spaces[PRIVATE]))
    assert told(FACILITATOR, made) == ["Résumé", "Rangée dans cet espace"]


def test_what_was_said_before_the_network_read_it_stays_in_the_space(context: Flask) -> None:
    made = share("Titre", summary="Secret", space=PRIVATE)
    change(made, summary="Pour tous", audience=Audience.NETWORK)
    change(made, summary="Pour tous, corrigé", audience=Audience.NETWORK)
    assert (told(OUTSIDER, made), told(MEMBER, made)) == (
        ["Résumé"],
        ["Résumé", "Résumé, Lisible par"],
    )


def test_an_earlier_version_is_taken_up_as_a_new_change(context: Flask) -> None:
    made = share("Premier", summary="Un", tags=["Jeunesse"], by=MEMBER)
    change(made, by=MEMBER, title="Second", summary="Deux", audience=Audience.NETWORK)
    with pytest.raises(EditConflictError), transaction():
        take_up_again(loaded(MEMBER), made, 1, 1)
    with pytest.raises(NotFoundError), transaction():
        take_up_again(loaded(OUTSIDER), made, 1, 2)
    with transaction():
        take_up_again(loaded(MEMBER), made, 1, 2)
    assert (made.title, made.summary, [tag.label for tag in made.tags]) == ("Premier", "Un", ["Jeunesse"])
    assert made.audience == Audience.NETWORK
    assert [one.fields["title"] for one in revisions_of(made)] == ["Premier", "Second"]


def test_pages_show_the_history_and_take_a_version_up(app: Flask, browser: Any) -> None:
    public_id, _ = shared(app, "Premier", summary="<b>Un</b> mot", by=MEMBER)
    with app.app_context():
        made = db.session.scalars(db.select(Resource).filter_by(public_id=public_id)).one()
        change(made, by=MEMBER, title="Second", summary="Deux mots")
    member, page = browser(MEMBER), f"/ressources/{public_id}/historique"
    assert "Titre, Résumé" in member.get(page).text
    assert f"{page}/1" in member.get(page).text
    assert f"{page}/1" not in browser(OUTSIDER).get(page).text
    shown = member.get(f"{page}/1").text
    assert "<del>" in shown
    assert "&lt;" in shown
    assert "<b>Un" not in shown
    for n in ("2", "0", "99999999999999999999"):
        assert member.get(f"{page}/{n}").status_code == 404
    assert member.post(f"{page}/1/reprendre", {"seen_version": "1"}).status_code == 409
    assert member.post(f"{page}/1/reprendre", {"seen_version": "2"}).location.endswith("-premier")
    assert browser(OUTSIDER).post(f"{page}/1/reprendre", {"seen_version": "3"}).status_code == 404


def test_history_asks_as_much_for_one_change_as_for_many(app: Flask) -> None:
    counts: list[int] = []
    with app.app_context():
        made = share("Titre")
        for times in (1, 6):
            for n in range(times):
                change(made, title=f"Titre {times} {n}")
            resource = db.session.get_one(Resource, made.id)
            with CountedStatements(app) as statements:
                found: History = history_of(loaded(FACILITATOR), resource)
            counts.append(len(statements))
    assert (counts[0] == counts[1], len(found.changes)) == (True, 7)
