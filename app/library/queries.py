"""What is asked of the library: every question begins with what the person may read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from app.accounts.models import User
from app.core.days import today
from app.core.db import public_ids_in, sort_key
from app.core.errors import NotFoundError, RefusedError
from app.core.paging import Page, paginate
from app.extensions import db
from app.library.facets import Chosen, FacetGroup, condition_of, groups_of, lens_group, shared_by_like
from app.library.kinds import KINDS, kind_of
from app.library.models import Attachment, Blob, FileVersion, Resource, Shelf, Tag, TagState, resource_tag
from app.library.permissions import (
    can_edit_resource,
    can_prepare_resource,
    can_read_resource,
    can_restore_resource,
    can_review_resource,
    can_verify_resource,
)
from app.library.tags import terms_called
from app.library.thesaurus.models import tag_under, tag_word
from app.library.thesaurus.reach import carrying, names_of
from app.spaces.models import Space, State
from app.spaces.permissions import can_see_space

MOST_TAGS_OFFERED = 40
MOST_DRAFTS = 10
SORTS = ("recent", "old", "title")
WITH, ONLY = "with", "only"


@dataclass(frozen=True)
class Wanted:
    """Which resources a list shows, as its address says: home or shelf space, kind, keywords (all of them), order.

    ``chosen`` are the values ticked in the filters of the kind, ``like`` the lenses « cities like mine ». Archived
    resources are left out unless ``archived`` asks for them too (``WITH``: they come last) or alone (``ONLY``).
    ``due``: what the person keeps that is to be looked at again.
    """

    space_id: int | None = None
    kind: str = ""
    tags: tuple[str, ...] = ()
    chosen: Chosen = ()
    like: tuple[str, ...] = ()
    archived: str = ""
    due: bool = False
    sort: str = "recent"

    def without_kind(self) -> Wanted:
        """Return the same list over all kinds, no filter on."""
        return replace(self, kind="", tags=(), chosen=(), like=(), due=False)


def named_with() -> tuple[ORMOption, ...]:
    """Return how to load what names a resource where neither its keywords nor its files are shown: one statement."""
    return joinedload(Resource.author), joinedload(Resource.space)


def shown_with() -> tuple[ORMOption, ...]:
    """Return how to load what a line of a list shows: the same number of statements for one line and for twenty."""
    return (
        *named_with(),
        selectinload(Resource.tags),
        selectinload(Resource.attachments).selectinload(Attachment.versions).joinedload(FileVersion.blob),
    )


def resources_visible_to(person: User, wanted: Wanted = Wanted()) -> Select[Any]:
    """Return the published resources a person may read, as wanted, in order, with what a line of a list shows."""
    return resources_named_to(person, wanted).options(*shown_with())


def page_of_resources(person: User, wanted: Wanted, number: int, per_page: int) -> Page[Resource]:
    """Return one page of the resources a person may read, as wanted, in order."""
    keys = select(Resource.id).where(_visible(person, wanted)).order_by(*_order(wanted))
    shown = select(Resource).order_by(*_order(wanted)).options(*shown_with())
    return paginate(shown, number, per_page, keys=keys)


def resources_named_to(person: User, wanted: Wanted = Wanted()) -> Select[Any]:
    """Return the same with their author and space alone, for news."""
    return select(Resource).where(_visible(person, wanted)).order_by(*_order(wanted)).options(*named_with())


def count_by_kind(person: User, wanted: Wanted) -> dict[str, int]:
    """Return how many resources of each kind the person may read, keywords aside."""
    visible = _visible(person, wanted.without_kind())
    rows = db.session.execute(select(Resource.kind, func.count()).where(visible).group_by(Resource.kind))
    return {kind: number for kind, number in rows}  # noqa: C416 - rows are named tuples, which mypy keeps apart


def count_by_organisation(person: User, kind: str) -> dict[int, int]:
    """Return how many resources of a kind the person may read, by the organisation of who shared them."""
    query = (
        select(User.organisation_id, func.count())
        .join(Resource, Resource.author_id == User.id)
        .where(_visible(person, Wanted(kind=kind)))
        .group_by(User.organisation_id)
    )
    return {place_id: number for place_id, number in db.session.execute(query) if place_id is not None}


def count_by_tag(person: User, wanted: Wanted) -> list[tuple[Tag, int]]:
    """Return the keywords of the wanted resources with the number each of them would leave, most frequent first."""
    counts = count_by_term(person, wanted, MOST_TAGS_OFFERED) | _count_by_word(person, wanted)
    tags = {tag.id: tag for tag in db.session.scalars(select(Tag).where(Tag.id.in_(counts)))} if counts else {}
    ranked = sorted(tags.values(), key=lambda tag: (-counts[tag.id], sort_key(tag.name)))
    return [(tag, counts[tag.id]) for tag in ranked[:MOST_TAGS_OFFERED]]


def count_by_term(person: User, wanted: Wanted = Wanted(), limit: int | None = None) -> dict[int, int]:
    """Return how many of the wanted resources carry each term of the thesaurus or one under it, by its id."""
    carried, number = _carried(person, wanted)
    query = (
        select(tag_under.c.tag_id, number)
        .join(carried, carried.c.tag_id == tag_under.c.under_id)
        .group_by(tag_under.c.tag_id)
        .order_by(number.desc(), tag_under.c.tag_id)
    )
    return {tag_id: count for tag_id, count in db.session.execute(query.limit(limit))}  # noqa: C416 - named tuples


def _count_by_word(person: User, wanted: Wanted) -> dict[int, int]:
    """Return the same for the words of spaces: one word used in several is counted once, under one of its ids."""
    carried, number = _carried(person, wanted)
    query = (
        select(func.min(Tag.id), number)
        .join(carried, carried.c.tag_id == Tag.id)
        .where(Tag.state == TagState.PROPOSED)
        .group_by(Tag.slug)
        .order_by(number.desc(), func.min(Tag.id))
    )
    return {tag_id: count for tag_id, count in db.session.execute(query.limit(MOST_TAGS_OFFERED))}  # noqa: C416


def _carried(person: User, wanted: Wanted) -> tuple[Any, Any]:
    """Return which wanted resource carries which keyword, and how to count those resources, each once."""
    pairs = select(resource_tag.c.tag_id, resource_tag.c.resource_id)
    visible = pairs.join(Resource, Resource.id == resource_tag.c.resource_id).where(_visible(person, wanted))
    carried = visible.subquery()
    return carried, func.count(carried.c.resource_id.distinct())


def facet_groups(person: User, wanted: Wanted) -> list[FacetGroup]:
    """Return the filters of the wanted kind, each value with what ticking it would give; none while all kinds show."""
    if not wanted.kind:
        return []
    visible = _visible(person, replace(wanted, chosen=()))
    return groups_of(kind_of(wanted.kind), visible, wanted.chosen)


def cities_like_mine(person: User, wanted: Wanted) -> FacetGroup | None:
    """Return the lenses through which the person may see the list, with what each would leave; None without any."""
    return lens_group(person.organisation, _visible(person, replace(wanted, like=())), wanted.like)


def count_archived(person: User, wanted: Wanted) -> int:
    """Return how many archived resources the list leaves out, or shows when they are asked for."""
    visible = _visible(person, replace(wanted, archived=ONLY))
    return db.session.scalar(select(func.count()).select_from(Resource).where(visible)) or 0


def count_due(person: User, wanted: Wanted) -> int:
    """Return how many of the wanted resources the person keeps and is to look at again."""
    visible = _visible(person, replace(wanted, due=True))
    return db.session.scalar(select(func.count()).select_from(Resource).where(visible)) or 0


def count_visible(person: User, space: Space) -> int:
    """Return how many resources of a space a person may read."""
    visible = _visible(person, Wanted(space_id=space.id))
    return db.session.scalar(select(func.count()).select_from(Resource).where(visible)) or 0


@dataclass(frozen=True)
class Keyword:
    """A keyword somebody uses: folded, in the reader's language, and how many of the resources they shared carry it."""

    folded: str
    label: str
    count: int


