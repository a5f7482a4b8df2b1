"""An administrator enters a private space with a reason and leaves it; those who run it see the visit."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.eyes import Page, expect
from tests.journeys.live import ADMINISTRATOR, FACILITATOR, PRIVATE

pytestmark = pytest.mark.browser
REASON = "Signalement d'un message reçu ce matin"


def test_administrator_enters_a_private_space_and_leaves(opened: Callable[..., Page]) -> None:
    admin, runs = opened(ADMINISTRATOR), opened(FACILITATOR)
    answer = admin.goto(f"/espaces/{PRIVATE}")
    assert answer is not None
    assert answer.status == 404
    admin.goto("/administration/acces")
    admin.get_by_role("listitem").filter(has_text="Maires en première ligne").get_by_role("link").click()
    admin.get_by_label("Motif").fill("Pour voir")
    admin.get_by_role("button", name="Entrer dans l’espace").click()
    expect(admin.get_by_label("Motif")).to_have_value("Pour voir")
    admin.get_by_label("Motif").fill(REASON)
    admin.get_by_label("30 minutes").check()
    admin.get_by_role("button", name="Entrer dans l’espace").click()
    expect(admin.get_by_role("heading", level=1)).to_have_text("Maires en première ligne")
    expect(admin.get_by_role("complementary", name="Passage dans un espace")).to_contain_text(REASON)
    runs.goto(f"/espaces/{PRIVATE}/membres")
    visit = runs.get_by_role("region", name="Passages de l’administration").get_by_role("listitem").first
    expect(visit).to_contain_text(REASON)
    expect(visit).to_contain_text("En cours")
    admin.get_by_role("button", name="Sortir").click()
    expect(admin.get_by_role("complementary", name="Passage dans un espace")).to_have_count(0)
    answer = admin.goto(f"/espaces/{PRIVATE}")
    assert answer is not None
    assert answer.status == 404
    runs.reload()
    expect(visit).not_to_contain_text("En cours")
