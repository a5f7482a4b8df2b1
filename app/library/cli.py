"""Commands about the library: ``flask library …``."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

import click
from flask import current_app
from sqlalchemy import func, select

from app.accounts.models import User
from app.accounts.queries import user_by_email
from app.core.clock import now
from app.core.commands import HostGroup, amount
from app.core.db import transaction
from app.core.jobs import BULK
from app.core.worker import run_all
from app.extensions import db
from app.library.checking import Problem, verify_all
from app.library.facets import renew_facets
from app.library.files import read_soon
from app.library.importing import Entry, Fate, ImportProblemError, Outcome, entries_of, import_all
from app.library.incoming.cli import export_command, import_references_command
from app.library.models import Blob, FileVersion, Reading, Resource, Safety
from app.library.moving import move_resource
from app.library.permissions import can_add_resource
from app.library.queries import resource_for
from app.library.reading.run import READER_VERSION
from app.library.scanning.jobs import LEFT_ALONE, check_soon, read_those_waiting
from app.library.scanning.safety import has_antivirus
from app.library.thesaurus.cli import thesaurus
from app.spaces.cli import spaces
from app.spaces.cli.group import deed, space_named, user_named
from app.spaces.models import Audience, Space
from app.spaces.queries import facilitators_of, space_by_slug

library = HostGroup("library", help="Resources and their files.")
WAIT_SECONDS = 0.5
library.add_command(export_command)
library.add_command(import_references_command)
library.add_command(thesaurus)


@library.command("import")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--space", "slug", required=True, help="Slug of the space the files go into.")
@click.option(
    "--manifest",
    type=click.Path(path_type=Path),
    help="CSV: path, title, author, date, lang, kind, tags, and the fields of the kind; French names do as well.",
)
@click.option("--as", "email", help="Who brings them; the first facilitator of the space when left out.")
@click.option("--json", "as_json", is_flag=True, help="Say what became of each file as JSON.")
@click.option("--wait", is_flag=True, help="Read the files here and now, and end when they have been read.")
def import_command(
    folder: Path, slug: str, manifest: Path | None, email: str | None, as_json: bool, wait: bool
) -> None:
    """Bring all files of FOLDER into a space, each a resource; interrupted and run again, it makes no doubles."""
    space = _space(slug)
    person = _person(space, email)
    try:
        entries = entries_of(folder, manifest)
    except ImportProblemError as error:
        raise click.ClickException(str(error)) from error
    fates = _with_progress(person, space, entries, quiet=as_json)
    if wait:
        _read_now([fate.blob_id for fate in fates if fate.blob_id is not None])
    _report(space, fates, as_json=as_json)


def _space(slug: str) -> Space:
    space = space_by_slug(slug)
    if space is None:
        raise click.ClickException(f"no space « {slug} »")
    return space


def _person(space: Space, email: str | None) -> User:
    if email is not None:
        person = user_by_email(email)
        if person is None:
            raise click.ClickException(f"no account for {email}")
    else:
        person = next(iter(facilitators_of(space)), None)
        if person is None:
            raise click.ClickException("the space has no facilitator: say who brings the files with --as EMAIL")
    if not can_add_resource(person, space):
        raise click.ClickException(f"{person.email} does not write in « {space.slug} »")
    return person


def _with_progress(person: User, space: Space, entries: list[Entry], *, quiet: bool) -> list[Fate]:
    if quiet:
        return import_all(person, space, entries)
    with click.progressbar(length=len(entries), label="import") as bar:
        return import_all(person, space, entries, tell=lambda _fate: bar.update(1))


def _report(space: Space, fates: list[Fate], *, as_json: bool) -> None:
    counts = Counter(fate.outcome for fate in fates)
    if as_json:
        files = [
            {"path": _writable(one.shown), "outcome": one.outcome, "reason": one.reason, "resource": one.resource}
            for one in fates
        ]
        click.echo(json.dumps({"space": space.slug, "counts": counts, "files": files}, ensure_ascii=False, indent=1))
        return
    for one in fates:
        if one.reason:
            click.echo(f"{one.outcome:14} {_writable(one.shown)}: {one.reason}")
    click.echo(
        f"{counts[Outcome.IMPORTED]} imported, {counts[Outcome.ALREADY_THERE]} already there, "
        f"{counts[Outcome.REFUSED]} refused, {amount(len(fates), 'file')}"
    )


def _writable(name: str) -> str:
    """Return a name of the file system as text any terminal takes."""
    return name.encode("utf-8", "replace").decode()


def _read_now(blob_ids: list[int]) -> None:
    """Do the reading here, or wait for the worker that has it in hand."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - documented by werkzeug
    while True:
        run_all(app)
        db.session.rollback()
        waiting = select(func.count()).select_from(Blob).where(Blob.reading == Reading.WAITING)
        waiting = waiting.where(Blob.safety != Safety.WAITING)  # the antivirus does not answer: they stay for later
        if not sum(db.session.scalar(waiting.where(Blob.id.in_(part))) or 0 for part in _parts(blob_ids)):
            return
        time.sleep(WAIT_SECONDS)


