"""The types a field may have: how each is read from what was typed, kept, shown, searched, filtered by.

What is kept stands in JSON: text, a whole number, true or false, a list of texts. ``read`` and ``written`` undo each
other, so that what leaves the library in a table can come back into it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit, urlunsplit

from markupsafe import Markup, escape

from app.core.db import sort_key
from app.core.i18n import format_number, ngettext
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.text import clean_text, one_line

LONGEST_LINE, LONGEST_TEXT, LONGEST_ADDRESS, LONGEST_KEY = 300, 6000, 2000, 200
MOST_NAMES, LONGEST_NAME = 40, 150
LARGEST_NUMBER = 10**12

#: What a form shows for a type: the control of ``library/form.html``.
LINE, AREA, SELECT, BOXES, DAY = "line", "area", "select", "boxes", "day"


class UnreadableError(ValueError):
    """What was typed cannot be read: the sentence says how to write it."""

    def __init__(self, sentence: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence

    def __str__(self) -> str:
        """Return the sentence in the reader's language."""
        return str(self.sentence)


@dataclass(frozen=True)
class FieldType:
    """A type of field. ``read`` receives cleaned, non-empty text and raises UnreadableError."""

    control: ClassVar[str] = LINE

    def read(self, typed: str) -> Any:
        """Return the value as it is kept."""
        return typed

    def written(self, value: Any) -> str:
        """Return a value as it may be typed again: in a form, in a table that leaves the library."""
        return str(value)

    def shown(self, value: Any) -> str:
        """Return a value for a page, in the reader's language."""
        return self.written(value)

    def words(self, value: Any) -> str:
        """Return what the search finds of a value."""
        return str(self.shown(value))

    def keys(self, value: Any) -> list[str]:
        """Return the values one may filter by."""
        return [str(value)[:LONGEST_KEY]]

    def key_label(self, key: str) -> str:
        """Return how such a value is called in a filter."""
        return key

    @property
    def order(self) -> Sequence[str]:
        """The order of the values in a filter; without one the most frequent come first."""
        return ()


@dataclass(frozen=True)
class Text(FieldType):
    """One line of text."""

    longest: int = LONGEST_LINE

    def read(self, typed: str) -> str:
        """Refuse what is too long."""
        text = one_line(typed)
        if len(text) > self.longest:
            raise UnreadableError(_l("Ce texte est trop long : gardez l'essentiel."))
        return text


@dataclass(frozen=True)
class LongText(FieldType):
    """Several lines: paragraphs, and lists whose lines begin with a hyphen."""

    longest: int = LONGEST_TEXT
    rows: int = 4
    control: ClassVar[str] = AREA

    def read(self, typed: str) -> str:
        """Refuse what is too long."""
        text = clean_text(typed).strip()
        if len(text) > self.longest:
            raise UnreadableError(_l("Ce texte est trop long : gardez l'essentiel."))
        return text


@dataclass(frozen=True)
class Number(FieldType):
    """A whole number, from 0, with its unit (« € »)."""

    unit: str = ""

    def read(self, typed: str) -> int:
        """Read « 48 000 », « 48000 € », « 48.000 »."""
        bare = re.sub(r"[\s.'’]", "", typed.removesuffix(self.unit) if self.unit else typed)
        if not (bare.isascii() and bare.isdigit()) or len(bare) > len(str(LARGEST_NUMBER)):
            raise UnreadableError(_l("Écrivez un nombre entier, par exemple 48 000."))
        return int(bare)

    def shown(self, value: Any) -> str:
        """Write the thousands of the language."""
        if not isinstance(value, int):
            return str(value)
        return f"{format_number(value)}\u00a0{self.unit}".rstrip()


@dataclass(frozen=True)
class Address(FieldType):
    """The address of a page of the web."""

    def read(self, typed: str) -> str:
        """Accept http and https only, with or without their beginning; the host in lower case."""
        text = one_line(typed)
        parts = urlsplit(text if "://" in text else f"https://{text}") if _one_word(text) else None
        host = (parts.hostname or "") if parts else ""
        is_whole = parts is not None and parts.scheme in {"http", "https"} and "." in host.strip(".")
        if parts is None or not is_whole or parts.username or len(text) > LONGEST_ADDRESS:
            raise UnreadableError(_l("Écrivez une adresse complète, par exemple https://journal.example/article."))
        return urlunsplit(parts._replace(netloc=parts.netloc.lower()))

    def shown(self, value: Any) -> str:
        """Link the site's name to the page."""
        return external_link(str(value), _site(value) or str(value))

    def words(self, value: Any) -> str:
        """Let the address be found."""
        return str(value)

    def keys(self, value: Any) -> list[str]:
        """Filter by site."""
        return [_site(value)[:LONGEST_KEY]]


def _site(value: Any) -> str:
    """Return the name of the site in a kept address; empty when it cannot be one: an archive may bring anything."""
    try:
        return urlsplit(str(value)).hostname or ""
    except ValueError:
        return ""


def _one_word(text: str) -> bool:
    try:
        urlsplit(text if "://" in text else f"https://{text}").port  # noqa: B018 - raises for an impossible port
    except ValueError:
        return False
    return bool(text) and " " not in text and "\\" not in text


_DOI = re.compile(r"(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)", re.IGNORECASE)


