"""What the library puts into the archive of a space: resources, their files and versions, what cities say of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, select, true
from sqlalchemy.orm import aliased, joinedload, selectinload, undefer

from app.core.db import transaction
from app.core.i18n import after_colon
from app.core.i18n import lazy_gettext as _l
from app.core.jobs import BULK
from app.core.revisions import Revision
from app.core.slots import fill
from app.extensions import db
from app.library.archived_states import (
    adoption_state_arriving,
    adoption_state_leaving,
    adoption_state_misfit,
    is_plain,
    resource_state_arriving,
    resource_state_leaving,
    resource_state_misfit,
)
from app.library.collecting.claiming import RIGHTS, SHOWN
from app.library.collecting.models import FetchedPage, PageState
from app.library.derived import keep_derived
from app.library.files import keep_blob
from app.library.kinds import kind_of
from app.library.marks import Useful
from app.library.models import Adoption, Attachment, FileVersion, Resource, Says, Shelf, Tag, TagState
from app.library.permissions import can_read_resource
from app.library.reading_lists.models import Pin, ReadingEntry, ReadingList
from app.library.receiving import FileRefusedError, receive
from app.library.tags import judge_words, split_tags, tag_slug, tags_named, terms_called
from app.search.operations import index_soon
from app.spaces.archive.arriving import Arriving
from app.spaces.archive.leaving import Leaving
from app.spaces.archive.parts import Part, Record
from app.spaces.models import Audience, State
from app.spaces.permissions import readable_space_ids

WORDS, RESOURCES, ATTACHMENTS, VERSIONS = "words", "resources", "attachments", "file_versions"
ADOPTIONS, LISTS = "adoptions", "reading_lists"
#: What is made again from the rest, what stays with the trash and with drafts, which do not leave.
TRASH = frozenset({"sort_key", "deleted_at", "deleted_by_id", "deleted_reason"})
DERIVED = frozenset({"body_html", "renderer_version", "shared_draft", "proposed_at"})
AT_ONCE = 500


def resources_leaving(leaving: Leaving) -> Select[Any]:
    """Return the ids of the resources that leave: those of the space that are published or archived."""
    kept = Resource.deleted_at.is_(None) & (Resource.state != State.DRAFT)
    return select(Resource.id).where(Resource.space_id == leaving.space.id, kept)


@fill("space.archive", order=30)
def library_parts() -> list[Part]:
    """Return the parts of the library, in the order in which they come back."""
    return [
        *_words_and_resources(),
        *_files(),
        _states_of_resources(),
        *_what_people_say(),
        *_shelves_and_pins(),
        *_reading_lists(),
    ]


def _words_and_resources() -> list[Part]:
    return [
        Part(
            WORDS,
            Tag,
            lambda leaving: select(Tag).where(Tag.space_id == leaving.space.id).order_by(Tag.id),
            leave_out={"sort_key"},
            refers={"merged_into_id": WORDS},
            choices={"state": set(TagState) - {TagState.ADOPTED}},  # terms belong to no space
            prepare=lambda record, _arriving: None if terms_called([str(record.get("slug"))]) else {},
        ),
        Part(
            RESOURCES,
            Resource,
            lambda leaving: (
                select(Resource)
                .where(Resource.id.in_(resources_leaving(leaving)))
                .order_by(Resource.id)
                .options(selectinload(Resource.tags))
            ),
            leave_out=TRASH | DERIVED,
            choices={"state": {State.PUBLISHED, State.ARCHIVED}, "audience": set(Audience)},
            keys={"tags"},
            also=lambda resource, _leaving: {"tags": [tag.label for tag in resource.tags]},
            misfit=_misfit_of_resource,
            prepare=_prepare_resource,
            brought=_tag,
            finish=_index,
            title=_l("Ressources"),
            line=_resource_line,
        ),
    ]


def _files() -> list[Part]:
    return [
        Part(
            ATTACHMENTS,
            Attachment,
            lambda leaving: _attachments(leaving).order_by(Attachment.id),
            leave_out={"removed_at"},
            refers={"resource_id": RESOURCES},
        ),
        Part(
            VERSIONS,
            FileVersion,
            lambda leaving: (
                select(FileVersion)
                .where(FileVersion.attachment_id.in_(_attachments(leaving).with_only_columns(Attachment.id)))
                .order_by(FileVersion.attachment_id, FileVersion.n)
                .options(joinedload(FileVersion.blob))
            ),
            leave_out={"blob_id"},
            refers={"attachment_id": ATTACHMENTS},
            keys={"sha256"},
            files=lambda record: [(record.get("sha256"), str(record.get("name") or ""))],
            also=lambda version, leaving: {"sha256": leaving.file(version.blob.sha256, version.name)},
            prepare=_take_file,
            finish=_drop_empty,
            title=_l("Fichiers"),
            line=lambda record: ("", [(record["sha256"], record["name"])]),
        ),
    ]


def _states_of_resources() -> Part:
    return _revisions(
        "resource_revisions",
        Resource,
        RESOURCES,
        resources_leaving,
        _told_to,
        also=resource_state_leaving,
        misfit=resource_state_misfit,
        prepare=resource_state_arriving,
    )


def _what_people_say() -> list[Part]:
    return [
        Part(
            ADOPTIONS,
            Adoption,
            lambda leaving: _of_resources(Adoption, leaving),
            refers={"resource_id": RESOURCES, "own_id": RESOURCES},
            choices={"says": set(Says)},
        ),
        _revisions(
            "adoption_revisions",
            Adoption,
            ADOPTIONS,
            lambda leaving: select(Adoption.id).where(Adoption.resource_id.in_(resources_leaving(leaving))),
            also=adoption_state_leaving,
            misfit=adoption_state_misfit,
            prepare=adoption_state_arriving,
        ),
        Part(
            "articles",
            FetchedPage,
            _articles,
            leave_out={"form", "state", "refusal"},
            refers={"resource_id": RESOURCES},
            prepare=lambda record, arriving: (
                {"state": PageState.FOUND.value} if arriving.ref(RESOURCES, record.get("resource_id")) else None
            ),
        ),
        Part(
            "useful",
            Useful,
            lambda leaving: (
                select(Useful)
                .where(Useful.resource_id.in_(resources_leaving(leaving)))
                .order_by(Useful.resource_id, Useful.at)
            ),
            refers={"resource_id": RESOURCES},
        ),
    ]


def _shelves_and_pins() -> list[Part]:
    return [
        Part(
            "shelves",
            Shelf,
            lambda leaving: _pointing(Shelf, leaving).where(Shelf.space_id == leaving.space.id).order_by(Shelf.id),
            leave_out={"resource_id"},
            keys={"resource"},
            also=_pointed,
            prepare=_find_pointed,
        ),
        Part(
            "pins",
            Pin,
            lambda leaving: (
                select(Pin)
                .where(Pin.space_id == leaving.space.id, Pin.resource_id.in_(resources_leaving(leaving)))
                .order_by(Pin.resource_id)
            ),
            refers={"resource_id": RESOURCES},
        ),
    ]


def _reading_lists() -> list[Part]:
    return [
        Part(
            LISTS,
            ReadingList,
            lambda leaving: (
                select(ReadingList).where(ReadingList.id.in_(_lists_leaving(leaving))).order_by(ReadingList.id)
            ),
            leave_out=TRASH | {"intro_html"},
            choices={"state": {State.PUBLISHED, State.ARCHIVED}, "audience": set(Audience)},
            prepare=lambda record, arriving: {"intro_html": arriving.markdown(str(record.get("intro") or ""))[0]},
            finish=lambda arriving: _index_all(arriving, LISTS, "reading_list"),
            title=_l("Dossiers de lecture"),
            line=lambda record: (record["title"], []),
        ),
        Part(
            "reading_entries",
            ReadingEntry,
            lambda leaving: (
                _pointing(ReadingEntry, leaving)
                .where(ReadingEntry.list_id.in_(_lists_leaving(leaving)))
                .order_by(ReadingEntry.list_id, ReadingEntry.position, ReadingEntry.id)
            ),
            leave_out={"resource_id"},
            refers={"list_id": LISTS},
            keys={"resource"},
            also=_pointed,
            prepare=_find_pointed,
        ),
    ]


def _lists_leaving(leaving: Leaving) -> Select[Any]:
    kept = ReadingList.deleted_at.is_(None) & (ReadingList.state != State.DRAFT)
    return select(ReadingList.id).where(ReadingList.space_id == leaving.space.id, kept)


def _attachments(leaving: Leaving) -> Select[Any]:
    there = Attachment.resource_id.in_(resources_leaving(leaving)) & Attachment.removed_at.is_(None)
    return select(Attachment).where(there)


def _of_resources(model: Any, leaving: Leaving) -> Select[Any]:
    return select(model).where(model.resource_id.in_(resources_leaving(leaving))).order_by(model.id)


def _articles(leaving: Leaving) -> Select[Any]:
    """Return the words of press articles: kept for the search alone, they leave with who moves a site, or by right."""
    query = _of_resources(FetchedPage, leaving).options(undefer(FetchedPage.text))
    if leaving.with_addresses:
        return query
    allowed = select(Resource.id).where(Resource.fields[RIGHTS].as_string().in_(SHOWN))
    return query.where(FetchedPage.resource_id.in_(allowed))


def _told_to(leaving: Leaving) -> ColumnElement[bool]:
    """Return the condition of the earlier states told to who takes the archive away, as ``history_of`` tells them.

    What was said of a draft is its author's; what was said in a space they do not read stays there.
    """
    if leaving.by is None:
        return true()
    was_out = select(Resource.id).where(Resource.id == Revision.subject_id, Resource.published_at <= Revision.at)
    move = aliased(Revision)
    same = (move.subject_type == Revision.subject_type) & (move.subject_id == Revision.subject_id)
    elsewhere = move.fields["space_id"].as_integer().not_in(readable_space_ids(leaving.by))
    return was_out.exists() & ~select(move.id).where(same, move.n >= Revision.n, elsewhere).exists()


def _revisions(
    name: str,
    model: Any,
    part: str,
    ids: Any,
    told: Callable[[Leaving], ColumnElement[bool]] = lambda _leaving: true(),
    **carrying: Any,
) -> Part:
    """Return the part of the earlier states of the rows of another, those alone that ``told`` lets out.

    ``carrying``: what is said of it as of every part (``also``, ``misfit``, ``prepare``).
    """
    subject = model.__tablename__
    return Part(
        name,
        Revision,
        lambda leaving: (
            select(Revision)
            .where(Revision.subject_type == subject, Revision.subject_id.in_(ids(leaving)), told(leaving))
            .order_by(Revision.subject_id, Revision.n)
        ),
        refers={"subject_id": part},
        choices={"subject_type": {subject}},
        **carrying,
    )


def _pointing(model: Any, leaving: Leaving) -> Select[Any]:
    """Return rows that point to resources wherever they live, those alone that who takes the archive away may read."""
    kept = Resource.deleted_at.is_(None) & (Resource.state != State.DRAFT)
    if leaving.by is not None:
        kept &= can_read_resource.where(leaving.by)
    return select(model).join(Resource, Resource.id == model.resource_id).where(kept)


def _pointed(row: Any, _leaving: Leaving) -> Record:
    """Return the public id of the resource a row points to."""
    return {"resource": db.session.scalars(select(Resource.public_id).where(Resource.id == row.resource_id)).one()}


def _prepare_resource(record: Record, arriving: Arriving) -> Record | None:
    html, version = arriving.markdown(str(record.get("body") or ""))
    fields = record.get("fields") or {}
    kept = {name: value for name, value in fields.items() if is_plain(value)} if isinstance(fields, dict) else {}
    return {"body_html": html, "renderer_version": version, "fields": kept}


def _misfit_of_resource(record: Record) -> str:
    """Return « tags » where they are no list of texts."""
    return resource_state_misfit({"fields": {"tags": record.get("tags") or []}})


def _tag(resource: Resource, record: Record, _arriving: Arriving) -> None:
    labels = record.get("tags") or []
    words = split_tags(", ".join(labels))
    carried = {tag_slug(word) for word in words}  # a list closed since keeps what was there before
    accepted = judge_words(words, resource.space, carried).accepted
    resource.tags = tags_named(accepted, resource.space, carried)
    keep_derived(resource)


def _index(arriving: Arriving) -> None:
    """Have everything indexed, some hundred at a time."""
    _index_all(arriving, RESOURCES, "resource")


def _index_all(arriving: Arriving, part: str, type_: str) -> None:
    ids = list(arriving.refs.get(part, {}).values())
    for start in range(0, len(ids), AT_ONCE):
        with transaction():
            for one in ids[start : start + AT_ONCE]:
                index_soon(type_, one)


def _take_file(record: Record, arriving: Arriving) -> Record | None:
    """Take the bytes of a version in as those of any file; what this site does not accept stays out, and is told."""
    name = str(record.get("name") or "")
    source = arriving.file(str(record.get("sha256") or ""))
    if source is None:
        arriving.remarks.append(name)
        return None
    try:
        with source:
            received = receive(source, name)
    except FileRefusedError as refusal:
        arriving.remarks.append(f"{name}{after_colon(refusal.message)}")
        return None
    with transaction():
        return {"blob_id": keep_blob(received, priority=BULK).id, "name": received.name}


def _drop_empty(arriving: Arriving) -> None:
    """Take away the files of which no version came in."""
    ids = list(arriving.refs.get(ATTACHMENTS, {}).values())
    for start in range(0, len(ids), AT_ONCE):
        some = Attachment.id.in_(ids[start : start + AT_ONCE])
        with transaction() as session:
            empty = some & ~select(FileVersion.id).where(FileVersion.attachment_id == Attachment.id).exists()
            session.execute(delete(Attachment).where(empty).execution_options(synchronize_session=False))


def _find_pointed(record: Record, arriving: Arriving) -> Record | None:
    """Point again to a resource of the archive, or to one that is on this site; it grants no right."""
    ref = str(record.get("resource") or "")
    known = Resource.public_id == arriving.new_ids.get(ref, ref)
    found = db.session.scalar(select(Resource.id).where(known, Resource.deleted_at.is_(None)))
    return {"resource_id": found} if found is not None else None


def _resource_line(record: Record) -> tuple[str, list[tuple[str, str]]]:
    kind = kind_of(str(record["kind"]))
    facts = ", ".join(filter(None, (str(kind.label), record["source"], str(record["dated_on"] or ""))))
    summary = f" {record['summary']}" if record["summary"] else ""
    return f"{record['title']} ({facts}).{summary}", []