def _parts(ids: list[int], size: int = 500) -> list[list[int]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]


@library.command("state")
def state() -> None:
    """Show how many resources and files there are, and how far their reading has come."""
    click.echo(f"{'resources':14} {db.session.scalar(select(func.count()).select_from(Resource)) or 0}")
    click.echo(f"{'files':14} {db.session.scalar(select(func.count()).select_from(FileVersion)) or 0}")
    total = db.session.scalar(select(func.sum(Blob.size))) or 0
    click.echo(f"{'bytes':14} {total}")
    for reading, number in db.session.execute(
        select(Blob.reading, func.count()).group_by(Blob.reading).order_by(Blob.reading)
    ):
        click.echo(f"{reading:14} {number}")


@library.command("renew-filters")
def renew_filters() -> None:
    """Note again what each resource is filtered by, after a field of a kind has become a filter or changed."""
    with transaction():
        count = renew_facets()
    click.echo(f"the filters of {count} resources are up to date")


@library.command("verify")
def verify() -> None:
    """Read every stored file again and compare it with its SHA-256; exit 1 when one is lost or damaged."""
    checked, problems = verify_all()
    for one in problems:
        click.echo(f"{one.kind:10} {one.sha256}  {', '.join(one.names)}")
    damaged = [one for one in problems if one.kind is not Problem.UNNAMED]
    click.echo(f"{amount(checked, 'file')} checked, {len(damaged)} lost or damaged")
    if damaged:
        raise SystemExit(1)


@library.command("reread")
@click.option("--all", "everything", is_flag=True, help="Every file, not only those read by an older reader.")
@click.option("--type", "types", multiple=True, help="Only files of this type, as xlsx; may be said several times.")
def reread(everything: bool, types: tuple[str, ...]) -> None:
    """Have files read again: those an older version of the reader has read, or those never read."""
    with transaction():
        query = select(Blob).where(Blob.type.in_(types)) if types else select(Blob)
        if everything:
            for blob in db.session.scalars(query):
                blob.reader_version = 0
        count = 0
        for blob in db.session.scalars(query.where(Blob.reader_version < READER_VERSION)):
            read_soon(blob, priority=BULK)
            count += 1
    click.echo(f"{amount(count, 'file')} will be read again")


@library.command("check-files")
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Every file, not only those that wait, were never checked or are in quarantine.",
)
def check_files(everything: bool) -> None:
    """Have the antivirus look at files that wait for it, it never saw, or in quarantine (false alarms are let go)."""
    if not has_antivirus():
        raise click.ClickException("no antivirus: set BEFFROI_ANTIVIRUS_URL")
    with transaction():
        # A worker that met no antivirus a moment ago asks nobody for a while: sooner, the file would wait again.
        count = read_those_waiting(run_at=now() + LEFT_ALONE)
        others = Blob.safety != Safety.WAITING
        count += check_soon(others if everything else Blob.safety.in_([Safety.UNCHECKED, Safety.INFECTED]))
    click.echo(f"{amount(count, 'file')} will be checked")


@spaces.command("move-resource")
@click.argument("public_id")
@click.argument("space")
@click.option("--as", "email", required=True, help="Who moves it: runs its space and writes in the other.")
@click.option("--keep-network", is_flag=True, help="What the whole network reads stays so.")
def move_command(public_id: str, space: str, email: str, keep_network: bool) -> None:
    """Move a resource into another space; who reads it changes at once, everywhere."""
    person, target = user_named(email), space_named(space)
    audience = Audience.NETWORK if keep_network else Audience.SPACE
    with deed():
        move_resource(person, resource_for(person, public_id), target, audience)
    click.echo(f"{public_id} is in {target.slug}")
