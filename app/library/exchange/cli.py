"""``flask library export``: what a person reads of a space, as a file another program reads."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from app.accounts.models import User
from app.core.audit import record
from app.core.db import transaction
from app.library.exchange import FORMATS
from app.library.exchange.leaving import leaving
from app.library.queries import Wanted
from app.spaces.cli.group import space_named, user_named
from app.spaces.models import Space
from app.spaces.queries import facilitators_of


def person_of(space: Space, email: str | None) -> User:
    """Return who does it: the person named, else the first facilitator of the space. Raises ClickException."""
    if email is not None:
        return user_named(email)
    first = next(iter(facilitators_of(space)), None)
    if first is None:
        raise click.ClickException("the space has no facilitator: say who does it with --as EMAIL")
    return first


@click.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, writable=True))
@click.option("--space", "slug", required=True, help="Slug of the space whose references leave.")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="ris", show_default=True)
@click.option("--as", "email", help="Whose eyes: what they may not read stays; the first facilitator when left out.")
@with_appcontext
def export_command(file: Path, slug: str, form: str, email: str | None) -> None:
    """Write the references of a space to FILE."""
    space = space_named(slug)
    person = person_of(space, email)
    number, references = leaving(person, Wanted(space_id=space.id))
    with file.open("w", encoding="utf-8", newline="") as written:
        written.writelines(FORMATS[form].write(references))
    with transaction():
        record("library.exported", person, space, rows=number, format=form)
    click.echo(f"{number} references written to {file}")
