"""The colours keep their contrast in both themes; both ways of being dark give the same values."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[2] / "app" / "static" / "css"
TOKENS = (CSS / "tokens.css").read_text("utf-8")
DECLARATION = re.compile(r"--([\w-]+):\s*([^;]+);")
KINDS = ("report", "press", "research", "practice", "minutes", "note", "position", "legal", "guide", "other")
TONES = ("ok", "warn", "danger", "info")

# WCAG 2.2, 1.4.3: text, 4.5 to 1.
TEXT_PAIRS = [
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3", "link") for ground in ("canvas", "surface", "primary-wash")),
    *((ink, "sunken") for ink in ("ink", "ink-2", "ink-3")),
    *((ink, "primary-tint") for ink in ("ink", "link", "ink-3")),
    *((ink, "raised") for ink in ("ink", "ink-2", "ink-3", "link", "danger")),
    ("link-visited", "surface"),
    ("link-visited", "canvas"),
    ("on-bar", "bar"),
    ("on-bar-2", "bar"),
    ("bar-strong", "bar"),
    ("on-bar", "bar-2"),
    ("on-bar-2", "bar-2"),
    ("on-primary", "primary"),
    ("on-primary", "primary-hover"),
    ("on-amber", "amber"),
    ("mark-ink", "mark"),
    ("canvas", "ink"),
    ("paper-ink", "paper"),
    ("paper-ink-2", "paper"),
    ("paper-mark-ink", "paper-mark"),
    *((f"t-{kind}", f"t-{kind}-tint") for kind in KINDS),
    *((f"t-{kind}", "surface") for kind in KINDS),
    *((f"t-{kind}", "primary-wash") for kind in KINDS),
    *((tone, f"{tone}-tint") for tone in TONES),
    *((tone, "surface") for tone in TONES),
    *(("ink", f"{tone}-tint") for tone in TONES),
    *(("on-id", f"id-{number}") for number in range(1, 9)),
]
# WCAG 2.2, 1.4.11: controls, icons and the focus ring, 3 to 1.
CONTROL_PAIRS = [
    *(("line-strong", ground) for ground in ("surface", "canvas", "primary-wash")),
    *(("focus", ground) for ground in ("canvas", "surface", "primary-wash", "sunken")),
    *(("primary", ground) for ground in ("canvas", "surface")),
    ("bar-line", "bar"),
    ("amber", "bar"),
    ("mark-line", "surface"),
    ("paper-mark-line", "paper"),
]


def _values(css: str) -> dict[str, str]:
    return {name: value.strip() for name, value in DECLARATION.findall(re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))}


def _inside(opening: str) -> str:
    """Return what stands between the braces that follow ``opening``."""
    start = TOKENS.index(opening) + len(opening)
    return TOKENS[start : TOKENS.index("}", start)]


LIGHT = _values(_inside(":root {"))
DARK_CHOSEN = _values(_inside(':root[data-theme="dark"] {'))
DARK_FOLLOWED = _values(_inside(":root:not([data-theme]) {"))
THEMES = {"light": LIGHT, "dark": LIGHT | DARK_CHOSEN}


def _luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2.2, definition of "relative luminance")."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(theme: str, ink: str, ground: str) -> float:
    bright, dim = sorted((_luminance(THEMES[theme][ink]), _luminance(THEMES[theme][ground])), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_text_has_contrast_in_both_themes(theme: str) -> None:
    ratios = {pair: round(_contrast(theme, *pair), 2) for pair in TEXT_PAIRS}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", THEMES)
def test_controls_have_contrast_in_both_themes(theme: str) -> None:
    ratios = {pair: round(_contrast(theme, *pair), 2) for pair in CONTROL_PAIRS}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 3} == {}


def test_dark_is_the_same_chosen_or_followed() -> None:
    assert DARK_CHOSEN == DARK_FOLLOWED


def test_dark_changes_known_tokens_only() -> None:
    assert set(DARK_CHOSEN) - set(LIGHT) == set()


def test_every_colour_of_the_styles_is_a_token() -> None:
    raw = {}
    for path in sorted(CSS.rglob("*.css")):
        if path.name == "tokens.css":
            continue
        css = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
        rules = " ".join(re.findall(r"\{([^{}]*)\}", css))
        found = re.findall(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(", rules)
        if found:
            raw[path.name] = found
    assert raw == {}


def test_every_token_used_exists() -> None:
    local = {"size", "kind", "kind-tint"}  # set and read by one component
    used = {name for path in CSS.rglob("*.css") for name in re.findall(r"var\(--([\w-]+)", path.read_text("utf-8"))}
    assert used - set(LIGHT) - local == set()
