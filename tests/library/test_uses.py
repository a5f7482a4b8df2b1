"""« Utilisée dans »: lists, practices, discussions, spaces; each inside what the reader may see."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask, current_app

from app.core.db import transaction
from app.core.slots import collect
from app.discussions.operations import edit_post, remove_post, start_thread
from app.discussions.queries import post_numbered
from app.extensions import db
from app.library.adopting import Told, tell_adoption
from app.library.models import Resource, Shelf
from app.library.operations import ResourceDetails, edit_resource, prepare_resource
from app.library.reading_lists.operations import add_to_list, make_list
from app.spaces.models import Space
from app.spaces.queries import space_by_slug
from tests.library.shelves import share
from tests.people import FACILITATOR, MEMBER, OPEN, OUTSIDER, PRIVATE, REQUEST, Cast
from tests.support import loaded


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


def place(slug: str) -> Space:
    found = space_by_slug(slug)
    assert found is not None
    return found


def uses(email: str, resource: Resource) -> dict[str, list[str]]:
    with current_app.test_request_context():
        groups = collect("resource.uses", resource, loaded(email))
        return {group.title.replace("’", "'"): [one.title for one in group.uses] for group in groups}


def test_each_reader_sees_the_uses_they_may_open(context: Flask) -> None:
    made = share("Citée", kind="practice", audience="network")
    own = share("La nôtre", by=MEMBER, kind="practice", space=PRIVATE)
    with transaction():
        for slug in (OPEN, PRIVATE):
            reading = make_list(loaded(MEMBER), place(slug), f"Dossier {slug}")
            add_to_list(loaded(MEMBER), reading, made)
            start_thread(loaded(MEMBER), place(slug), f"Fil {slug}", f"Voir\n\n/ressources/{made.public_id}\n")
        tell_adoption(loaded(MEMBER), made, Told("does", own=own))
        for slug in (REQUEST, PRIVATE):
            db.session.add(Shelf(space_id=place(slug).id, resource_id=made.id))
    assert uses(OUTSIDER, made) == {
        "Dossiers de lecture": ["Dossier atelier-ouvert"],
        "Discussions": ["Fil atelier-ouvert"],
    }
    seen = uses(MEMBER, made)
    assert seen["Pratiques d'autres villes"] == ["La nôtre"]
    assert sorted(seen["Discussions"]) == ["Fil atelier-ouvert", "Fil cercle-ferme"]
    assert seen["Autres espaces"] == ["Cercle fermé"]
    assert uses(FACILITATOR, made)["Autres espaces"] == ["Cercle fermé", "Vie nocturne"]
    assert uses(FACILITATOR, own) == {"Pratiques d'autres villes": ["Citée"]}


def test_resource_is_used_by_those_whose_words_give_its_address(context: Flask) -> None:
    made = share("Citée", audience="network")
    address = f"https://ailleurs.example/ressources/{made.public_id}-citee?page=4"
    share("Dans le texte", body=f"Voir {address} et [le reste](/ressources/{made.public_id}).")
    share("Dans un champ", kind="practice", fields={"results": f"Comme le dit\n/ressources/{made.public_id}"})
    share("Au cercle", by=MEMBER, space=PRIVATE, body=f"Voir {address}")
    share("Adresse plus longue", body=f"/ressources/{made.public_id}a")
    assert uses(OUTSIDER, made) == {"Ressources": ["Dans le texte", "Dans un champ"]}
    assert uses(MEMBER, made) == {"Ressources": ["Au cercle", "Dans le texte", "Dans un champ"]}


def test_resource_whose_words_change_points_to_what_they_say_now(context: Flask) -> None:
    made = share("Citée")
    other = share("Autre", body=f"/ressources/{made.public_id}")
    with transaction():
        edit_resource(loaded(FACILITATOR), other, ResourceDetails.of(kind="other", title="Autre", body="Rien."), 1)
    assert uses(MEMBER, made) == {}
    own = ResourceDetails.of(kind="other", title="Citée", body=f"Soi-même : /ressources/{made.public_id}")
    with transaction():
        edit_resource(loaded(FACILITATOR), made, own, 1)
        prepare_resource(loaded(FACILITATOR), place(OPEN), replace(own, title="Brouillon"))
    assert uses(FACILITATOR, made) == {}


def test_message_corrected_or_taken_away_cites_no_more(context: Flask) -> None:
    made = share("Citée")
    cited = f"Voir\n\n/ressources/{made.public_id}\n"
    with transaction():
        thread = start_thread(loaded(MEMBER), place(OPEN), "Fil", cited)
    post = post_numbered(thread, 1)
    assert post is not None
    with transaction():
        edit_post(loaded(MEMBER), post, "Rien à voir.", 1)
    assert uses(MEMBER, made) == {}
    with transaction():
        edit_post(loaded(MEMBER), post, cited, 2)
    assert uses(MEMBER, made) == {"Discussions": ["Fil"]}
    with transaction():
        edit_post(loaded(MEMBER), post, f"Comme le dit [ce bilan](/ressources/{made.public_id}-bilan), page 4.", 3)
    assert uses(MEMBER, made) == {"Discussions": ["Fil"]}
    with transaction():
        remove_post(loaded(MEMBER), post)
    assert uses(MEMBER, made) == {}
