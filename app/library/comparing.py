"""Records side by side: the same fields in rows, one record a column, as the registry of kinds says them.

One record alone is a comparison of one: what leaves the library on paper is the same either way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from app.core.i18n import format_number, ngettext
from app.core.i18n import gettext as _
from app.core.text import blocks_of, typographic
from app.library.addresses import resource_url
from app.library.kinds import Field, Kind, kind_of
from app.library.kinds.values import Choice, LongText, YesNo
from app.library.models import Resource
from app.library.rows import foreign_lang

FEWEST, MOST = 2, 4
SUMMARY, TEXT, KEYWORDS, DOCUMENTS = "summary", "body", "tags", "files"


@dataclass(frozen=True)
class Column:
    """A record: what it is called among the others, its title, the size of its authority, its address."""

    public_id: str
    name: str
    title: str
    size: str
    url: str
    lang: str


@dataclass(frozen=True)
class Cell:
    """What one record says in one field: ``shown`` in a line, or paragraphs and lists in ``blocks``; ``text`` bare."""

    shown: Any = ""
    blocks: Sequence[tuple[str, list[str]]] = ()
    text: str = ""
    is_written: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether the record says nothing here."""
        return not self.text


@dataclass(frozen=True)
class Row:
    """A field across the records; ``note`` says in words how its choices differ.

    ``names_it``: it is what the records are called by, and stands at the head of their columns already.
    """

    name: str
    label: str
    cells: list[Cell]
    note: str = ""
    names_it: bool = False


@dataclass(frozen=True)
class Part:
    """The rows of one section of the form, under its title."""

    key: str
    title: str
    rows: list[Row]


@dataclass(frozen=True)
class Comparison:
    """Records in columns, fields in rows; rows in which nobody says anything are left out."""

    columns: list[Column]
    parts: list[Part]

    def lines(self) -> Iterator[tuple[str, str, list[str]]]:
        """Yield (section, field, texts) as a table gives them away."""
        for part in self.parts:
            for row in part.rows:
                yield part.title, row.label, [cell.text for cell in row.cells]


def compare(resources: Sequence[Resource]) -> Comparison:
    """Put resources of one kind side by side."""
    kind = kind_of(resources[0].kind)
    parts = [_part(kind, section.key, str(section.heading or section.title), resources) for section in kind.sections]
    beside = [_summaries(resources), *[row for part in parts[:1] for row in part.rows]]
    if parts:
        parts[0] = Part(parts[0].key, parts[0].title, _said(beside))
    parts.append(Part("around", _("Texte et documents"), _said(_around(resources))))
    return Comparison(_columns(kind, resources), [part for part in parts if part.rows])


def _part(kind: Kind, key: str, title: str, resources: Sequence[Resource]) -> Part:
    return Part(key, title, _said([_row(one, resources) for one in kind.fields if one.section == key]))


def _said(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if not all(cell.is_empty for cell in row.cells)]


def _row(field: Field, resources: Sequence[Resource]) -> Row:
    values = [resource.fields.get(field.name) for resource in resources]
    cells, note = [_cell(field, value) for value in values], _difference(field, values)
    return Row(field.name, field.name_on_page, cells, note, names_it=field.names_it)


def _cell(field: Field, value: Any) -> Cell:
    if value in (None, "", []):
        return Cell()
    if isinstance(field.type, LongText):
        return Cell(blocks=blocks_of(str(value)), text=str(value))
    shown = field.type.shown(value)
    return Cell(shown, text=field.type.words(value) if isinstance(shown, Markup) else str(shown))


def _difference(field: Field, values: Sequence[Any]) -> str:
    """Say how the choices of several records differ: nothing for one alone, or for what is not a choice."""
    chosen = [set(field.type.keys(value)) for value in values if value not in (None, "", [])]
    if len(chosen) < FEWEST or not isinstance(field.type, Choice | YesNo):
        return ""
    shared = set.intersection(*chosen)
    if all(one == shared for one in chosen):
        return _("Identique")
    if not shared:
        return _("Diffère")
    order = list(field.type.order)
    labels = [
        field.type.key_label(key) for key in sorted(shared, key=lambda key: order.index(key) if key in order else 0)
    ]
    return _("Diffère ; en commun : %(values)s", values=", ".join(labels))


def _summaries(resources: Sequence[Resource]) -> Row:
    return Row(SUMMARY, _("Résumé"), [Cell(blocks=blocks_of(one.summary), text=one.summary) for one in resources])


def _around(resources: Sequence[Resource]) -> list[Row]:
    """Return what all kinds have: the text beside the fields, the keywords, the names of the files."""
    files = [[attachment.current.name for attachment in one.attachments] for one in resources]
    tags = [", ".join(tag.name for tag in one.tags) for one in resources]
    most = max(map(len, files))
    return [
        Row(TEXT, _("Texte"), [_written(one) for one in resources]),
        Row(KEYWORDS, _("Mots-clés"), [Cell(said, text=said) for said in tags]),
        Row(
            DOCUMENTS,
            ngettext("Fichier", "Fichiers", most or 1),
            [Cell(", ".join(o), text=", ".join(o)) for o in files],
        ),
    ]


def _written(resource: Resource) -> Cell:
    html = typographic(resource.body_html) if resource.lang == "fr" else Markup(resource.body_html)  # noqa: S704 - cleaned by render_markdown
    return Cell(html, text=resource.body, is_written=True)


def _columns(kind: Kind, resources: Sequence[Resource]) -> list[Column]:
    names = [name_of(kind, one) for one in resources]
    return [
        Column(
            public_id=one.public_id,
            name=name if names.count(name) == 1 else f"{name}, {one.title}",
            title=one.title,
            size=_size(one, name),
            url=resource_url(one),
            lang=foreign_lang(one),
        )
        for one, name in zip(resources, names, strict=True)
    ]


def name_of(kind: Kind, resource: Resource) -> str:
    """Return how a record is called among others: its city, else who shared it, else its title."""
    own = next((str(value) for field, value in kind.filled(resource.fields) if field.names_it), "")
    place = resource.author.organisation.name if resource.author and resource.author.organisation else ""
    return own or place or resource.title


def _size(resource: Resource, name: str) -> str:
    """Return « 41 000 hab. » where the record is its author's own city's."""
    place = resource.author.organisation if resource.author else None
    if place is None or not place.population or place.name != name:
        return ""
    return _("%(number)s hab.", number=format_number(place.population))
