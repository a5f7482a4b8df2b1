"""What no other test sees: things of a list stand in line, and things of a kind look alike."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.core.clock import now
from app.core.db import transaction
from app.extensions import db
from app.spaces.models import JoinPolicy, Space, Visibility
from tests.journeys.eyes import Page, expect
from tests.journeys.live import ADMINISTRATOR, MEMBER, PHONE, Site

pytestmark = pytest.mark.browser

LEFTS = "all => all.map(one => one.getBoundingClientRect().left)"
LEAST_GAP = 12  # pixels between a field and the label of the next
BUTTON = "one => getComputedStyle(one, '::file-selector-button').borderTopWidth"


def test_reasons_of_requests_stand_in_one_column_whatever_the_buttons_say(opened: Callable[..., Page]) -> None:
    desk = opened(ADMINISTRATOR)
    desk.goto("/administration/demandes")
    expect(desk.get_by_role("link", name="Examiner").first).to_be_visible()
    expect(desk.get_by_role("button", name="Accepter").first).to_be_visible()
    assert len(set(desk.locator(".request__reason").evaluate_all(LEFTS))) == 1


@pytest.mark.parametrize(
    ("who", "path"), [(MEMBER, "/moi/profil"), (ADMINISTRATOR, "/administration/personnes/importer")]
)
def test_button_of_a_file_field_is_one_of_ours(opened: Callable[..., Page], who: str, path: str) -> None:
    page = opened(who)
    page.goto(path)
    field = page.locator("input[type=file]").first
    expect(field).to_be_visible()
    assert field.evaluate(BUTTON) == "1px"


def test_button_of_a_deleted_space_covers_nothing_on_a_phone(opened: Callable[..., Page], site: Site) -> None:
    gone = Space(name="Espace rendu", slug="espace-rendu", visibility=Visibility.OPEN, join_policy=JoinPolicy.FREE)
    with site.app.app_context():
        gone.deleted_at = now()
        with transaction():
            db.session.add(gone)
        db.session.remove()
    page = opened(ADMINISTRATOR, PHONE)
    page.goto("/administration/espaces?etat=supprimes")
    row = page.get_by_role("row").filter(has_text="Espace rendu")
    name, button = row.get_by_role("rowheader").bounding_box(), row.get_by_role("link", name="Restaurer").bounding_box()
    assert name is not None
    assert button is not None
    assert button["y"] >= name["y"] + name["height"]


def test_label_of_a_message_stands_apart_from_the_field_above_it(opened: Callable[..., Page]) -> None:
    page = opened(MEMBER, PHONE)
    page.goto("/espaces/politique-des-drogues/discussions/nouvelle")
    above, label = page.get_by_label("Votre question").bounding_box(), page.get_by_text("Votre message").bounding_box()
    assert above is not None
    assert label is not None
    assert label["y"] - (above["y"] + above["height"]) >= LEAST_GAP
