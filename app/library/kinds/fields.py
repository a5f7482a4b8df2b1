"""What an entry of the registry says: a kind of resource, its fields, the parts of its form and of its page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.i18n import lazy_gettext as _l
from app.library.kinds.codes import NO_CODES, NO_TYPES, Codes, Types
from app.library.kinds.moments import moment_of
from app.library.kinds.values import LONGEST_KEY, FieldType, Text

ESSENTIALS = "essentials"
LINE_OF_TEXT = Text()
#: The fields common to all kinds that a kind may do without, where a field of its own says it better.
OPTIONAL_COMMON = frozenset({"summary", "body", "source", "dated_on"})


@dataclass(frozen=True)
class Section:
    """A part of the form of a kind, and of its page, where it may be called otherwise (``heading``)."""

    key: str
    title: Any
    help: Any = ""
    heading: Any = ""


@dataclass(frozen=True)
class Field:
    """A field of a kind: everything the site needs to know of it.

    ``name`` is its key in ``Resource.fields``, in the form, in the address of a filter and in a table that is imported.
    ``required`` is the sentence said when it is missing; a field without one may stay empty. ``facet`` makes it a
    filter of the library. ``row`` gives the short fact of a line (« depuis 2019 »). ``main``: a text for the middle of
    the page; the others stand beside. ``heading``: how it is called there, where the label speaks to who fills it.
    ``columns`` are other names of its column in a table. ``proposed`` names what a
    file says of itself (``author``, ``date``) and may be taken for it. ``dates``: where the kind asks for no date of
    its own, this field dates the resource. ``abstract``: it stands in a list where there is no summary.
    ``from_profile`` fills it for the person who begins. ``codes`` are its names in the formats of bibliographies.
    ``from_profile`` fills it for the person who begins. ``names_it`` tells the record from others beside it: its city.
    """

    name: str
    label: Any
    type: FieldType = LINE_OF_TEXT
    help: Any = ""
    required: Any = ""
    section: str = ESSENTIALS
    facet: bool = False
    row: Callable[[Any], Any] | None = None
    main: bool = False
    heading: Any = ""
    columns: tuple[str, ...] = ()
    proposed: str = ""
    dates: bool = False
    abstract: bool = False
    from_profile: Callable[[Any], str] | None = None
    codes: Codes = NO_CODES
    names_it: bool = False

    @property
    def name_on_page(self) -> str:
        """How the field is called where it is read."""
        return str(self.heading or self.label)

    @property
    def is_required(self) -> bool:
        """Whether it must be filled; asked of the sentence without translating it."""
        return not isinstance(self.required, str) or bool(self.required)

    def read_from(self, row: Mapping[str, str]) -> str:
        """Return what a table says of this field, under its own name or another."""
        return next((row[name] for name in (self.name, *self.columns) if row.get(name)), "")


@dataclass(frozen=True)
class Kind:
    """One kind of resource.

    ``label`` and ``plural`` are shown as they are; ``counted(n)`` gives « 3 rapports »; ``icon`` is a drawing of the
    sprite and ``token`` a colour of ``tokens.css`` (``--t-report`` and its tint); ``help`` says what belongs there.
    ``words`` are what may be typed after ``kind:`` in the search. ``without`` names common fields it does not ask for;
    ``called`` gives the date a label of its own. ``compares_places``: the library filters it by the size of the
    authority, and puts several side by side. ``share_title`` and ``share_lead`` stand above its form, where « Ajouter
    une ressource » says too little. ``checked_every``: after how many months one asks whether such
    a resource still holds; 0 for never, unless a day is chosen. ``types`` are what it is called in the formats of
    bibliographies.
    """

    key: str
    label: Any
    plural: Any
    counted: Callable[[int], str]
    help: Any
    icon: str
    token: str
    words: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    sections: tuple[Section, ...] = (Section(ESSENTIALS, _l("L'essentiel")),)
    without: frozenset[str] = frozenset()
    called: Mapping[str, Any] = field(default_factory=dict)
    compares_places: bool = False
    checked_every: int = 0
    share_title: Any = ""
    share_lead: Any = ""
    types: Types = NO_TYPES

    def asks(self, common: str) -> bool:
        """Tell whether a field common to all kinds is asked for."""
        return common not in self.without

    def facets(self) -> list[Field]:
        """Return the fields one may filter by."""
        return [one for one in self.fields if one.facet]

    def filled(self, values: Mapping[str, Any]) -> Iterator[tuple[Field, Any]]:
        """Yield the fields that say something, with their values, in the order of the entry."""
        for one in self.fields:
            value = values.get(one.name)
            if value not in (None, "", []):
                yield one, value

    def words_of(self, values: Mapping[str, Any]) -> list[str]:
        """Return what the search finds of the fields."""
        return [words for one, value in self.filled(values) if (words := one.type.words(value))]

    def beside(self, one: Field) -> bool:
        """Tell whether a short field stands in « L'essentiel »: those of the first section, and those one compares by.

        The others stand under the title of their section, in the middle of the page.
        """
        return not one.main and (one.facet or one.section == self.sections[0].key)

    def keys_of(self, values: Mapping[str, Any]) -> set[tuple[str, str]]:
        """Return (field, value) pairs by which a resource is filtered."""
        pairs = ((one.name, key) for one, value in self.filled(values) if one.facet for key in one.type.keys(value))
        return {(name, key[:LONGEST_KEY]) for name, key in pairs if key}

    def row_facts(self, values: Mapping[str, Any]) -> list[str]:
        """Return the short facts of a line of a list."""
        return [str(one.row(value)) for one, value in self.filled(values) if one.row is not None]

    def abstract_of(self, values: Mapping[str, Any]) -> str:
        """Return what stands in a list where there is no summary."""
        return next((str(value) for one, value in self.filled(values) if one.abstract), "")

    def dated_by(self, values: Mapping[str, Any]) -> tuple[Field, Any] | None:
        """Return the field that dates the resource and its value."""
        return next((pair for pair in self.filled(values) if pair[0].dates), None)

    def date_of(self, values: Mapping[str, Any]) -> str | None:
        """Return the date of the resource, as far as the field that dates it says."""
        dated = self.dated_by(values)
        return moment_of(str(dated[1])) if dated else None

    def written(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Return all the fields as they may be typed again; an empty text for those that say nothing."""
        said = {one.name: one.type.written(value) for one, value in self.filled(values)}
        return {one.name: said.get(one.name, "") for one in self.fields}
