"""Templates hold nothing inline, use icons that exist, and each component says what it takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import Environment

from app.core.assets import ROOT, icon_names

TEMPLATES = ROOT / "app" / "templates"
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if "email" not in path.parts)
COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


def _source(path: Path) -> str:
    return COMMENT.sub("", path.read_text("utf-8"))


def _name(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_nothing_is_inline(path: Path) -> None:
    source = JINJA.sub("", _source(path))
    assert not re.search(r"<style\b|\sstyle\s*=|javascript:", source, re.IGNORECASE)
    assert not re.search(r"<[^>]*\son[a-z]+\s*=", source, re.IGNORECASE)
    assert not re.search(r"<script\b(?![^>]*\bsrc=)", source, re.IGNORECASE)


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_every_template_can_be_read(path: Path) -> None:
    parsed = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(path.read_text("utf-8"))
    assert parsed.body


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_every_icon_exists(path: Path) -> None:
    source = _source(path)
    named = set(re.findall(r"""\bicon\(\s*["']([\w-]+)["']""", source))
    named |= set(re.findall(r"""\bkind_tile\(\s*["']([\w-]+)["']""", source))
    assert named - set(icon_names()) == set()


def test_the_ten_kinds_have_their_icon() -> None:
    kinds = {"report", "press", "research", "practice", "minutes", "note", "position", "legal", "guide", "other"}
    assert kinds - set(icon_names()) == set()


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_nothing_comes_from_another_host(path: Path) -> None:
    assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", _source(path))


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_forms_that_change_something_carry_their_token(path: Path) -> None:
    for form in re.findall(r"""<form\b[^>]*method=["']post["'].*?</form>""", _source(path), re.DOTALL | re.IGNORECASE):
        assert re.search(r"csrf_token|hidden_tag\(\)|hidden_csrf\(\)", form), form[:200]


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_buttons_say_what_they_are_for(path: Path) -> None:
    """A button that only helps a script must not send the form around it."""
    for button in re.findall(r"<button\b[^>]*>", _source(path)):
        if re.search(
            r"\bdata-(mark|preview-url|dismiss|open-dialog|close-dialog|toggle|show-password|add-tag)\b", button
        ):
            assert 'type="' in button, button


@pytest.mark.parametrize("path", COMPONENTS, ids=_name)
def test_a_component_says_what_it_takes(path: Path) -> None:
    opening = COMMENT.match(path.read_text("utf-8"))
    macros = re.findall(r"\{%-? macro ([a-z]\w*)\(", path.read_text("utf-8"))
    assert opening is not None
    assert [macro for macro in macros if f"{macro}(" not in opening[0] and macro not in {"hue", "initials"}] == []