def keywords_shared(person: User, words: Sequence[str]) -> list[tuple[int, Keyword]]:
    """Return which authors, by id, shared something under keywords that these folded words begin.

    Counted over the resources the person may read, and no others. The same word of several spaces is one keyword.
    """
    begun = [begins(Tag.sort_key, word, " ") for word in words]
    named = [begins(tag_word.c.slug, word.replace(" ", "-"), "-") for word in words]
    terms = select(tag_word.c.tag_id).where(or_(false(), *named))
    query = (
        select(Resource.author_id, Tag, func.count())
        .join(resource_tag, resource_tag.c.resource_id == Resource.id)
        .join(Tag, Tag.id == resource_tag.c.tag_id)
        .where(_visible(person, Wanted()), Resource.author_id.is_not(None), or_(Tag.id.in_(terms), *begun))
        .group_by(Resource.author_id, Tag.id)
        .order_by(func.count().desc(), Tag.sort_key)
    )
    found: dict[tuple[int, str], Keyword] = {}
    for author, tag, count in db.session.execute(query):
        key = (author or 0, _folded(tag))
        so_far = found.get(key)
        found[key] = replace(so_far, count=so_far.count + count) if so_far else Keyword(key[1], tag.name, count)
    return [(author, one) for (author, _word), one in sorted(found.items(), key=lambda item: -item[1].count)]


