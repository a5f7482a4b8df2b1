"""How resources become search documents, and for which audience."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased, selectinload, undefer

from app.accounts.models import User
from app.core.days import day_here
from app.core.db import first_day
from app.core.events import listen
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.text import plain_text
from app.extensions import db
from app.library.addresses import page_number_in, resource_url
from app.library.collecting.claiming import page_of
from app.library.collecting.models import FetchedPage
from app.library.events import ResourceChanged, ResourcePublished, ResourcePurged, ResourceRemoved, ResourcesChanged
from app.library.facets import facet_labels
from app.library.facts import shown_date
from app.library.kinds import KINDS, kind_of, kind_words
from app.library.listing import WITH, Wanted, are_visible, named_with, shown_with
from app.library.marks import Useful
from app.library.models import Attachment, FileVersion, Page, Resource, Shelf, Tag, Unit, resource_tag
from app.library.permissions import can_read_resource
from app.library.reading.inside.passages import passages
from app.library.states import unit_word
from app.library.thesaurus.reach import keywords_named, labels_of, names_of_terms, slugs_reached
from app.search.beginnings import Begun, named, names_first
from app.search.catalogue import Audience, CatalogueRow
from app.search.engine import OWN_TEXT, PART, ParentDocument, Passage
from app.search.operations import index_all_soon, index_soon
from app.search.signals import prefer_kinds
from app.search.sources import (
    Card,
    register_group,
    register_kind_labels,
    register_kind_words,
    register_source,
    set_keywords_provider,
    set_meanings_provider,
    set_tags_provider,
)
from app.spaces.models import Space, State
from app.spaces.permissions import shown_space

OWN = "own"
PRACTICE = "practice"
#: The field of a record that names who wrote what it describes.
AUTHORS = "authors"
#: Where the words of a fetched page stand among the passages: after the last file a resource may carry.
FETCHED = 900
MICROSECONDS = 1_000_000
#: What the row of a resource is made of: no text is read.
_OF_ROW = (
    *(Resource.id, Resource.kind, Resource.space_id, Resource.audience, Resource.state, Resource.author_id),
    *(Resource.sort_key, Resource.published_at, Resource.dated_on, Resource.lang, Resource.fields),
    Space.deleted_at.label("space_deleted_at"),
)


class ResourceSource:
    """Resources for the search engine: title and tags on the resource, its words and its files' pages as passages."""

    type = "resource"

    def keys(self) -> Iterator[int]:
        """Yield the ids of all published resources, the archived ones too."""
        yield from db.session.scalars(select(Resource.id).where(_is_found()).order_by(Resource.id))

    def documents(self, ids: Sequence[int]) -> Iterable[ParentDocument]:
        """Yield resources with all their text, one at a time so that memory stays small."""
        for one in ids:
            query = select(Resource).where(Resource.id == one, _is_found()).options(*shown_with())
            resource = db.session.scalar(query)
            if resource is not None:
                yield _document(resource)

    def rows(self, ids: Sequence[int] | None) -> Iterable[CatalogueRow]:
        """Yield who may find each resource."""
        query = select(*_OF_ROW).join(Space, Space.id == Resource.space_id).where(_is_found())
        if ids is not None:
            query = query.where(Resource.id.in_(ids))
        parts, voices, shelves, tags = (
            parts_counted(ids),
            voices_counted(ids),
            shelves_showing(ids),
            slugs_carried(ids),
        )
        for one in db.session.execute(query):
            row = _row(one, parts[one.id], voices.get(one.id, 0))
            yield replace(row, also_in=tuple(shelves[one.id] - {one.space_id}), tags=tuple(tags[one.id]))

    def cards(self, person: Any, ids: Sequence[int], *, brief: bool = False) -> Mapping[int, Card]:
        """Return the cards of those resources this person may read."""
        loaded = named_with() if brief else shown_with()
        query = select(Resource).where(Resource.id.in_(ids), can_read_resource.where(person)).options(*loaded)
        return {one.id: card_of(one, person) for one in db.session.scalars(query)}

    def texts(self, wanted: Mapping[int, Sequence[int]]) -> Mapping[tuple[int, int], Passage]:
        """Return passages of resources: pages of their files, or their own words for number 0."""
        found: dict[tuple[int, int], Passage] = _own_texts(
            [one for one, numbers in wanted.items() if OWN_TEXT in numbers]
        )
        places = {(one, *page_number_in(n)): n for one, numbers in wanted.items() for n in numbers if n != OWN_TEXT}
        found |= _fetched_texts({one for one, position, _n in places if position == FETCHED}, wanted)
        places = {place: n for place, n in places.items() if place[1] != FETCHED}
        if places:
            found |= {(key[0], places[key]): passage for key, passage in _page_texts(places)}
        return found

    def titles(self, person: Any, words: Sequence[Begun], limit: int) -> Sequence[int]:
        """Return resources this person may read whose title holds the words, the latest first."""
        readable = are_visible(person, Wanted(archived=WITH))
        query = select(Resource.id).where(readable, named(Resource.sort_key, words))
        order = names_first(Resource.sort_key, words), Resource.published_at.desc(), Resource.id.desc()
        return list(db.session.scalars(query.order_by(*order).limit(limit)))


