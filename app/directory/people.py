"""The people of the directory: rows light enough to be filtered and counted together, then the page in full."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import selectinload

from app.accounts.models import Expertise, Organisation, User
from app.accounts.words import MANDATES
from app.core.i18n import gettext as _
from app.core.i18n import language_name
from app.directory.facets import Facet, has_words
from app.extensions import db
from app.library.keywords import Keyword, keywords_shared
from app.search.beginnings import Begun
from app.search.beginnings import named as holds
from app.spaces.models import Membership
from app.spaces.people import can_find_person, is_running
from app.spaces.queries import spaces_of

RELEVANCE = "pertinence"


@dataclass
class PersonRow:
    """One person of the directory, as far as filters and counts go; texts are folded."""

    id: int
    name: str
    function: str
    mandate: str
    languages: tuple[str, ...]
    organisation: str = ""
    organisation_name: str = ""
    place: str = ""
    subjects: list[tuple[str, str]] = field(default_factory=list)
    spaces: list[str] = field(default_factory=list)
    #: Why the person answers « who knows about … »: subjects of theirs, keywords of what they shared.
    knows: list[str] = field(default_factory=list)
    shared: list[Keyword] = field(default_factory=list)

    @property
    def known(self) -> list[str]:
        """The subjects of the person, folded."""
        return [folded for folded, _label in self.subjects]

    @property
    def titles(self) -> list[str]:
        """The value of the filter on mandates."""
        return [self.mandate] if self.mandate else []

    @property
    def organisations(self) -> list[str]:
        """The value of the filter on organisations."""
        return [self.organisation] if self.organisation else []

    @property
    def weight(self) -> int:
        """How much a person has to say about the subject asked for."""
        return 5 * len(self.knows) + sum(one.count for one in self.shared)


def people_found_by(reader: User) -> list[PersonRow]:
    """Return everybody this reader finds in the directory: three statements, however many they are."""
    columns = (User.id, User.sort_key, User.function_key, User.mandate, User.spoken_languages)
    place = (Organisation.public_id, Organisation.sort_key, Organisation.name, Organisation.region_key)
    query = select(*columns, *place).outerjoin(User.organisation).where(can_find_person.where(reader))
    rows = {}
    for id_, name, function, mandate, languages, public_id, folded, city, region in db.session.execute(query):
        where = f"{folded or ''} {region or ''}".strip()
        spoken = tuple(languages or ())
        rows[id_] = PersonRow(id_, name, function, mandate or "", spoken, public_id or "", city or "", where)
    _add_subjects(reader, rows)
    _add_spaces(reader, rows)
    return list(rows.values())


def _add_subjects(reader: User, rows: dict[int, PersonRow]) -> None:
    found = select(User.id).where(can_find_person.where(reader))
    query = select(Expertise.user_id, Expertise.sort_key, Expertise.label).where(Expertise.user_id.in_(found))
    for user_id, folded, label in db.session.execute(query.order_by(Expertise.sort_key)):
        rows[user_id].subjects.append((folded, label))


def _add_spaces(reader: User, rows: dict[int, PersonRow]) -> None:
    """Say in which of the reader's own spaces each person takes part; other spaces are nobody's business here."""
    mine = {space.id: space.public_id for space in spaces_of(reader)}
    query = select(Membership.user_id, Membership.space_id).where(Membership.space_id.in_(mine), is_running())
    for user_id, space_id in db.session.execute(query):
        if user_id in rows:
            rows[user_id].spaces.append(mine[space_id])


def who_know(reader: User, rows: list[PersonRow], words: Sequence[Begun]) -> list[PersonRow]:
    """Return those who say they know a subject, whose function names it, or who shared about it what the reader reads.

    Each word must begin a word of theirs, or be its plural. A keyword that stands only where the reader does not read
    adds nothing.
    """
    shared: dict[int, list[Keyword]] = defaultdict(list)
    for user_id, keyword in keywords_shared(reader, words):
        shared[user_id].append(keyword)
    found = []
    for row in rows:
        keywords = shared.get(row.id, [])
        if has_words(words, row.function, *row.known, *(one.folded for one in keywords)):
            row.knows = [label for folded, label in row.subjects if any(has_words([word], folded) for word in words)]
            row.shared = keywords
            found.append(row)
    return found


def named(rows: list[PersonRow], words: Sequence[Begun]) -> list[PersonRow]:
    """Return those whose name, function, place or subjects hold each word."""
    return [row for row in rows if has_words(words, row.name, row.function, row.place, *row.known)]


def count_named(reader: User, words: Sequence[Begun]) -> int:
    """Return how many `named` would return of all those this reader finds, without reading them: one statement."""
    query = select(func.count(User.id)).outerjoin(User.organisation).where(can_find_person.where(reader))
    return db.session.scalar(query.where(*(_says(word) for word in words))) or 0


def _says(word: Begun) -> ColumnElement[bool]:
    said = (User.sort_key, User.function_key, Organisation.sort_key, Organisation.region_key)
    knows = select(Expertise.user_id).where(holds(Expertise.sort_key, [word]))
    return or_(*(holds(column, [word]) for column in said), User.id.in_(knows))


def facets_for(reader: User, rows: list[PersonRow]) -> list[Facet[PersonRow]]:
    """Return the filters of people."""
    subjects = {folded: label for row in rows for folded, label in row.subjects}
    spaces = {space.public_id: space.label for space in spaces_of(reader)}
    places = {row.organisation: row.organisation_name for row in rows}
    mandates = {key.value: str(words) for key, words in MANDATES.items()}
    return [
        Facet("titre", _("À quel titre"), lambda row: row.titles, partial(_name, mandates), tuple(mandates)),
        Facet("langue", _("Langue"), lambda row: row.languages, language_name),
        Facet("connait", _("Connaît bien"), lambda row: row.known, partial(_name, subjects)),
        Facet("espace", _("Mes espaces"), lambda row: row.spaces, partial(_name, spaces)),
        Facet("collectivite", _("Collectivité"), lambda row: row.organisations, partial(_name, places), hidden=True),
    ]


def _name(names: dict[str, str], value: str) -> str:
    return names.get(value, value)


def in_order(rows: list[PersonRow], sort: str) -> list[PersonRow]:
    """Return rows by name, by place or by what they have to say."""
    if sort == "collectivite":
        return sorted(rows, key=lambda row: (not row.place, row.place, row.name, row.id))
    if sort == RELEVANCE:
        return sorted(rows, key=lambda row: (-row.weight, row.name, row.id))
    return sorted(rows, key=lambda row: (row.name, row.id))


def in_full(rows: list[PersonRow]) -> list[tuple[User, PersonRow]]:
    """Return the people of some rows with all that a line shows: two statements."""
    query = select(User).where(User.id.in_([row.id for row in rows])).options(selectinload(User.expertise))
    people = {one.id: one for one in db.session.scalars(query)}
    return [(people[row.id], row) for row in rows]