def _folded(tag: Tag) -> str:
    return " ".join(sort_key(name) for name in names_of(tag))


def begins(column: Any, word: str, between: str) -> ColumnElement[bool]:
    """Return the condition that a word begins one of those of a folded text, ``between`` standing between them."""
    condition: ColumnElement[bool] = or_(
        column.startswith(word, autoescape=True), column.contains(f"{between}{word}", autoescape=True)
    )
    return condition


def tags_by_slug(person: User, slugs: Iterable[str]) -> list[Tag]:
    """Return the keywords of these slugs: terms, and the words of spaces that a resource this person reads carries.

    Other words do not exist for them.
    """
    wanted = list(dict.fromkeys(slugs))
    terms = terms_called(wanted) if wanted else {}
    read = select(resource_tag.c.tag_id).join(Resource, Resource.id == resource_tag.c.resource_id)
    typed = [slug for slug in wanted if slug not in terms]
    known = Tag.slug.in_(typed) & Tag.id.in_(read.where(_visible(person, Wanted()), Tag.state == TagState.PROPOSED))
    words = {tag.slug: tag for tag in db.session.scalars(select(Tag).where(known))} if typed else {}
    return sorted((terms | words).values(), key=lambda tag: sort_key(tag.name))


def resource_for(person: User, public_id: str) -> Resource:
    """Return a resource this person may read.

    Raises NotFoundError when there is none or its space is hidden, RefusedError naming the space that may be asked for.
    """
    query = select(Resource).where(Resource.public_id == public_id, can_read_resource.where(person))
    resource: Resource | None = db.session.scalar(query.options(*shown_with()))
    if resource is None:
        raise _refusal(person, select(Resource).where(Resource.public_id == public_id))
    return resource


def opened_resource_for(person: User, public_id: str) -> Resource:
    """Return a resource this person may read, or a proposed one they may publish. Raises as ``resource_for``."""
    opens = or_(can_read_resource.where(person), can_review_resource.where(person))
    query = select(Resource).where(Resource.public_id == public_id, opens)
    resource: Resource | None = db.session.scalar(query.options(*shown_with()))
    return resource if resource is not None else resource_for(person, public_id)


def proposed_resource_for(person: User, public_id: str) -> Resource:
    """Return a proposed resource this person may publish or send back. Raises NotFoundError, whatever the reason."""
    query = select(Resource).where(Resource.public_id == public_id, can_review_resource.where(person))
    resource: Resource | None = db.session.scalar(query.options(*shown_with()))
    if resource is None:
        raise NotFoundError
    return resource


def proposals_in(space: Space, person: User) -> list[Resource]:
    """Return what is proposed in a space to a person who may publish it, the first proposed first."""
    waiting = can_review_resource.where(person) & (Resource.space_id == space.id)
    query = select(Resource).where(waiting).options(*shown_with())
    return list(db.session.scalars(query.order_by(Resource.proposed_at, Resource.id)))


def resources_beside(person: User, public_ids: Sequence[str]) -> list[Resource]:
    """Return those of some resources that may stand side by side and that a person may read, in the order asked.

    They are of one kind, the first one's, which compares places. The others are passed over without a word.
    """
    kinds = [key for key, kind in KINDS.items() if kind.compares_places]
    asked = Resource.public_id.in_(public_ids) & Resource.kind.in_(kinds)
    query = select(Resource).where(_visible(person, Wanted()), asked).options(*shown_with())
    found = {one.public_id: one for one in db.session.scalars(query)} if public_ids else {}
    beside = [found[public_id] for public_id in dict.fromkeys(public_ids) if public_id in found]
    return [one for one in beside if one.kind == beside[0].kind]


def published_resource_for(person: User, public_id: str) -> Resource:
    """Return a resource as ``resource_for`` does; a draft leaves its preparation by no other door."""
    resource = resource_for(person, public_id)
    if resource.state == State.DRAFT:
        raise NotFoundError
    return resource


