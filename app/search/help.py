"""The help of the search box: ten lines, with examples made of what the reader may read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.accounts.models import User
from app.core.i18n import current_language
from app.core.i18n import gettext as _
from app.extensions import db
from app.search.audience import catalogue
from app.search.columns import Value
from app.search.query import Field
from app.search.query.fields import name_of, value_of, written
from app.search.sources import kind_word, names_of_spaces, scope_of


@dataclass(frozen=True)
class HelpLine:
    """One line: what may be typed, each a search of its own, and what it finds."""

    typed: tuple[str, ...]
    meaning: str


def help_lines(person: Any) -> list[HelpLine]:
    """Return the lines for one person: names of spaces, keywords, people and cities from what this person may read."""
    ours, phrase = _examples(person), _("police municipale")
    return [
        HelpLine(
            (_("médiation nuit"),), _("Les pages qui contiennent l'un de ces mots ; celles qui ont les deux d'abord.")
        ),
        HelpLine((f'"{phrase}"',), _("Ces mots côte à côte, tels quels.")),
        HelpLine((_("nuit -bruit"),), _("Sans ce mot, où qu'il soit.")),
        HelpLine((_("prév*"),), _("Tous les mots qui commencent ainsi.")),
        HelpLine(
            (_("police ET justice"), _("police OU gendarmerie")),
            _("Les deux côtés, ou l'un des deux ; les parenthèses groupent."),
        ),
        HelpLine(ours[Field.KIND], _("Un type de document ; -type: l'écarte.")),
        HelpLine(ours[Field.SPACE], _("Un espace, par son nom.")),
        HelpLine(ours[Field.TAG], _("Un mot-clé, ses synonymes et ce qu'il recouvre.")),
        HelpLine((*ours[Field.CITY], *ours[Field.AUTHOR]), _("La collectivité ou la personne qui publie.")),
        HelpLine((*ours[Field.YEAR], *ours[Field.LANG]), _("Une année ou plusieurs, une langue.")),
    ]


def _examples(person: Any) -> Mapping[Field, tuple[str, ...]]:
    """Return, for every field, an example as it is typed: the value most met among what this person may read."""
    scope, everything = scope_of(person), catalogue()
    readable = everything.mask(scope)
    counts = {one: everything.column(one).counts(readable) for one in Field}
    values = {
        Field.KIND: (kind_word(str(kind), current_language()) for kind in _most(counts[Field.KIND])),
        Field.SPACE: _names(person, [space for space in _most(counts[Field.SPACE]) if space in scope.nameable]),
        Field.TAG: map(str, _most(counts[Field.TAG])),
        Field.CITY: _places(_most(counts[Field.CITY])),
        Field.AUTHOR: _people(_most(counts[Field.AUTHOR])),
        Field.YEAR: _years(counts[Field.YEAR]),
        Field.LANG: map(str, _most(counts[Field.LANG])),
    }
    lang = current_language()
    first = {one: next((value for value in found if value), "") for one, found in values.items()}
    return {one: (written(one, value, lang) if value else f"{name_of(one, lang)}:",) for one, value in first.items()}


def _most(counts: Mapping[Value, int]) -> list[Value]:
    return sorted(counts, key=lambda value: (-counts[value], str(value)))


def _names(person: Any, spaces: Iterable[Value]) -> Iterator[str]:
    ids = [int(space) for space in spaces]
    names = names_of_spaces(person, ids)
    return (names[one].title for one in ids if one in names)


def _people(authors: Iterable[Value]) -> Iterator[str]:
    first = next(iter(authors), None)
    name = db.session.scalar(select(User.name).where(User.id == first)) if isinstance(first, int) else first
    return iter([str(name)] if name else [])


def _places(authors: Iterable[Value]) -> Iterator[str]:
    first = next(iter(authors), None)
    user = db.session.scalar(select(User).where(User.id == first).options(joinedload(User.organisation)))
    return iter([user.organisation.name] if user and user.organisation else [])


def _years(counts: Mapping[Value, int]) -> Iterator[str]:
    years = sorted(int(year) for year in counts)
    return iter([value_of(Field.YEAR, f"{max(years[0], years[-1] - 2)}..{years[-1]}")] if years else [])
