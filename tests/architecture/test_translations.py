"""Every sentence goes through the catalogues, and each catalogue is whole."""

from __future__ import annotations

import ast
import html
import os
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import flask_babel
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from jinja2 import Environment, nodes

from app.core.assets import ROOT
from app.core.db import transaction
from app.discussions.models import Thread
from app.discussions.operations import start_thread
from app.extensions import db
from app.library.models import Resource
from app.library.operations import ResourceDetails, share_resource
from app.spaces.models import Space
from config import Settings
from tests.people import MEMBER, OPEN, Cast
from tests.support import Browser, loaded, work

TRANSLATIONS = ROOT / "app" / "translations"
TEMPLATES = ROOT / "app" / "templates"
SOURCE = "fr"
LANGUAGES = Settings().language_codes
OTHERS = [code for code in LANGUAGES if code != SOURCE]
GALLERY = "home/components.html"  # shows components with the words of an invented network

Key = tuple[str | None, str | tuple[str, ...]]

ALIKE = {"Administration"}  # long words that are the same in both languages
SHORT = 12  # letters: « Discussions » is written alike in both languages
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%")
TAGS = re.compile(r"</?\w[^>]*>|&\w+;")
# What would break the attribute or the page a translation stands in: Jinja takes catalogues for safe.
UNSAFE = re.compile(r"[<>\"]|&(?!\w+;)")


def _key(message: Message) -> Key:
    return message.context, tuple(message.id) if isinstance(message.id, (list, tuple)) else message.id


def _forms(words: Any) -> tuple[str, ...]:
    return tuple(words) if isinstance(words, (list, tuple)) else (words,)


def _letters(words: str) -> list[str]:
    return re.findall(r"[^\W\d_]", PLACEHOLDER.sub("", words))


