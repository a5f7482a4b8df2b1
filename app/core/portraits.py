"""What stands for a face: photo, or hue and initials; where a person works, and where their page is."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from app.core.i18n import gettext as _
from app.core.slots import collect

if TYPE_CHECKING:
    from flask import Flask

HUES = 8
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


@lru_cache(maxsize=4096)
def hue(key: str) -> str:
    """Return the class of one of eight hues, always the same for one public id; any text is accepted."""
    total = sum(_ALPHABET.find(letter.lower()) + rank for rank, letter in enumerate(key or "?", start=1))
    return f"hue-{total % HUES + 1}"


def initials(name: str) -> str:
    """Return the first letters of the first and last words of a name, « ? » for none."""
    words = name.replace("-", " ").split()
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else "?"


def place(person: Any) -> str:
    """Return « Maire, Lanvallec » or « Maire, Lanvallec, invité » for a person, nothing for an erased account."""
    if not person:
        return ""
    city = person.organisation.name if person.organisation else ""
    words = person.function, city, _("invité") if person.is_guest else ""
    return ", ".join(word for word in words if word)


def page_of(person: Any) -> str:
    """Return the address of a person's page where this reader may open it, nothing otherwise."""
    return next(iter(collect("person.page", person)), "") if person else ""


def photo_of(person: Any, side: int) -> str:
    """Return the address of a person's photo where this reader may see it, nothing otherwise."""
    return next(iter(collect("person.photo", person, side)), "") if person else ""


def signature(person: Any, *, city: bool = True) -> str:
    """Return « Odile Kervella, Lanvallec » for one line, with « invité » after a guest; « Ancien compte » for none."""
    if not person:
        return _("Ancien compte")
    home = person.organisation.name if city and person.organisation else ""
    return ", ".join(word for word in (person.name, home, _("invité") if person.is_guest else "") if word)


def linking(words: Any, person: Any) -> Any:
    """Return a sentence in which the name of a person leads to their page, where this reader may open it."""
    page = page_of(person)
    if not page or (name := escape(person.name)) not in (sentence := escape(words)):
        return words
    before, after = sentence.split(name, 1)
    return before + Markup('<a href="{page}">{name}</a>').format(page=page, name=person.name) + after


def register(app: Flask) -> None:
    """Give templates the filters ``hue``, ``initials``, ``place``, ``linking``, ``page_of`` and ``photo_of``."""
    app.jinja_env.filters.update(
        hue=hue, initials=initials, place=place, linking=linking, page_of=page_of, photo_of=photo_of
    )
