"""What a saved search asks, in the words of its reader: what is typed, what is ticked, where it leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for

from app.accounts.models import User
from app.accounts.organisations.sizes import band_words
from app.core.i18n import current_language, language_name
from app.core.i18n import gettext as _
from app.search.filters import words_of_name
from app.search.kept import reopened
from app.search.query import Field, Filter, Sort, typed
from app.search.sources import Keyword, groups, keywords_of, kind_label, kind_named, names_of_spaces, scope_of
from app.search.state import State


@dataclass(frozen=True)
class Asked:
    """A question as it is shown: the words typed, what narrows them, the page of results they come from."""

    words: str
    facts: tuple[str, ...]
    state: State

    @property
    def url(self) -> str:
        """The address of its results."""
        return url_for("search.results_page", **self.state.arguments())

    @property
    def line(self) -> str:
        """The whole of it on one line."""
        said = (_("« %(words)s »", words=self.words) if self.words else "", *self.facts)
        return " · ".join(filter(None, said)) or _("Tout ce qui est partagé")

    @property
    def name(self) -> str:
        """A name for it, where the person has given none yet."""
        return ", ".join(filter(None, (self.words, *self.facts))) or _("Tout ce qui est partagé")


def described(person: User, questions: Sequence[Mapping[str, Any]]) -> list[Asked]:
    """Describe saved questions to a person. Two statements, however many."""
    states = [reopened(one, current_language()) for one in questions]
    filters = [one for state in states for one in state.query.filters]
    names = _Names.of(person, filters)
    return [_asked(state, names) for state in states]


def _asked(state: State, names: _Names) -> Asked:
    query = state.query
    tab = next((str(one.label) for one in groups() if one.key == state.beside.tab), "")
    facts = (
        tab,
        *(names.called(one) for one in query.filters),
        *(band_words(one) for one in state.beside.sizes),
        _("les plus récents d'abord") if state.sort is Sort.DATE else "",
    )
    words = typed(replace(query, filters=()), current_language())
    return Asked(words, tuple(fact for fact in facts if fact), state)


@dataclass(frozen=True)
class _Names:
    """How spaces and keywords are called to one person; what they may not know of keeps the word that was typed."""

    spaces: Mapping[str, str]
    keywords: Mapping[str, Keyword]

    @classmethod
    def of(cls, person: User, filters: Sequence[Filter]) -> _Names:
        scope = scope_of(person)
        spaces = names_of_spaces(person, scope.nameable) if _any(filters, Field.SPACE) else {}
        slugs = {_slug(one.value) for one in filters if one.field is Field.TAG}
        return cls({one.slug: one.title for one in spaces.values()}, keywords_of(slugs, scope.space_ids))

    def called(self, one: Filter) -> str:
        """Return a filter as its reader names it, in their language: the label of a value, its own words otherwise."""
        shown = one.value.replace("..", "–") if one.field is Field.YEAR else one.value
        if one.field is Field.KIND:
            shown = kind_label(kind_named(one.value))
        elif one.field is Field.SPACE:
            shown = self.spaces.get(one.value.lower(), one.value)
        elif one.field is Field.TAG and _slug(one.value) in self.keywords:
            shown = self.keywords[_slug(one.value)].label
        elif one.field is Field.LANG:
            shown = language_name(one.value)
        return _("Sans : %(name)s", name=shown) if one.excluded else shown


def _any(filters: Sequence[Filter], field: Field) -> bool:
    return any(one.field is field for one in filters)


def _slug(value: str) -> str:
    return "-".join(words_of_name(value))