@cache
def catalogue(language: str) -> Catalog:
    """Return the catalogue of a language as its file stands."""
    with (TRANSLATIONS / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> dict[Key, Message]:
    """Return the sentences of a catalogue by context and source, without its header."""
    return {_key(one): one for one in catalogue(language) if one.id}


def _ours(folder: str | os.PathLike[str]) -> bool:
    parts = Path(folder).relative_to(ROOT).parts
    return parts[:1] == ("app",) and not parts[-1].startswith((".", "_"))


@cache
def said() -> frozenset[Key]:
    """Return every sentence of the code and the templates, as docs/languages.md collects them."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {**DEFAULT_KEYWORDS, **parse_keywords(["_l", "lazy_gettext"])}
    found = extract_from_dir(str(ROOT), methods, options, keywords, directory_filter=_ours)
    return frozenset((context, words) for _file, _line, words, _comments, context in found if words)


# --- The catalogues --------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_holds_what_is_said_and_nothing_else(language: str) -> None:
    held = set(messages(language))
    assert (sorted(map(str, said() - held)), sorted(map(str, held - said()))) == ([], [])
    assert not catalogue(language).obsolete


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_translated(language: str) -> None:
    assert [one.id for one in messages(language).values() if one.fuzzy or not all(_forms(one.string))] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_sentence_is_not_its_own_translation(language: str) -> None:
    """Words such as « Discussions » are the same in both languages; sentences are not."""
    alike = [pair[0] for pair in _pairs(language) if pair[0] == pair[1] and len(_letters(pair[0])) > SHORT]
    assert set(alike) <= ALIKE


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_counts_has_every_plural_form(language: str) -> None:
    for one in messages(language).values():
        if one.pluralizable:
            assert len(_forms(one.string)) == catalogue(language).num_plurals == 2, one.id
            assert all(_forms(one.string)), one.id


def test_nothing_and_one_are_singular_in_french() -> None:
    assert catalogue(SOURCE).plural_expr == "(n > 1)"
    assert [one.id for one in messages(SOURCE).values() if any(_forms(one.string)) and one.string != one.id] == []


def _pairs(language: str) -> Iterator[tuple[str, str]]:
    """Each translation beside its source, form by form: the languages offered count as French does, in two forms."""
    for one in messages(language).values():
        yield from zip(_forms(one.id), _forms(one.string), strict=True)


@pytest.mark.parametrize("language", OTHERS)
def test_placeholders_are_the_same_on_both_sides(language: str) -> None:
    placeholders = {pair: [sorted(PLACEHOLDER.findall(words)) for words in pair] for pair in _pairs(language)}
    assert [pair for pair, (source, said_so) in placeholders.items() if source != said_so] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_changes_no_markup(language: str) -> None:
    assert [pair for pair in _pairs(language) if TAGS.findall(pair[0]) != TAGS.findall(pair[1])] == []
    assert [pair for pair in _pairs(language) if UNSAFE.search(TAGS.sub("", pair[1]))] == []


@pytest.mark.parametrize("language", OTHERS)
def test_spaces_and_lines_around_a_sentence_are_kept(language: str) -> None:
    edges = re.compile(r"^\s*|\s*$")
    assert [p for p in _pairs(language) if edges.findall(p[0]) != edges.findall(p[1])] == []
    assert [p for p in _pairs(language) if p[0].count("\n") != p[1].count("\n")] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_typography_of_its_language(language: str) -> None:
    """French quotation marks and spaced points are French; nobody exclaims in any language."""
    assert [pair for pair in _pairs(language) if re.search(r"[«»!]|\s[:;?]", pair[1])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_names_no_machine_and_nobody(language: str) -> None:
    text = (TRANSLATIONS / language / "LC_MESSAGES" / "messages.po").read_text("utf-8")
    head = text.partition("\n\n")[0]
    assert "@" not in head
    assert re.findall(r"Date: (\S+ \S+?)\\n", head) == ["2026-11-23 00:00+0000"] * 2
    assert re.findall(r"^#: (?!app/).*|^#: .*:\d+", text, re.MULTILINE) == []


# --- The sources -----------------------------------------------------------------------------------------------------

COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
WORDS = re.compile(r"[^\W\d_]{2,}|[«»]|\s[:;!?]")  # and signs spaced as in French
READ_ALOUD = {"aria-label", "title", "placeholder", "alt"}
# Words of no language: a key of the keyboard, part of the name of a class, the headers of a mail, the name of a field's
# type; and the languages under their own names.
NEUTRAL = {"Ctrl", "hue", "button", "Subject", "Date", "PasswordField", "TextAreaField"}
OWN_NAMES = {"Français", "English", "English version", "Version française"}
PAGES = sorted(path for path in TEMPLATES.rglob("*.*") if path.suffix in {".html", ".txt"})


class _Seen(HTMLParser):
    """Gathers what a person reads or hears of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in READ_ALOUD and value]

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def _name(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


INSPECTED = [path for path in PAGES if _name(path) != GALLERY]


def test_no_word_of_a_template_stands_outside_of_the_catalogue() -> None:
    assert {_name(path): left for path in INSPECTED if (left := _words(path) - NEUTRAL)} == {}


def _words(path: Path) -> set[str]:
    """Return the words of a template that a person reads, but for names that are nobody's to translate."""
    seen = _Seen()
    source = COMMENT.sub("", path.read_text("utf-8"))
    # The name of a tag may come from an expression; everything else Jinja writes is examined with its constants.
    seen.feed(JINJA.sub("", re.sub(r"(</?)\{\{.*?\}\}", r"\1p", source)))
    return {word for text in seen.found if text not in OWN_NAMES for word in WORDS.findall(text)}


TRANSLATING = {"_", "_l", "gettext", "ngettext", "pgettext", "lazy_gettext"}
# A sentence or a label, not the name of a class, an icon or an address.
SPEECH = re.compile(r"[À-ÿŒœ«»]|^[A-Z][a-z]{2,}|[a-z]{2,} [a-z]+ [a-z]{2,}.*[.?:]$")


def _spoken(node: nodes.Node) -> Iterator[str]:
    """Yield the constants of a template's expressions that read as speech, but for those that are translated."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Call) and isinstance(child.node, nodes.Name) and child.node.name in TRANSLATING:
            continue
        if isinstance(child, nodes.Const) and isinstance(child.value, str) and SPEECH.search(child.value):
            yield child.value
        yield from _spoken(child)


@pytest.mark.slow
def test_no_word_given_to_a_component_stands_outside_of_the_catalogue() -> None:
    reader = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    spoken = {_name(path): set(_spoken(reader.parse(path.read_text("utf-8")))) for path in INSPECTED}
    assert {name: left for name, said in spoken.items() if (left := said - NEUTRAL - OWN_NAMES)} == {}


# What speaks to a person when it is made or called.
SPEAKING = re.compile(r"^(flash|Tab|NavigationEntry|\w+Field|(Domain|NotFound|Refused|EditConflict|Validation)Error)$")


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _unsaid(path: Path) -> Iterator[str]:
    """Yield the sentences of a module said to a person without the catalogue."""
    for call in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(call, ast.Call) and SPEAKING.match(_called(call)):
            given = [*call.args, *(one.value for one in call.keywords)]
            for value in given:
                if isinstance(value, ast.Constant) and isinstance(value.value, str) and SPEECH.search(value.value):
                    yield f"{path.relative_to(ROOT)}:{value.lineno} {value.value}"


@pytest.mark.slow
def test_no_sentence_of_the_code_stands_outside_of_the_catalogue() -> None:
    modules = [path for path in (ROOT / "app").rglob("*.py") if "demo" not in path.parts]
    assert [line for path in modules for line in _unsaid(path)] == []


# --- The pages -------------------------------------------------------------------------------------------------------


def _is_fresh(source: Path, compiled: Path) -> bool:
    return compiled.is_file() and compiled.stat().st_mtime >= source.stat().st_mtime


@pytest.fixture(scope="session")
def compiled() -> list[Path]:
    """The catalogues compiled as ``./run`` compiles them, where that has not been done since they changed."""
    sources = sorted(TRANSLATIONS.rglob("*.po"))
    for source in sources:
        target = source.with_suffix(".mo")
        if not _is_fresh(source, target):
            whole = target.with_suffix(f".{os.getpid()}.part")
            with whole.open("wb") as file:
                write_mo(file, catalogue(source.parent.parent.name))
            whole.replace(target)
    return [source.with_suffix(".mo") for source in sources]


@pytest.fixture
def languages(app: Flask, compiled: list[Path]) -> Iterator[Flask]:
    """An application that has read the compiled catalogues, and not before they were."""
    with app.app_context():
        flask_babel.get_domain().cache.clear()
    yield app
    with app.app_context():
        flask_babel.get_domain().cache.clear()


@pytest.mark.parametrize(
    ("language", "word", "none"), [("fr", "Espaces", "0 ressource"), ("en", "Spaces", "0 resources")]
)
def test_compiled_catalogues_are_read(languages: Flask, language: str, word: str, none: str) -> None:
    with languages.app_context(), flask_babel.force_locale(language):
        counted = flask_babel.ngettext("%(num)s ressource", "%(num)s ressources", 0)
        assert (flask_babel.gettext("Espaces"), counted) == (word, none)


@pytest.fixture
def addresses(languages: Flask, cast: Cast) -> list[str]:
    """The addresses of pages of every feature, with a resource and a discussion on them."""
    with languages.app_context():
        author = loaded(MEMBER)
        with transaction():
            space = db.session.get_one(Space, cast.spaces[OPEN])
            share_resource(author, space, ResourceDetails("report", "Zorglub", audience="network"))
        with transaction():
            start_thread(author, db.session.get_one(Space, cast.spaces[OPEN]), "Zorglub ?", "Zorglub.")
        resource = db.session.query(Resource.public_id).scalar()
        thread = db.session.query(Thread.public_id).filter(Thread.subject_type.is_(None)).scalar()
    space_pages = [f"/espaces/{OPEN}{rest}" for rest in ("", "/ressources", "/discussions", "/membres", "/quitter")]
    return [
        *("/", "/espaces", "/ressources", "/recherche", "/recherche?q=zorglub", "/recherche?q=introuvablement", "/moi"),
        *("/recherche/aide", "/recherche?q=zorglub+annee:1999+espace:nulle+foo:bar"),
        *("/mentions-legales", "/donnees-personnelles", "/accessibilite", "/charte", "/nulle-part"),
        *("/moi/profil", "/annuaire", "/annuaire/personnes", "/annuaire/personnes?sujet=zorglub"),
        *space_pages,
        *(f"/ressources/{resource}", f"/ressources/{resource}/modifier", f"/discussions/{thread}"),
        *(f"/espaces/{OPEN}/ressources/nouvelle", f"/espaces/{OPEN}/discussions/nouvelle"),
        *("/ressources/nouvelle", "/discussions/nouvelle", f"/ressources/{resource}/supprimer"),
    ]


def _plain(text: str) -> str:
    return re.sub(r"[\s\u00a0\u202f]+", " ", html.unescape(text).replace("’", "'"))


@cache
def french_pieces() -> frozenset[str]:
    """Return what is sure to be French: pieces of source sentences of more than a few letters."""
    source = {part for key in said() for form in _forms(key[1]) for part in PLACEHOLDER.split(form)}
    english = _plain(" ".join(form for one in messages("en").values() for form in _forms(one.string)))
    pieces = {_plain(part).strip() for part in source}
    return frozenset(one for one in pieces if len(_letters(one)) > SHORT and one not in english)


def _in_english(browser: Any, email: str | None) -> Browser:
    one: Browser = browser(email)
    one.post("/langue", {"lang": "en"})
    return one


def test_no_french_is_left_on_an_english_page(addresses: list[str], browser: Any) -> None:
    reader = _in_english(browser, MEMBER)
    for address in addresses:
        answer = reader.get(address, follow_redirects=True)
        page = _plain(answer.get_data(as_text=True))
        assert answer.status_code == (404 if address == "/nulle-part" else 200), address
        assert '<html lang="en"' in page, address
        assert [piece for piece in french_pieces() if piece in page] == [], address


@pytest.mark.parametrize("address", ["/connexion", "/mot-de-passe", "/mentions-legales", "/espaces"])
def test_no_french_is_left_at_the_door(languages: Flask, cast: Cast, browser: Any, address: str) -> None:
    page = _plain(_in_english(browser, None).get(address, follow_redirects=True).get_data(as_text=True))
    assert '<html lang="en"' in page
    assert [piece for piece in french_pieces() if piece in page] == []


def test_pages_are_french_until_another_language_is_chosen(languages: Flask, cast: Cast, browser: Any) -> None:
    page = _plain(browser(MEMBER).get("/").get_data(as_text=True))
    assert '<html lang="fr"' in page
    assert "Nouveau pour vous" in page


def test_no_french_is_left_in_an_english_mail(languages: Flask, cast: Cast, browser: Any) -> None:
    outbox = languages.extensions["mail_transport"]
    for file in outbox.folder.glob("*.eml"):
        file.unlink()
    with languages.app_context(), transaction():
        loaded(MEMBER).language = "en"
    browser(None).post("/mot-de-passe", {"email": MEMBER})
    work(languages)
    (mail,) = outbox.messages()
    parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    text = _plain(" ".join([mail["Subject"], *parts]))
    assert "Choose a new password" in text
    assert [piece for piece in french_pieces() if piece in text] == []


FIXED = {"corbeille": "trash", "demande d'accès": "access", "note de synthèse": "synthesis note", "mot-clé": "keyword"}


@pytest.mark.parametrize("french", FIXED)
def test_one_idea_has_one_english_word(french: str) -> None:
    found = [one for one in messages("en").values() if french in _forms(one.id)[0].lower()]
    assert found
    assert [one.string for one in found if FIXED[french] not in _forms(one.string)[0].lower()] == []