def parts_counted(ids: Sequence[int] | None) -> Mapping[int, list[int]]:
    """Return, by resource, the parts whose pages are found: the current version of each of its files."""
    later = aliased(FileVersion)
    replaced = select(later.id).where(later.attachment_id == FileVersion.attachment_id, later.n > FileVersion.n)
    query = select(Attachment.resource_id, FileVersion.part).join(FileVersion.attachment)
    query = query.where(Attachment.removed_at.is_(None), ~replaced.exists())
    if ids is not None:
        query = query.where(Attachment.resource_id.in_(ids))
    found: dict[int, list[int]] = defaultdict(list)
    for resource_id, part in db.session.execute(query):
        found[resource_id].append(part)
    return found


def voices_counted(ids: Sequence[int] | None) -> Mapping[int, int]:
    """Return, by resource, how many people said that it is useful."""
    query = select(Useful.resource_id, func.count()).group_by(Useful.resource_id)
    if ids is not None:
        query = query.where(Useful.resource_id.in_(ids))
    return {one: voices for one, voices in db.session.execute(query)}  # noqa: C416 - rows, not pairs


def shelves_showing(ids: Sequence[int] | None) -> Mapping[int, set[int]]:
    """Return, by resource, the other spaces whose library shows it."""
    query = select(Shelf.resource_id, Shelf.space_id)
    if ids is not None:
        query = query.where(Shelf.resource_id.in_(ids))
    found: dict[int, set[int]] = defaultdict(set)
    for resource_id, space_id in db.session.execute(query):
        found[resource_id].add(space_id)
    return found


def slugs_carried(ids: Sequence[int] | None) -> Mapping[int, list[str]]:
    """Return, by resource, the slugs of its keywords."""
    query = select(resource_tag.c.resource_id, Tag.slug).join(Tag, Tag.id == resource_tag.c.tag_id)
    if ids is not None:
        query = query.where(resource_tag.c.resource_id.in_(ids))
    found: dict[int, list[str]] = defaultdict(list)
    for resource_id, slug in db.session.execute(query.order_by(Tag.sort_key)):
        found[resource_id].append(slug)
    return found


def _is_found() -> Any:
    return and_(Resource.state != State.DRAFT, Resource.deleted_at.is_(None))


def _document(resource: Resource) -> ParentDocument:
    parts = [_own(resource), *_pages(resource), *_of_page(resource)]
    return ParentDocument(
        key=f"resource:{resource.id}",
        title=resource.title,
        tags=tuple(label for tag in resource.tags for label in labels_of(tag)),
        lang=_known_lang(resource.lang),
        passages=tuple(part for part in parts if part.text),
    )


def _own(resource: Resource) -> Passage:
    fields = kind_of(resource.kind).words_of(resource.fields)
    words = [resource.summary, plain_text(resource.body_html), resource.source, *fields]
    return Passage(OWN_TEXT, OWN, "", "\n".join(word for word in words if word))


def _pages(resource: Resource) -> Iterator[Passage]:
    for attachment in resource.attachments:
        blob_id, part = attachment.current.blob_id, attachment.current.part
        columns = (Page.n, Page.unit, Page.label, Page.text)
        for n, unit, label, text in db.session.execute(
            select(*columns).where(Page.blob_id == blob_id).order_by(Page.n)
        ):
            yield Passage(part * PART + n, unit, label, text)


def _of_page(resource: Resource) -> Iterator[Passage]:
    """Yield the words of the article a resource stands for."""
    page = page_of(resource)
    yield from _cut(page) if page else ()


def _cut(page: FetchedPage) -> Iterator[Passage]:
    for n, text in enumerate(passages(page.text), 1):
        yield Passage(FETCHED * PART + n, Unit.PASSAGE, _("Article"), text)


def _fetched_texts(ids: set[int], wanted: Mapping[int, Sequence[int]]) -> dict[tuple[int, int], Passage]:
    """Return the passages of articles that are wanted, in one statement."""
    query = select(FetchedPage).where(FetchedPage.resource_id.in_(ids)).options(undefer(FetchedPage.text))
    pages = {page.resource_id or 0: page for page in db.session.scalars(query)} if ids else {}
    return {(one, part.n): part for one, page in pages.items() for part in _cut(page) if part.n in wanted[one]}


def _known_lang(lang: str) -> str | None:
    return lang if lang not in {"", "mul"} else None


def _row(one: Any, parts: list[int], voices: int) -> CatalogueRow:
    published = day_here(one.published_at) if one.published_at else None
    return CatalogueRow(
        key=f"resource:{one.id}",
        kind=one.kind,
        space_id=one.space_id,
        audience=Audience(one.audience),
        published=one.space_deleted_at is None,
        date=first_day(one.dated_on) if one.dated_on else published,
        lang=_known_lang(one.lang),
        parts=(*parts, FETCHED),
        authors=_authors(one),
        useful=voices,
        name=one.sort_key,
        came_in=int(one.published_at.timestamp() * MICROSECONDS) if one.published_at else 0,
        archived=one.state == State.ARCHIVED,
        labels=facet_labels(one.kind, one.fields),
    )


