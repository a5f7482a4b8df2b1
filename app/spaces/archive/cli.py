"""``flask spaces export`` and ``import``: a whole space to one file, and back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
from flask_babel import force_locale
from sqlalchemy import delete

from app.core.audit import record
from app.core.db import transaction
from app.core.errors import HOST_LANGUAGE, DomainError, said_to_host
from app.extensions import db
from app.spaces.archive.arriving import bring_in, slug_for
from app.spaces.archive.checking import Checked, check_archive, require_place
from app.spaces.archive.leaving import NAMED, rows_in, write_archive
from app.spaces.archive.models import ArchiveImport, ImportStep
from app.spaces.archive.opening import Opened, day_of
from app.spaces.cli.group import space_named, spaces
from app.spaces.models import Space
from app.spaces.quotas import size_in


@spaces.command("export")
@click.argument("slug")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, writable=True))
def export_command(slug: str, file: Path) -> None:
    """Write a whole space to FILE: one ZIP that « import » brings back, here or on another site."""
    space = space_named(slug)
    draft = file.with_name(f".{file.name}.part")
    try:
        with draft.open("wb") as target:
            manifest = write_archive(space, None, target)
        draft.replace(file)
    except OSError as error:
        raise click.ClickException(f"{file} could not be written: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)
    rows = rows_in(manifest)
    with transaction():
        record("space.exported", None, space, rows=rows, files=manifest["files"])
    named = ", ".join(f"{manifest['parts'][name]['rows']} {name}" for name in NAMED)
    click.echo(f"{slug}: {rows} rows, {named} and {manifest['files']} files written to {file}")


@spaces.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--slug", default="", help="Another address for the space; needed for a copy of one that is here.")
@click.option(
    "--quota", default="", help="The place its files may take (« 12G », « none »); as the setting says without."
)
@click.option("--dry-run", is_flag=True, help="Check the file and say what would come in; write nothing.")
def import_command(file: Path, slug: str, quota: str, dry_run: bool) -> None:
    """Bring a space back from FILE; nothing of it is shown before all of it is there."""
    with force_locale(HOST_LANGUAGE), file.open("rb") as source:
        try:
            opened = Opened(source)
            checked = check_archive(opened)
            slug = slug_for(checked, slug)
            _tell(checked)
            room = size_in(quota) if quota else None
            require_place(checked.bytes, room)
            if dry_run:
                return
            begun = partial(_begun, file.name)
            arriving = bring_in(opened, checked, slug, begun, _shown(checked), room)
        except DomainError as error:
            raise click.ClickException(said_to_host(error)) from error
    for remark in arriving.remarks:
        click.echo(f"left out: {remark}")
    click.echo(f"{slug} brought in")


def _begun(name: str, space_id: int) -> None:
    """Remember that a space is half there, for whoever sweeps up after a command that was killed."""
    db.session.add(ArchiveImport(name=name[:200], state=ImportStep.RUNNING, space_id=space_id))


def _shown(checked: Checked) -> Callable[[Space], None]:
    def shown(space: Space) -> None:
        db.session.execute(delete(ArchiveImport).where(ArchiveImport.space_id == space.id))
        record("space.imported", None, space, rows=sum(checked.rows.values()))

    return shown


def _tell(checked: Checked) -> None:
    manifest = checked.manifest
    click.echo(f"« {manifest['space']['name']} », made on {day_of(manifest)} at {manifest['site']}")
    for name, number in checked.rows.items():
        click.echo(f"{name:24} {number}")
    click.echo(f"{'rows':24} {sum(checked.rows.values())}")
    click.echo(f"{'files':24} {manifest['files']}")
    click.echo(f"{'people known here':24} {checked.known_people}")
    click.echo(f"{'people under their name':24} {checked.unknown_people}")
