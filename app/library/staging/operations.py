"""What is done with files that wait: received, completed, put together, published. Inside ``transaction()``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from app.accounts.models import User
from app.core.clock import now
from app.core.errors import DomainError, NotFoundError
from app.core.i18n import lazy_gettext as _l
from app.core.text import one_line
from app.extensions import db
from app.library.files import keep_received
from app.library.models import ReceivedFile, Resource
from app.library.operations import ResourceDetails, prepare_resource, share_resource
from app.library.permissions import can_add_resource
from app.library.receiving import MOST_FILES, Received
from app.library.saying import said_by, stem_of
from app.library.staging.models import FORM, StagedResource
from app.library.staging.queries import count_staged, files_of, staged_for, staged_of
from app.library.tags import split_tags
from app.spaces.models import Space

#: What is typed in a row, and the longest text kept of it.
TYPED = ("title", "kind", "dated_on", "lang", "tags", "audience")
#: Sent beside them: the file had been read when the row was shown.
READ = "read"
LONGEST_TYPED = 1300
MOST_STAGED = 100


def stage(person: User, space: Space, received: Received) -> StagedResource:
    """Have a received file wait to be completed; the same bytes sent twice wait once.

    Raises RefusedError unless the person writes in the space, DomainError when too much waits already.
    """
    can_add_resource.require(person, space)
    already = _waiting_already(person, space, received.sha256)
    if already is not None:
        return already
    refuse_too_many_staged(person, space)
    row = StagedResource(person_id=person.id, space_id=space.id, typed={}, apart={})
    db.session.add(row)
    db.session.flush()
    keep_received(person, row.form, received)
    return row


def refuse_too_many_staged(person: User, space: Space) -> None:
    """Raise DomainError when so many files of a person wait in a space that they must be completed first."""
    if count_staged(person, space) >= MOST_STAGED:
        raise DomainError(
            _l("%(most)s fichiers attendent déjà : complétez-les avant d'en envoyer d'autres.", most=MOST_STAGED)
        )


def _waiting_already(person: User, space: Space, sha256: str) -> StagedResource | None:
    waiting = select(ReceivedFile).where(ReceivedFile.person_id == person.id, ReceivedFile.form.startswith(FORM))
    waiting = waiting.where(ReceivedFile.blob.has(sha256=sha256))
    public_ids = [one.form.removeprefix(FORM) for one in db.session.scalars(waiting)]
    return next(iter(staged_of(person, space, public_ids)), None) if public_ids else None


def keep_typed(rows: Sequence[StagedResource], sent: Mapping[str, Mapping[str, str]]) -> None:
    """Keep what was typed in some rows, by their public ids; what still is a proposal of the file is no word of theirs.

    ``sent`` holds the fields of ``TYPED``, and under ``READ`` whether the file had been read when its row was shown.
    """
    files = files_of(rows)
    for row in rows:
        fields = sent.get(row.public_id, {})
        proposed = _shown_untouched(files[row.form], was_read=bool(fields.get(READ)))
        said = {name: one_line(text)[:LONGEST_TYPED] for name, text in fields.items() if name in TYPED}
        new = {name: text for name, text in said.items() if name in row.typed or text not in proposed[name]}
        _keep(row, {**row.typed, **new})


def _shown_untouched(files: Sequence[ReceivedFile], *, was_read: bool) -> dict[str, set[str]]:
    """Return what the fields of a row may have held before anybody touched them."""
    shown: dict[str, set[str]] = {name: {""} for name in TYPED}
    for first in files[:1]:
        said = said_by(first)
        shown["title"] = {one_line(str(said["title"])), one_line(stem_of(first.name))}
        for name, key in (("dated_on", "date"), ("lang", "lang")):
            shown[name] = {str(said.get(key, ""))} | (set() if was_read else {""})
    return shown


def _keep(row: StagedResource, typed: dict[str, str]) -> None:
    if typed != row.typed:
        row.typed, row.touched_at, row.warned_at = typed, now(), None


def fill_rows(rows: Sequence[StagedResource], values: Mapping[str, str]) -> None:
    """Give several rows the same values; keywords are added to those they have."""
    said = {name: one_line(text)[:LONGEST_TYPED] for name, text in values.items() if name in TYPED and text.strip()}
    for row in rows:
        new = dict(said)
        if "tags" in said:
            new["tags"] = ", ".join(split_tags(f"{row.typed.get('tags', '')}, {said['tags']}"))
        _keep(row, {**row.typed, **new})


def group_rows(rows: Sequence[StagedResource]) -> StagedResource:
    """Put rows together: the first takes the files of the others, and what only they say.

    What was typed for each file is kept, should they be parted again. Raises DomainError for fewer than two rows, or
    for more files than a resource carries.
    """
    if len(rows) < 2:  # noqa: PLR2004 - together means two
        raise DomainError(_l("Cochez au moins deux lignes à réunir."))
    files = files_of(rows)
    if sum(len(one) for one in files.values()) > MOST_FILES:
        raise DomainError(_l("Une ressource porte au plus %(most)s fichiers.", most=MOST_FILES))
    first = rows[0]
    apart, typed = dict[str, Any](), dict[str, str]()
    for row in rows:
        apart |= row.apart or {one.public_id: row.typed for one in files[row.form]}
        typed = {**row.typed, **{name: text for name, text in typed.items() if text}}
        for received in files[row.form]:
            received.form = first.form
    for row in rows[1:]:
        db.session.delete(row)
    first.apart, first.touched_at = apart, now()
    _keep(first, typed)
    db.session.flush()
    return first


def part_row(person: User, space: Space, row: StagedResource) -> None:
    """Give each file of a row a row of its own again, with what was typed for it before, or for all together."""
    files = files_of([row])[row.form]
    common = {name: text for name, text in row.typed.items() if name != "title"}
    for received in files[1:]:
        typed = {**common, **row.apart.get(received.public_id, {})}
        own = StagedResource(person_id=person.id, space_id=space.id, typed=typed, apart={})
        db.session.add(own)
        db.session.flush()
        received.form = own.form
    if files:
        _keep(row, {**row.typed, **row.apart.get(files[0].public_id, {})})
    row.apart, row.touched_at = {}, now()
    db.session.flush()


def hand_over(person: User, row: StagedResource, form: str, name: str, size: int) -> ReceivedFile:
    """Give another form the file of this size that waits in a row, under a name; return it as it waits there.

    The row goes with its file, unless something was typed in it or it holds other files. Raises QuotaReachedError.
    """
    files = files_of([row])[row.form]
    blob = next((one.blob for one in files if one.blob.size == size), None)
    if blob is None:
        raise NotFoundError
    kept = keep_received(person, form, Received(name, blob.sha256, blob.size, blob.type))
    if len(files) == 1 and not row.typed:
        forget_rows([row])
    return kept


def remove_row(person: User, space: Space, public_id: str) -> None:
    """Forget a row and its files; the sweep removes bytes that nothing carries. Raises NotFoundError."""
    forget_rows([staged_for(person, space, public_id)])


def forget_rows(rows: Sequence[StagedResource]) -> None:
    """Forget rows and their files."""
    db.session.execute(delete(ReceivedFile).where(ReceivedFile.form.in_([one.form for one in rows])))
    for row in rows:
        db.session.delete(row)
    db.session.flush()


def publish_row(
    person: User, space: Space, public_id: str, details: ResourceDetails, *, as_draft: bool = False
) -> Resource:
    """Make a resource of a row, whole or not at all: it is published, or kept as a draft, and the row is gone.

    Raises NotFoundError when another tab has done so already, RefusedError, DomainError.
    """
    locked = select(StagedResource).where(StagedResource.public_id == public_id).with_for_update()
    if db.session.scalar(locked.execution_options(populate_existing=True)) is None:
        raise NotFoundError
    row = staged_for(person, space, public_id)
    share = prepare_resource if as_draft else share_resource
    resource = share(person, space, details, form=row.form)
    db.session.delete(row)
    return resource
