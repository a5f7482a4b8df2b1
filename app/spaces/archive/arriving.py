"""Bringing a checked archive in: in pieces, into a space that nobody sees until all of it is there."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO

from flask import current_app
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from app.accounts.elsewhere import people_by_digest, remember_person
from app.accounts.models import Organisation, OrganisationKind, User
from app.accounts.operations import create_organisation
from app.accounts.queries import organisation_by_name
from app.core.clock import now
from app.core.db import new_public_id, transaction
from app.core.i18n import lazy_gettext as _l
from app.core.revisions import Revision
from app.core.storage import CHUNK
from app.core.text import RENDERER_VERSION, render_markdown, slugify
from app.extensions import db
from app.search.models import touch_audience
from app.spaces.archive.checking import PEOPLE, PLACES, SPACE_PART, Checked, require_place, same_space
from app.spaces.archive.columns import ORGANISATION, PERSON, ArchiveError, target_of, travelling, typed
from app.spaces.archive.leaving import Leaving
from app.spaces.archive.opening import Opened
from app.spaces.archive.parts import Part, Record, all_parts
from app.spaces.models import Space

AT_ONCE = 100
#: Addresses of things, inside the texts of an archive.
_LINK = r"(?P<site>https?://[^\s/()<>\"']+)?(?P<path>/[a-z]{3,20}/)(?P<id>[a-z2-7]{10})(?![a-z0-9])"
LINK = re.compile(_LINK)
CONTRADICTS = _l("Cette archive se contredit : deux de ses lignes disent la même chose autrement. Rien n'en est resté.")
TAKEN = _l("Un espace de ce site a déjà cette adresse : choisissez-en une autre.")


@dataclass
class Arriving:
    """A space on its way in: the archive, its names here, what had to be left out and why."""

    opened: Opened
    checked: Checked
    space_id: int = 0
    people: dict[str, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    present: set[int] = field(default_factory=set)
    refs: dict[str, dict[str | int, int]] = field(default_factory=dict)
    new_ids: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def ref(self, part: str, ref: Any) -> int | None:
        """Return the key, here, of a row of another part; None when it stayed out."""
        return self.refs.get(part, {}).get(ref)

    def person(self, ref: Any) -> int | None:
        """Return the key, here, of a person the archive names."""
        return self.people.get(ref)

    def is_present(self, ref: Any) -> bool:
        """Tell whether a person the archive names has an account here, found by their address."""
        return self.people.get(ref) in self.present

    def markdown(self, source: str) -> tuple[str, int]:
        """Return the safe HTML of a text, made here, and the version of what made it."""
        return (render_markdown(source) if source else ""), RENDERER_VERSION

    def file(self, sha256: str) -> BinaryIO | None:
        """Return the bytes of a file in a temporary one that can be rewound, None when the archive has none."""
        try:
            source = self.opened.file(sha256)
        except KeyError:
            return None
        copy = tempfile.TemporaryFile(dir=current_app.config["SETTINGS"].instance)  # noqa: SIM115 - the caller closes it
        with source:
            while chunk := source.read(CHUNK):
                copy.write(chunk)
        copy.seek(0)
        return copy

    def with_links(self, value: Any) -> Any:
        """Return a record whose texts point to the things as they are called here."""
        if isinstance(value, str):
            return LINK.sub(self._link, value) if "/" in value else value
        if isinstance(value, list):
            return [self.with_links(one) for one in value]
        return {name: self.with_links(one) for name, one in value.items()} if isinstance(value, dict) else value

    def _link(self, found: re.Match[str]) -> str:
        ours = found["id"] in self.known_ids
        if not ours or found["site"] not in {None, self.checked.manifest["site"]}:
            return found[0]
        return f"{found['path']}{self.new_ids.get(found['id'], found['id'])}"

    @property
    def known_ids(self) -> set[Any]:
        """The public ids of everything in the archive."""
        if not self._known:
            self._known = {ref for refs in self.checked.refs.values() for ref in refs if isinstance(ref, str)}
        return self._known

    _known: set[Any] = field(default_factory=set)


def slug_for(checked: Checked, wanted: str = "") -> str:
    """Return the slug a space will have. Raises ArchiveError when it is taken, or the space is here already."""
    here = same_space(checked.manifest)
    if here is not None and not wanted:
        raise ArchiveError(
            _l("Cet espace est déjà sur ce site. Pour en faire une copie, donnez-lui une autre adresse.")
        )
    slug = slugify(wanted or checked.manifest["space"]["slug"])[:90]
    if db.session.scalar(select(Space.id).where(Space.slug == slug)) is not None or slug in {"nouveau", "apercu"}:
        raise ArchiveError(TAKEN)
    return slug


def bring_in(
    opened: Opened,
    checked: Checked,
    slug: str,
    begun: Callable[[int], None] = lambda _space_id: None,
    shown: Callable[[Space], None] = lambda _space: None,
    quota: int | None = None,
) -> Arriving:
    """Bring a space in and return what came of it; it is shown at the very end, in one step.

    ``begun(space_id)`` is called, inside a transaction, once the hidden space is made: whoever is interrupted after
    that takes it away with ``forget_hidden``. ``shown(space)`` is called in the transaction that shows it. ``quota`` is
    the place its files may take, None as the setting says. Raises ArchiveError; the hidden space is then gone.
    """
    require_place(checked.bytes, quota)
    arriving = Arriving(opened, checked)
    try:
        _name_people(arriving)
        for part in all_parts():
            arriving.new_ids |= _ids_taken(part, checked.refs.get(part.name, set()))
        for part in all_parts():
            _bring_part(arriving, part, slug, begun)
        for part in all_parts():
            part.finish(arriving)
        with transaction() as session:
            space = db.session.get_one(Space, arriving.space_id)
            shown(space)
            session.flush()
            # It comes back as it was, with the moment of its last change: the row is written past the model.
            kept = (
                update(Space)
                .where(Space.id == space.id)
                .values(deleted_at=None, quota=quota, updated_at=Space.updated_at)
            )
            session.execute(kept.execution_options(synchronize_session=False))
            touch_audience()
    except IntegrityError as error:
        forget_hidden(arriving.space_id)
        raise ArchiveError(CONTRADICTS) from error
    except BaseException:
        forget_hidden(arriving.space_id)
        raise
    return arriving


def forget_hidden(space_id: int) -> None:
    """Take away a space that was being brought in: nobody has ever seen it."""
    db.session.rollback()
    with transaction() as session:
        space = session.get(Space, space_id) if space_id else None
        if space is None or space.deleted_at is None:
            return
        for part in all_parts():
            if part.model is Revision:  # nothing in the database ties them to what they are about
                ids = part.rows(Leaving(space, None, with_addresses=True)).with_only_columns(Revision.id).order_by(None)
                session.execute(
                    delete(Revision).where(Revision.id.in_(ids)).execution_options(synchronize_session=False)
                )
        session.delete(space)


def _name_people(arriving: Arriving) -> None:
    """Find the cities by name and the people by address; who is not here is kept under their name alone."""
    for records in _chunks(arriving.opened.records(PLACES)):
        with transaction():
            for record in records:
                arriving.places[record["id"]] = _organisation(record).id
    digests = people_by_digest()
    for records in _chunks(arriving.opened.records(PEOPLE)):
        with transaction() as session:
            for record in records:
                known = digests.get(str(record.get("email_sha256") or ""))
                if known is not None:
                    arriving.people[record["id"]] = known
                    arriving.present.add(known)
                    continue
                place = session.get(Organisation, arriving.places.get(record.get("organisation") or "", 0))
                person = remember_person(
                    record["id"],
                    record["name"],
                    str(record.get("function") or ""),
                    organisation=place,
                    is_guest=record.get("kind") == "guest",
                )
                arriving.people[record["id"]] = person.id
    closed = select(User.id).where(User.id.in_(arriving.present), User.disabled_at.is_not(None))
    arriving.present -= set(db.session.scalars(closed))
    db.session.rollback()


def _organisation(record: Record) -> Organisation:
    found = organisation_by_name(record["name"])
    if found is not None:
        return found
    kinds = {one.value for one in OrganisationKind}
    made = create_organisation(record["name"], is_member=False)
    made.kind = record["kind"] if record.get("kind") in kinds else OrganisationKind.OTHER
    made.country = str(record.get("country") or "FR")[:2]
    made.region, made.insee_code = (record.get("region") or None), (str(record.get("insee_code") or "")[:9] or None)
    made.population = record.get("population")
    if None not in (record.get("latitude"), record.get("longitude")):
        made.latitude, made.longitude = record["latitude"], record["longitude"]
    db.session.flush()
    return made


def _ids_taken(part: Part, refs: set[Any]) -> dict[str, str]:
    """Return a new public id for each one that something else on this site has."""
    if not part.has_public_ids:
        return {}
    asked = sorted(refs)
    new: dict[str, str] = {}
    for start in range(0, len(asked), 500):
        taken = part.model.public_id.in_(asked[start : start + 500])
        new |= {ref: new_public_id() for ref in db.session.scalars(select(part.model.public_id).where(taken))}
    db.session.rollback()
    return new


def _chunks(records: Iterator[Record]) -> Iterator[list[Record]]:
    while chunk := list(islice(records, AT_ONCE)):
        yield chunk


def _bring_part(arriving: Arriving, part: Part, slug: str, begun: Any) -> None:
    refs = arriving.refs.setdefault(part.name, {})
    for records in _chunks(arriving.opened.records(part.name)):
        linked = [arriving.with_links(record) for record in records]
        ready = [(record, more) for record in linked if (more := part.prepare(record, arriving)) is not None]
        with transaction() as session:
            rows = []
            for record, more in ready:
                values = _values(part, record, arriving)
                if values is None:
                    continue
                row = part.model(**(values | more))
                if part.name == SPACE_PART:
                    row.slug, row.deleted_at = slug, now()
                session.add(row)
                rows.append((row, record))
            session.flush()
            for row, record in rows:
                refs[record["id"]] = getattr(row, "id", 0)
                if part.name == SPACE_PART:
                    arriving.space_id = row.id
                    begun(row.id)
                part.brought(row, record, arriving)


def _values(part: Part, record: Record, arriving: Arriving) -> dict[str, Any] | None:
    """Return the columns of a row; None when something it cannot do without stayed out."""
    values: dict[str, Any] = {}
    if part.has_public_ids:
        values["public_id"] = arriving.new_ids.get(record["id"], record["id"])
    if "space_id" in part.model.__table__.columns:
        values["space_id"] = arriving.space_id
    for column in travelling(part):
        if column.name not in record:
            continue
        value = _value(part, column, record[column.name], arriving)
        if value is None and not column.nullable:
            return None
        values[column.name] = value
    return values


def _value(part: Part, column: Any, value: Any, arriving: Arriving) -> Any:
    if column.name in part.refers:
        return arriving.ref(part.refers[column.name], value)
    target = target_of(column)
    if target == PERSON:
        return arriving.person(value)
    if target == ORGANISATION:
        return arriving.places.get(value)
    return typed(column, value)