def prepared_resource_for(person: User, public_id: str) -> Resource:
    """Return a draft this person prepares, alone or with colleagues. Raises NotFoundError, whatever the reason."""
    query = select(Resource).where(Resource.public_id == public_id, can_prepare_resource.where(person))
    resource: Resource | None = db.session.scalar(query.options(*shown_with()))
    if resource is None:
        raise NotFoundError
    return resource


def drafts_prepared_by(person: User, space_id: int | None = None) -> list[Resource]:
    """Return the drafts a person prepares, their own and their colleagues', the last touched first."""
    query = select(Resource).where(can_prepare_resource.where(person)).options(*named_with())
    if space_id is not None:
        query = query.where(Resource.space_id == space_id)
    return list(db.session.scalars(query.order_by(Resource.updated_at.desc(), Resource.id.desc()).limit(MOST_DRAFTS)))


def file_version_for(person: User, public_id: str) -> FileVersion:
    """Return a version of a file of a resource this person reads, prepares or reviews. Raises as ``resource_for``.

    The versions of a file taken away are for those who may put it back.
    """
    of_resource = select(FileVersion).join(FileVersion.attachment).join(Attachment.resource)
    rules = (can_read_resource, can_prepare_resource, can_review_resource)
    opens = or_(*(rule.where(person) for rule in rules))
    changes = or_(can_edit_resource.where(person), can_prepare_resource.where(person))
    query = of_resource.where(FileVersion.public_id == public_id, opens, or_(Attachment.removed_at.is_(None), changes))
    eager = contains_eager(FileVersion.attachment).contains_eager(Attachment.resource)
    version: FileVersion | None = db.session.scalar(query.options(eager, joinedload(FileVersion.blob)))
    if version is None:
        carrier = select(Resource).join(Resource.attachments).join(Attachment.versions)
        raise _refusal(person, carrier.where(FileVersion.public_id == public_id))
    return version


def has_just_shared(person: User, space: Space, title: str) -> bool:
    """Tell whether the last resource a person has brought to a space has this very title."""
    mine = select(Resource.title).where(Resource.space_id == space.id, Resource.author_id == person.id)
    return bool(title) and db.session.scalar(mine.order_by(Resource.id.desc()).limit(1)) == title


def resources_just_shared(person: User, space: Space, public_ids: Sequence[str]) -> list[Resource]:
    """Return those of some resources that a person has brought to a space and may still read, drafts among them."""
    wanted = public_ids_in(public_ids)
    mine = (Resource.space_id == space.id) & (Resource.author_id == person.id) & Resource.public_id.in_(wanted)
    opens = or_(can_read_resource.where(person), can_prepare_resource.where(person))
    query = select(Resource).where(mine, opens, Resource.deleted_at.is_(None)).order_by(Resource.id)
    return list(db.session.scalars(query)) if wanted else []


def attachment_of(resource: Resource, public_id: str) -> Attachment:
    """Return a file of a resource. Raises NotFoundError."""
    found = next((one for one in resource.attachments if one.public_id == public_id), None)
    if found is None:
        raise NotFoundError
    return found


def version_numbered(attachment: Attachment, n: int) -> FileVersion:
    """Return a version of a file by its number. Raises NotFoundError."""
    found = next((one for one in attachment.versions if one.n == n), None)
    if found is None:
        raise NotFoundError
    return found


def removed_files_of(resource: Resource) -> list[Attachment]:
    """Return the files taken away from a resource that can still be put back, the last one first."""
    gone = (Attachment.resource_id == resource.id) & Attachment.removed_at.is_not(None)
    query = select(Attachment).where(gone).order_by(Attachment.removed_at.desc(), Attachment.id.desc())
    versions = selectinload(Attachment.versions)
    return list(db.session.scalars(query.options(versions.joinedload(FileVersion.blob))))


def trashed_resource_for(person: User, public_id: str) -> Resource:
    """Return a resource of the trash that this person may put back. Raises NotFoundError."""
    query = select(Resource).where(Resource.public_id == public_id, can_restore_resource.where(person))
    resource: Resource | None = db.session.scalar(query)
    if resource is None:
        raise NotFoundError
    return resource


def resources_carrying(blob_ids: Sequence[int], person: User) -> list[Resource]:
    """Return the resources a person may read that carry one of these files, the oldest first."""
    carrying = select(Attachment.resource_id).join(Attachment.versions).where(FileVersion.blob_id.in_(blob_ids))
    carrying = carrying.where(Attachment.removed_at.is_(None))
    query = select(Resource).where(Resource.id.in_(carrying), can_read_resource.where(person)).order_by(Resource.id)
    return list(db.session.scalars(query))