@dataclass(frozen=True)
class Doi(FieldType):
    """The digital identifier of a publication, kept without its address and in lower case."""

    def read(self, typed: str) -> str:
        """Read « 10.5555/abc », with or without « doi: » or https://doi.org/ before it."""
        found = _DOI.fullmatch(one_line(typed))
        if found is None or len(found[1]) > LONGEST_KEY:
            raise UnreadableError(_l("Un DOI commence par 10., par exemple 10.5555/12345678."))
        return found[1].rstrip(".,;").lower()

    def shown(self, value: Any) -> str:
        """Link to the publication."""
        return external_link(f"https://doi.org/{quote(str(value), safe='/()')}", str(value))

    def words(self, value: Any) -> str:
        """Let the identifier be found."""
        return str(value)


@dataclass(frozen=True)
class Names(FieldType):
    """A list of names, separated by commas; by semicolons where a name holds a comma (« Roy, Jean ; Diaz, Ana »)."""

    most: int = MOST_NAMES

    def read(self, typed: str) -> list[str]:
        """Return the names, each once, in order."""
        pieces = re.split(r"[;\n]" if ";" in typed or "\n" in typed else ",", clean_text(typed))
        names = list(dict.fromkeys(filter(None, map(one_line, pieces))))
        if len(names) > self.most or any(len(name) > LONGEST_NAME for name in names):
            raise UnreadableError(_l("Séparez les noms par des virgules, sans autre texte."))
        return names

    def written(self, value: Any) -> str:
        """Return the names as they were typed."""
        names = _listed(value)
        if any("," in name for name in names):
            return "; ".join(names) + (";" if len(names) == 1 else "")
        return ", ".join(names)

    def shown(self, value: Any) -> str:
        """Return the names in a row."""
        names = _listed(value)
        return (" ; " if any("," in name for name in names) else ", ").join(names)

    def keys(self, value: Any) -> list[str]:
        """Filter by name."""
        return [name[:LONGEST_KEY] for name in _listed(value)]


@dataclass(frozen=True)
class Choice(FieldType):
    """One of some values: (key, label) pairs, in order."""

    options: tuple[tuple[str, Any], ...] = ()
    control: ClassVar[str] = SELECT

    def read(self, typed: str) -> Any:
        """Accept a key, or a label whatever its case and accents."""
        if typed in self.order:
            return typed
        wanted = sort_key(typed)
        for key, label in self.options:
            if wanted in {sort_key(key), sort_key(str(label))}:
                return key
        said = ", ".join(str(label) for _key, label in self.options)
        raise UnreadableError(_("Choisissez une valeur de la liste : %(values)s.", values=said))

    def shown(self, value: Any) -> str:
        """Return the label."""
        return self.key_label(str(value))

    def key_label(self, key: str) -> str:
        """Return the label; a key taken out of the list speaks for itself."""
        return str(dict(self.options).get(key, key))

    @property
    def order(self) -> Sequence[str]:
        """The order of the list."""
        return [key for key, _label in self.options]


@dataclass(frozen=True)
class Choices(Choice):
    """Some of several values."""

    control: ClassVar[str] = BOXES

    def read(self, typed: str) -> list[str]:
        """Accept keys or labels separated by commas; kept in the order of the list."""
        pieces = list(filter(None, map(one_line, re.split(r"[,;\n]", typed))))
        chosen = {Choice.read(self, piece) for piece in pieces}
        return [key for key in self.order if key in chosen]

    def written(self, value: Any) -> str:
        """Return the keys."""
        return ", ".join(_listed(value))

    def shown(self, value: Any) -> str:
        """Return the labels in a row."""
        return ", ".join(self.key_label(key) for key in _listed(value))

    def keys(self, value: Any) -> list[str]:
        """Filter by each."""
        return _listed(value)


_YES, _NO = frozenset({"oui", "yes", "true", "vrai", "1", "x"}), frozenset({"non", "no", "false", "faux", "0"})


@dataclass(frozen=True)
class YesNo(FieldType):
    """Yes, no, or nothing said."""

    control: ClassVar[str] = SELECT

    @property
    def options(self) -> tuple[tuple[str, Any], ...]:
        """What a form offers."""
        return ("oui", _l("Oui")), ("non", _l("Non"))

    def read(self, typed: str) -> bool:
        """Read « oui » or « non »."""
        word = sort_key(typed)
        if word not in _YES | _NO:
            raise UnreadableError(_l("Répondez par oui ou par non."))
        return word in _YES

    def written(self, value: Any) -> str:
        """Return « oui » or « non », in every language: it is the form's own key."""
        return "oui" if value else "non"

    def shown(self, value: Any) -> str:
        """Say it in the reader's language."""
        return _("Oui") if value else _("Non")

    def words(self, value: Any) -> str:  # noqa: ARG002 - « oui » is nothing to look for
        """Give the search nothing."""
        return ""

    def keys(self, value: Any) -> list[str]:
        """Filter by yes or no."""
        return [self.written(value)]

    def key_label(self, key: str) -> str:
        """Say it in the reader's language."""
        return self.shown(key == "oui")


def _listed(value: Any) -> list[str]:
    """Return a kept list; what was kept before the field was a list is a list of one."""
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def external_link(address: str, words: str) -> Markup:
    """Return a link that leaves the site, for addresses that were read by a type of ours."""
    if not address.startswith(("https://", "http://")):
        return escape(words)
    return Markup('<a href="{}" rel="noopener noreferrer nofollow">{}</a>').format(address, words)


def counted_names(value: Any, shown: int = 2) -> str:
    """Return the first names of a list: « A. Roy, B. Diaz et 3 autres »."""
    names = _listed(value)
    rest = len(names) - shown
    if rest <= 0:
        return ", ".join(names)
    first = ", ".join(names[:shown])
    return ngettext("%(names)s et %(num)s autre", "%(names)s et %(num)s autres", rest, names=first)