def _authors(one: Any) -> tuple[int | str, ...]:
    """Return who shared a resource, and those its record names as its authors."""
    named = one.fields.get(AUTHORS)
    written = [str(name) for name in named] if isinstance(named, list) else []
    return tuple(one for one in (one.author_id, *written) if one)


def card_of(resource: Resource, person: User) -> Card:
    """Return a resource as a line of results, for somebody who may read it."""
    space = shown_space(person, resource)
    organisation = resource.author.organisation if resource.author else None
    state = _("archivée") if resource.state == State.ARCHIVED else ""
    meta = (organisation.name if organisation else "", space.label if space else "", shown_date(resource), state)

    def url(passage: Passage | None) -> str:
        if passage is None or passage.n == OWN_TEXT:
            return resource_url(resource)
        part, page = page_number_in(passage.n)
        if part == FETCHED:
            return resource_url(resource)
        files = {one.current.part: one.public_id for one in resource.attachments[1:]}
        return resource_url(resource, page=page, fichier=files.get(part, ""))

    def pages(passage: Passage) -> int:
        if passage.unit != Unit.PAGE:
            return 0
        lengths = {one.current.part: one.current.blob.page_count for one in resource.attachments}
        return lengths.get(page_number_in(passage.n)[0], 0)

    return Card(
        resource.title,
        resource.kind,
        url,
        tuple(filter(None, meta)),
        _known_lang(resource.lang),
        marks_words=True,
        public_id=resource.public_id,
        pages=pages,
        talk="commentaires",
        state=state,
    )


def _own_texts(ids: Sequence[int]) -> dict[tuple[int, int], Passage]:
    if not ids:
        return {}
    query = select(Resource).where(Resource.id.in_(ids))
    return {(one.id, OWN_TEXT): replace(_own(one), label=_("Résumé")) for one in db.session.scalars(query)}


def _page_texts(places: Mapping[tuple[int, int, int], int]) -> Iterator[tuple[tuple[int, int, int], Passage]]:
    """Yield pages by (resource, part, page), in two statements whatever their number; none of versions replaced."""
    of_resources = Attachment.resource_id.in_({one for one, _part, _page in places}) & Attachment.removed_at.is_(None)
    query = (
        select(Attachment).where(of_resources).options(selectinload(Attachment.versions).joinedload(FileVersion.blob))
    )
    blobs: dict[int, list[tuple[int, int]]] = defaultdict(list)
    names: dict[tuple[int, int], str] = {}
    for attachment in db.session.scalars(query.order_by(Attachment.position)):
        part = attachment.current.part
        is_first = all(one != attachment.resource_id for one, _part in names)
        names[attachment.resource_id, part] = "" if is_first else attachment.current.name
        blobs[attachment.current.blob_id].append((attachment.resource_id, part))
    wanted = [
        and_(Page.blob_id == blob_id, Page.n.in_({n for one, part, n in places if (one, part) in carriers}))
        for blob_id, carriers in blobs.items()
    ]
    for page in db.session.scalars(select(Page).where(or_(*wanted))) if wanted else ():
        for one, part in blobs[page.blob_id]:
            if (one, part, page.n) in places:
                label = _place(page, names[one, part])
                yield (one, part, page.n), Passage(places[one, part, page.n], page.unit, label, page.text)


def _place(page: Page, file_name: str) -> str:
    """Return where a passage stands: « Page 4 », or « annexe.pdf, page 4 » in a file that is not the first."""
    word = unit_word(page.unit, page.n, page.label)
    return f"{file_name}, {word[:1].lower()}{word[1:]}" if file_name else word


def index_resource(event: ResourcePublished | ResourceChanged | ResourceRemoved | ResourcePurged) -> None:
    """Have a resource indexed again; who may find it counts at once."""
    index_soon("resource", event.resource_id)


def index_resources(event: ResourcesChanged) -> None:
    """Have several resources indexed again."""
    index_all_soon("resource", event.resource_ids)


listen(ResourcesChanged)(index_resources)
listen(ResourcePublished)(index_resource)
listen(ResourceChanged)(index_resource)
listen(ResourceRemoved)(index_resource)
listen(ResourcePurged)(index_resource)


def register() -> None:
    """Declare resources to the search."""
    register_source(ResourceSource())
    set_tags_provider(slugs_reached)
    set_keywords_provider(keywords_named)
    set_meanings_provider(names_of_terms)
    register_kind_words(kind_words())
    prefer_kinds({PRACTICE: 1.0, "note": 1.0, "guide": 0.5})
    register_group("pratiques", _l("Pratiques"), {PRACTICE}, order=10)
    register_group("documents", _l("Documents"), set(KINDS) - {PRACTICE}, order=20)
    register_kind_labels({kind.key: kind.label for kind in KINDS.values()})
