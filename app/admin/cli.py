"""Commands about the journal: ``flask audit …``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from flask_babel import force_locale

from app.admin.journal_export import MOST_EXPORTED, heads, rows_of
from app.admin.journal_filter import Wanted, families
from app.core.audit import record
from app.core.commands import HostGroup, amount
from app.core.db import transaction
from app.core.errors import HOST_LANGUAGE
from app.core.i18n import local
from app.core.tables import as_csv

audit = HostGroup("audit", help="The journal: who did what, to what, when.")


def _wanted(action: str, person: str, about: str, since: datetime | None, until: datetime | None) -> Wanted:
    """Return what was asked for. Raises ClickException for an action nobody writes, which would ask for nothing."""
    days = {name: f"{day:%Y-%m-%d}" if day else "" for name, day in (("du", since), ("au", until))}
    wanted = Wanted.of({"action": action, "personne": person, "objet": about, **days})
    if wanted.action != action:
        raise click.ClickException(f"no action {action}; families: {', '.join(key for key, *_ in families())}")
    return wanted


def _filters(command: click.decorators.FC) -> click.decorators.FC:
    for option in (
        click.option("--action", default="", help="A family (space) or an action (space.entered)."),
        click.option("--person", default="", help="Who did it: words of a name or of an address."),
        click.option("--about", default="", help="The space or the person concerned."),
        click.option("--since", type=click.DateTime(["%Y-%m-%d"])),
        click.option("--until", type=click.DateTime(["%Y-%m-%d"])),
    ):
        command = option(command)
    return command


@audit.command("list")
@_filters
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
def list_command(
    limit: int, action: str, person: str, about: str, since: datetime | None, until: datetime | None
) -> None:
    """Show the last lines, newest first. Titles of what spaces hold are not shown."""
    with force_locale(HOST_LANGUAGE):
        for row in rows_of(_wanted(action, person, about, since, until), None, limit):
            at, who, done, what, details, _request = row
            click.echo("  ".join(part for part in (f"{local(at):%Y-%m-%d %H:%M}", who, done, what, details) if part))


@audit.command("export")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@_filters
def export_command(
    path: Path, action: str, person: str, about: str, since: datetime | None, until: datetime | None
) -> None:
    """Write the lines asked for to a CSV file; that is written in the journal too."""
    with force_locale(HOST_LANGUAGE):
        rows = list(rows_of(_wanted(action, person, about, since, until), None, MOST_EXPORTED))
        table = as_csv(heads(), rows)
    try:
        path.write_text(table, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{path} could not be written: {error.strerror}") from error
    with transaction():
        record("journal.exported", None, None, rows=len(rows))
    click.echo(f"{amount(len(rows), 'line')} in {path}")
