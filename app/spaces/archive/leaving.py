"""Writing a space into one ZIP as it is read: nothing is held in memory but the names of rows."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from flask import current_app, render_template
from sqlalchemy import select

from app.accounts.elsewhere import digest_of, is_from_elsewhere
from app.accounts.models import Organisation, User
from app.core.clock import now
from app.core.storage import CHUNK, storage
from app.extensions import db
from app.spaces.archive.columns import ORGANISATION, PERSON, plain, target_of, travelling
from app.spaces.archive.parts import Part, Record, all_parts
from app.spaces.models import Space

FORMAT, VERSION = "beffroi-space", 1
MANIFEST, PAGE, DATA, FILES = "manifest.json", "index.html", "data", "files"
NAMED = ("people", "organisations")
#: What leaves of a city: what lists compare it by, and where the map shows it.
OF_PLACES = ("name", "kind", "country", "region", "insee_code", "population", "latitude", "longitude")
AT_ONCE = 200


@dataclass
class Counted:
    """How much of one part has been written, and the checksum of its file."""

    rows: int = 0
    sha256: str = ""


@dataclass
class Leaving:
    """A space on its way out: the space, who takes it away (None for a command), and what has been named so far.

    ``with_addresses``: the mail addresses of people go along. Who runs a space does not know them all: for them an
    address travels as its digest, by which the person is found again and nobody learns it.
    """

    space: Space
    by: User | None
    with_addresses: bool
    people: dict[int, str] = field(default_factory=dict)
    places: dict[int, str] = field(default_factory=dict)
    refs: dict[str, dict[int, str | int]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def person(self, user_id: int | None) -> str | None:
        """Return the name of a person in the archive; their record follows."""
        return self._named(self.people, User, user_id)

    def organisation(self, organisation_id: int | None) -> str | None:
        """Return the name of a city or body in the archive; its record follows."""
        return self._named(self.places, Organisation, organisation_id)

    @staticmethod
    def _named(known: dict[int, str], model: Any, id_: int | None) -> str | None:
        if id_ is None:
            return None
        if id_ not in known:
            known[id_] = db.session.scalars(select(model.public_id).where(model.id == id_)).one()
        return known[id_]

    def ref(self, part: str, id_: int | None) -> str | int | None:
        """Return the name of a row of another part, None when it does not leave."""
        return self.refs.get(part, {}).get(id_ or 0)

    def file(self, sha256: str, name: str) -> str:
        """Have the bytes of a file go along; return their SHA-256."""
        ending = name.rpartition(".")[2].lower()
        plain_ending = ending if ending.isascii() and ending.isalnum() and len(ending) <= 10 else ""  # noqa: PLR2004
        self.files.setdefault(sha256, f".{plain_ending}" if plain_ending else "")
        return sha256


def rows_in(manifest: dict[str, Any]) -> int:
    """Return how many rows of the space an archive holds; the people and cities these name come beside."""
    return sum(part["rows"] for name, part in manifest["parts"].items() if name not in NAMED)


def write_archive(space: Space, by: User | None, target: BinaryIO) -> dict[str, Any]:
    """Write a space into ``target`` and return its manifest.

    Reads in one transaction, so that all parts tell of one moment. Bytes that are lost on this site are left out.
    """
    _at_one_moment()
    leaving = Leaving(space, by, with_addresses=by is None or by.is_admin)
    parts = all_parts()
    counted: dict[str, Counted] = {}
    with ZipFile(target, "w", ZIP_DEFLATED) as archive, _readable() as lines:
        for part in parts:
            counted[part.name] = _write(archive, part.name, _records(part, leaving, lines))
        for name, records in zip(NAMED, (_people(leaving), _organisations(leaving)), strict=True):
            counted[name] = _write(archive, name, records)
        sizes = dict(_copy_files(archive, leaving))
        manifest = _manifest(leaving, counted, sizes)
        _page(archive, leaving, manifest, lines)
        archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True))
    db.session.rollback()  # the moment is over
    return manifest


def _at_one_moment() -> None:
    """Begin to read so that nothing changes meanwhile: SQLite does so by itself, PostgreSQL when it is asked."""
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


@contextmanager
def _readable() -> Iterator[IO[str]]:
    """Give a file for the lines of the readable page, which is written last."""
    folder = current_app.config["SETTINGS"].instance
    with tempfile.TemporaryFile("w+", encoding="utf-8", dir=folder) as lines:
        yield lines


def _write(archive: ZipFile, name: str, records: Iterable[Record]) -> Counted:
    counted, digest = Counted(), hashlib.sha256()
    with archive.open(f"{DATA}/{name}.jsonl", "w", force_zip64=True) as file:
        for record in records:
            line = (json.dumps(record, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8", "replace")
            digest.update(line)
            file.write(line)
            counted.rows += 1
    counted.sha256 = digest.hexdigest()
    return counted


def _records(part: Part, leaving: Leaving, lines: IO[str]) -> Iterator[Record]:
    refs = leaving.refs.setdefault(part.name, {})
    columns = list(travelling(part))
    first = True
    query = part.rows(leaving).execution_options(yield_per=AT_ONCE)
    for n, row in enumerate(db.session.scalars(query), 1):
        ref = row.public_id if part.has_public_ids else n
        record: Record = {"id": ref}
        for column in columns:
            record[column.name] = _value(part, column, row, leaving)
        record |= part.also(row, leaving)
        refs[getattr(row, "id", -n)] = ref
        if part.line is not None:
            if first:
                lines.write(json.dumps({"title": str(part.title)}) + "\n")
                first = False
            text, files = part.line(record)
            lines.write(json.dumps({"text": text, "files": files}, ensure_ascii=False) + "\n")
        yield record


def _value(part: Part, column: Any, row: Any, leaving: Leaving) -> Any:
    value = getattr(row, column.name)
    if column.name in part.refers:
        return leaving.ref(part.refers[column.name], value)
    target = target_of(column)
    if target == PERSON:
        return leaving.person(value)
    if target == ORGANISATION:
        return leaving.organisation(value)
    return plain(value)


def _people(leaving: Leaving) -> Iterator[Record]:
    for one in _in_order(User, leaving.people):
        is_named_alone = one.erased_at is not None or is_from_elsewhere(one)
        record = {
            "id": one.public_id,
            "name": one.name,
            "function": one.function,
            "kind": str(one.kind),
            "organisation": leaving.organisation(one.organisation_id),
            "erased": one.erased_at is not None,
            "email_sha256": "" if is_named_alone else digest_of(one.email),
        }
        yield record | ({"email": one.email} if leaving.with_addresses and not is_named_alone else {})


def _organisations(leaving: Leaving) -> Iterator[Record]:
    for one in _in_order(Organisation, leaving.places):
        yield {"id": one.public_id, **{name: getattr(one, name) for name in OF_PLACES}}


def _in_order(model: Any, known: dict[int, str]) -> Iterator[Any]:
    """Yield rows in the order of their public ids, some hundred at a time."""
    ids = [id_ for id_, _ref in sorted(known.items(), key=lambda pair: pair[1])]
    for start in range(0, len(ids), AT_ONCE):
        chunk = ids[start : start + AT_ONCE]
        rows = db.session.scalars(select(model).where(model.id.in_(chunk)).order_by(model.public_id))
        yield from rows.unique()


def _copy_files(archive: ZipFile, leaving: Leaving) -> Iterator[tuple[str, int]]:
    for sha256, ending in sorted(leaving.files.items()):
        try:
            source = storage().open(sha256)
        except FileNotFoundError:
            current_app.logger.warning("the bytes %s are missing and do not leave", sha256)
            continue
        info = ZipInfo(f"{FILES}/{sha256}{ending}", now().timetuple()[:6])
        info.compress_type = ZIP_DEFLATED if ending in _PLAIN else ZIP_STORED
        size = 0
        with source, archive.open(info, "w", force_zip64=True) as copy:
            while chunk := source.read(CHUNK):
                size += len(chunk)
                copy.write(chunk)
        yield sha256, size


_PLAIN = frozenset(
    {".txt", ".md", ".markdown", ".csv", ".html", ".htm", ".xhtml", ".rtf", ".doc", ".xls", ".ppt", ".eml"}
)


def _manifest(leaving: Leaving, counted: dict[str, Counted], sizes: dict[str, int]) -> dict[str, Any]:
    settings = current_app.config["SETTINGS"]
    space = leaving.space
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_at": now().isoformat(),
        "site": settings.public_url,
        "site_name": settings.site_name,
        "space": {"id": space.public_id, "slug": space.slug, "name": space.name},
        "parts": {name: {"rows": one.rows, "sha256": one.sha256} for name, one in counted.items()},
        "files": len(sizes),
        "bytes": sum(sizes.values()),
    }


def _page(archive: ZipFile, leaving: Leaving, manifest: dict[str, Any], lines: IO[str]) -> None:
    """Write the page people read: a title for each part, a line for each row, links to the files beside it."""
    head, foot = render_template("spaces/archive_page.html", space=leaving.space, manifest=manifest, at=now()).split(
        "<!-- lines -->"
    )
    lines.seek(0)
    template = current_app.jinja_env.get_template("spaces/archive_line.html")
    with archive.open(PAGE, "w", force_zip64=True) as page:
        page.write(head.encode())
        for line in lines:
            shown = template.render(one=json.loads(line), endings=leaving.files)
            page.write(shown.encode("utf-8", "replace"))
        page.write(foot.encode())