def resources_at(person: User, address: str) -> list[Resource]:
    """Return the published resources a person reads that stand for a page of the web, the oldest first."""
    same = (Resource.fields["address"].as_string() == address) & (Resource.state == State.PUBLISHED)
    query = select(Resource).where(same, can_read_resource.where(person)).order_by(Resource.id)
    return list(db.session.scalars(query.limit(MOST_DRAFTS)))


def carrying_by_file(person: User, blob_ids: Iterable[int]) -> dict[int, list[Resource]]:
    """Return the resources a person may read that carry each of some files, in one statement."""
    wanted = set(blob_ids)
    query = (
        select(FileVersion.blob_id, Resource)
        .join(FileVersion.attachment)
        .join(Attachment.resource)
        .where(FileVersion.blob_id.in_(wanted), Attachment.removed_at.is_(None), can_read_resource.where(person))
        .order_by(Resource.id)
    )
    found: dict[int, list[Resource]] = defaultdict(list)
    for blob_id, resource in db.session.execute(query) if wanted else ():
        if resource not in found[blob_id]:
            found[blob_id].append(resource)
    return found


def carried_elsewhere(person: User, resource: Resource) -> dict[str, list[Resource]]:
    """Return, by the public id of a file, the other resources this person may read that carry its bytes."""
    blobs = {one.current.blob_id: one.public_id for one in resource.attachments}
    carrying = carrying_by_file(person, blobs)
    found = {blobs[blob_id]: [one for one in carriers if one != resource] for blob_id, carriers in carrying.items()}
    return {public_id: others for public_id, others in found.items() if others}


def ids_carrying(blob_id: int) -> list[int]:
    """Return the ids of all resources that carry a file, whoever may read them: for indexing, never for a page."""
    carrying = select(Attachment.resource_id).join(Attachment.versions).where(FileVersion.blob_id == blob_id)
    return list(db.session.scalars(carrying.distinct()))


def holds_bytes(space: Space, sha256: str) -> bool:
    """Tell whether a space already has a resource with these bytes: for an import that begins again."""
    query = (
        select(Attachment.id)
        .join(Attachment.versions)
        .join(FileVersion.blob)
        .join(Attachment.resource)
        .where(Blob.sha256 == sha256, Resource.space_id == space.id, Resource.deleted_at.is_(None))
        .where(Attachment.removed_at.is_(None))
    )
    return db.session.scalar(query.limit(1)) is not None


def are_visible(person: User, wanted: Wanted = Wanted()) -> ColumnElement[bool]:
    """Return the condition of the published resources a person may read, as wanted."""
    return _visible(person, wanted)


def _visible(person: User, wanted: Wanted) -> ColumnElement[bool]:
    states = {WITH: (State.PUBLISHED, State.ARCHIVED), ONLY: (State.ARCHIVED,)}.get(wanted.archived, (State.PUBLISHED,))
    conditions = [can_read_resource.where(person), Resource.state.in_(states)]
    if wanted.space_id is not None:
        shelved = select(Shelf.resource_id).where(Shelf.space_id == wanted.space_id)
        conditions.append(or_(Resource.space_id == wanted.space_id, Resource.id.in_(shelved)))
    if wanted.kind:
        conditions.append(Resource.kind == wanted.kind)
    conditions += [Resource.id.in_(carrying(slug)) for slug in wanted.tags]
    if wanted.chosen:
        conditions.append(condition_of(wanted.chosen))
    if wanted.due:
        conditions += [can_verify_resource.where(person), Resource.review_on <= today()]
    if wanted.like:
        conditions.append(shared_by_like(person.organisation, wanted.like))
    return and_(*conditions)


def _order(wanted: Wanted) -> tuple[Any, ...]:
    last = (case((Resource.state == State.ARCHIVED, 1), else_=0),) if wanted.archived == WITH else ()
    if wanted.sort == "title":
        return *last, Resource.sort_key, Resource.id
    if wanted.sort == "old":
        return *last, Resource.published_at, Resource.id
    return *last, Resource.published_at.desc(), Resource.id.desc()


def _refusal(person: User, query: Select[Any]) -> Exception:
    """Return the error for a thing this person does not read: its space is named only where it is announced to them."""
    resource = db.session.scalar(query.options(joinedload(Resource.space)))
    if resource is None or resource.deleted_at is not None or resource.state == State.DRAFT:
        return NotFoundError()
    if can_see_space(person, resource.space):
        return RefusedError(space=resource.space)
    return NotFoundError()
