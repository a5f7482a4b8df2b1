"""Each space has its own town, always the same, with one lit block."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from app.core.assets import ROOT
from app.core.plans import LIT, STYLES, Variant, plan_svg

IDENTIFIERS = ["k3h7q2m9zd", "a", "zzzzzzzzzz", "0000000000", "p8x1w5c2vb"]


@pytest.mark.parametrize("identifier", IDENTIFIERS)
@pytest.mark.parametrize("variant", STYLES)
def test_a_plan_has_one_lit_block(identifier: str, variant: Variant) -> None:
    picture = plan_svg(identifier, 900, 300, variant=variant)
    assert picture.count(f'fill="{LIT[0]}"') == 1
    assert len(ET.fromstring(picture)) > 20  # noqa: S314 - our own drawing


def test_the_same_identifier_gives_the_same_town() -> None:
    assert plan_svg("k3h7q2m9zd", 900, 300) == plan_svg("k3h7q2m9zd", 900, 300)


def test_two_identifiers_give_two_towns() -> None:
    assert len({plan_svg(identifier, 900, 300) for identifier in IDENTIFIERS}) == len(IDENTIFIERS)


@pytest.mark.parametrize("identifier", IDENTIFIERS)
def test_a_header_stays_light_to_send(identifier: str) -> None:
    assert len(plan_svg(identifier, 900, 300)) < 40_000
    assert len(plan_svg(identifier, 80, 80, variant="thumb")) < 6_000


def test_a_plan_runs_nothing_and_calls_nobody() -> None:
    picture = plan_svg('"><script>alert(1)</script>', 900, 300)
    assert not re.search(r"script|href|style=|onload", picture)


def test_the_town_of_the_sign_in_page_is_drawn_by_the_same_hand() -> None:
    assert (ROOT / "app" / "static" / "img" / "plan-sign-in.svg").read_text("utf-8") == plan_svg(
        "beffroi", 720, 800
    ) + "\n"
