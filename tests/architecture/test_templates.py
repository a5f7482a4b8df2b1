"""Templates hold nothing inline, use icons that exist, and each component says what it takes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment

from app.core.assets import ROOT, icon_names

TEMPLATES = ROOT / "app" / "templates"
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if "email" not in path.parts)
COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
ICON = re.compile(r"""\b(?:icon|kind_tile)\(\s*["']([\w-]+)["']""")
FORM = re.compile(r"""<form\b[^>]*method=["']post["'].*?</form>""", re.DOTALL | re.IGNORECASE)
FORM_TAG = re.compile(r"""<form\b[^>]*method=["']post["'][^>]*>""", re.IGNORECASE)
HELPING = "mark|preview-url|dismiss|open-dialog|close-dialog|toggle|show-password|add-tag"
HELPING_BUTTON = re.compile(rf"<button\b(?=[^>]*\bdata-(?:{HELPING})\b)[^>]*>")


def _source(path: Path) -> str:
    return COMMENT.sub("", path.read_text("utf-8"))


def _name(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


def _wrong(look: Callable[[Path], list[str]], paths: list[Path] = PAGES) -> dict[str, list[str]]:
    """Return what a look finds, by template."""
    return {_name(path): found for path in paths if (found := look(path))}


def test_nothing_is_inline() -> None:
    assert _wrong(_inline) == {}


def _inline(path: Path) -> list[str]:
    source = JINJA.sub("", _source(path))
    styles = re.findall(r"<style\b|\sstyle\s*=|javascript:", source, re.IGNORECASE)
    scripts = re.findall(r"<[^>]*\son[a-z]+\s*=|<script\b(?![^>]*\bsrc=)", source, re.IGNORECASE)
    return styles + scripts


def test_every_template_can_be_read() -> None:
    reader = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    assert [_name(path) for path in PAGES if not reader.parse(path.read_text("utf-8")).body] == []


def test_every_icon_exists() -> None:
    icons = set(icon_names())
    assert _wrong(lambda path: sorted(set(ICON.findall(_source(path))) - icons)) == {}


def test_the_ten_kinds_have_their_icon() -> None:
    kinds = {"report", "press", "research", "practice", "minutes", "note", "position", "legal", "guide", "other"}
    assert kinds - set(icon_names()) == set()


def test_nothing_comes_from_another_host() -> None:
    assert _wrong(lambda path: re.findall(r"""(?:src|href|action)=["'](?:https?:)?//""", _source(path))) == {}


def test_forms_that_change_something_carry_their_token() -> None:
    token = re.compile(r"csrf_token|hidden_tag\(\)|hidden_csrf\(\)")
    assert _wrong(lambda path: [form[:200] for form in FORM.findall(_source(path)) if not token.search(form)]) == {}


def test_buttons_say_what_they_are_for() -> None:
    """A button that only helps a script must not send the form around it."""
    assert _wrong(lambda path: [one for one in HELPING_BUTTON.findall(_source(path)) if 'type="' not in one]) == {}


def test_a_component_says_what_it_takes() -> None:
    assert _wrong(_unsaid, COMPONENTS) == {}


def _unsaid(path: Path) -> list[str]:
    source = path.read_text("utf-8")
    opening = COMMENT.match(source)
    macros = re.findall(r"\{%-? macro ([a-z]\w*)\(", source)
    if opening is None:
        return ["says nothing"]
    return [macro for macro in macros if f"{macro}(" not in opening[0] and macro not in {"hue", "initials"}]


def test_our_own_sentences_answer_what_is_missing_not_those_of_the_browser() -> None:
    assert _wrong(lambda path: [tag for tag in FORM_TAG.findall(_source(path)) if "novalidate" not in tag]) == {}


def test_main_button_comes_last_at_the_foot_of_a_form() -> None:
    main = r"\{\{ (?:post_)?button\([^{}]*?\"(?:primary|danger)\"[^{}]*?\}\}"
    before_leaving = re.compile(rf'{main}\s*\{{\{{ link_button\(_\("Annuler"\)')
    assert _wrong(lambda path: before_leaving.findall(_source(path))) == {}
