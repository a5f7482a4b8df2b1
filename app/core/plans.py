"""Draws the plan of an imaginary town from an identifier: dark streets, pale blocks, one lit block.

The only ornament of the platform (design reference, section 4, "Character"). Decorative: never the bearer of a fact.
"""

from __future__ import annotations

import hashlib
import math
import random
from dataclasses import dataclass
from typing import Literal

Point = tuple[float, float]
Block = list[Point]
Variant = Literal["header", "thumb", "motif"]

# The plan always lies on a dark ground of its own, so its colours do not follow the theme (see tokens: bar, amber).
GROUNDS = ("#0c3140", "#4a2a58", "#1c4a35", "#5a3216", "#2b3f63", "#57243a")
PALE = ("#ffffff", (0.055, 0.085, 0.12))
PARK = ("#79c39a", 0.26)
LIT = ("#f5b93f", 0.85)
PARK_SHARE = 0.04
SMALLEST_SIDE = 6.0


@dataclass(frozen=True)
class Style:
    """How a variant is cut: area of the smallest blocks to cut, width of the first streets, wandering of angles."""

    area: float
    street: float
    slant: float
    ground: bool


STYLES: dict[str, Style] = {
    "header": Style(area=3000.0, street=30.0, slant=0.45, ground=False),
    "thumb": Style(area=420.0, street=6.0, slant=0.3, ground=True),
    "motif": Style(area=700.0, street=7.0, slant=0.25, ground=False),
}


def plan_svg(identifier: str, width: int, height: int, *, variant: Variant = "header") -> str:
    """Return an SVG picture of ``width`` by ``height`` units; same identifier, same town, on every machine.

    ``header`` is large and without ground (laid over the bar), ``thumb`` small on its own ground, ``motif`` a
    handful of blocks for empty pages.
    """
    dice = random.Random(hashlib.sha256(identifier.encode()).digest())  # noqa: S311 - a drawing, not a secret
    style = STYLES[variant]
    blocks = _blocks(dice, width, height, style)
    shapes = "".join(
        _shape(block, paint) for block, paint in zip(blocks, _paints(dice, blocks, width, height), strict=True)
    )
    ground = f'<rect width="{width}" height="{height}" fill="{dice.choice(GROUNDS)}"/>' if style.ground else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'preserveAspectRatio="xMidYMid slice">{ground}{shapes}</svg>'
    )


def _blocks(dice: random.Random, width: int, height: int, style: Style) -> list[Block]:
    """Cut a slightly turned rectangle, larger than the picture, until its blocks are small enough."""
    middle = (width / 2, height / 2)
    reach = math.hypot(width, height) / 2 + style.street
    turn = dice.uniform(-style.slant, style.slant)
    corners = [(-reach, -reach), (reach, -reach), (reach, reach), (-reach, reach)]
    town = [_turned(point, turn, middle) for point in corners]
    found: list[Block] = []
    _cut(dice, town, style.street, style, found)
    return [block for block in found if _touches(block, width, height)]


def _cut(dice: random.Random, block: Block, street: float, style: Style, found: list[Block]) -> None:
    """Split ``block`` by a street across its longest side; streets get narrower, blocks smaller."""
    area = _area(block)
    if area < style.area * dice.uniform(0.35, 1.3):
        if area > SMALLEST_SIDE * SMALLEST_SIDE / 2:
            found.append(block)
        return
    angle = _longest_side(block) + math.pi / 2 + dice.gauss(0, style.slant / 2)
    across = (math.cos(angle + math.pi / 2), math.sin(angle + math.pi / 2))
    middle = _centre(block)
    shift = dice.uniform(-0.14, 0.14) * math.sqrt(area)
    through = across[0] * middle[0] + across[1] * middle[1] + shift
    narrower = max(street * 0.72, style.street * 0.11)
    for side in (1, -1):
        half = _kept(block, (across[0] * side, across[1] * side), through * side + street / 2)
        if len(half) > 2:  # noqa: PLR2004 - fewer than three corners enclose nothing
            _cut(dice, half, narrower, style, found)


def _kept(block: Block, normal: Point, limit: float) -> Block:
    """Return the part of a convex ``block`` where ``normal . point >= limit``."""
    kept: Block = []
    for start, end in zip(block, block[1:] + block[:1], strict=True):
        before = normal[0] * start[0] + normal[1] * start[1] - limit
        after = normal[0] * end[0] + normal[1] * end[1] - limit
        if before >= 0:
            kept.append(start)
        if before * after < 0:
            share = before / (before - after)
            kept.append((start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])))
    return kept


def _paints(dice: random.Random, blocks: list[Block], width: int, height: int) -> list[tuple[str, float]]:
    """Give each block its paint: pale, a few parks, and the lit one, in the open part at the right."""
    inside = [number for number, block in enumerate(blocks) if _open_part(_centre(block), width, height)]
    roomy = sorted(inside, key=lambda number: -_area(blocks[number]))[: max(1, len(inside) // 3)]
    lit = dice.choice(roomy) if roomy else 0
    paints = []
    for number in range(len(blocks)):
        park = dice.random() < PARK_SHARE
        pale = (PALE[0], dice.choice(PALE[1]))
        paints.append(LIT if number == lit else PARK if park else pale)
    return paints


def _open_part(point: Point, width: int, height: int) -> bool:
    return 0.5 * width < point[0] < 0.92 * width and 0.12 * height < point[1] < 0.7 * height


def _touches(block: Block, width: int, height: int) -> bool:
    across, down = [x for x, _ in block], [y for _, y in block]
    return max(across) > 0 and min(across) < width and max(down) > 0 and min(down) < height


def _shape(block: Block, paint: tuple[str, float]) -> str:
    path = "L".join(f"{x:.0f} {y:.0f}" for x, y in block)
    return f'<path fill="{paint[0]}" fill-opacity="{paint[1]}" d="M{path}Z"/>'


def _turned(point: Point, angle: float, middle: Point) -> Point:
    sine, cosine = math.sin(angle), math.cos(angle)
    return (middle[0] + point[0] * cosine - point[1] * sine, middle[1] + point[0] * sine + point[1] * cosine)


def _area(block: Block) -> float:
    pairs = zip(block, block[1:] + block[:1], strict=True)
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2


def _centre(block: Block) -> Point:
    return (sum(x for x, _ in block) / len(block), sum(y for _, y in block) / len(block))


def _longest_side(block: Block) -> float:
    """Return the angle of the longest side, in radians."""
    sides = [(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in zip(block, block[1:] + block[:1], strict=True)]
    across, down = max(sides, key=lambda side: math.hypot(*side))
    return math.atan2(down, across)
