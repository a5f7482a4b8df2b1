"""``flask library export`` and ``import-references``: references of a space to and from a file other programs read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_babel import force_locale

from app.accounts.models import User
from app.core.audit import record
from app.core.commands import amount
from app.core.db import transaction
from app.extensions import db
from app.library.exchange import FORMATS, LARGEST_FILE, read_file
from app.library.exchange.leaving import leaving
from app.library.incoming.judging import DOES, Outcome, heading
from app.library.incoming.models import ReferenceImport
from app.library.incoming.operations import give_up, keep_list, start, work_on
from app.library.incoming.queries import rows_of, trial
from app.library.listing import Wanted
from app.spaces.cli.group import deed, space_named, user_named
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
    click.echo(f"{amount(number, 'reference')} written to {file}")


@click.command("import-references")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--space", "slug", required=True, help="Slug of the space the references go into.")
@click.option("--dry-run", is_flag=True, help="Say what would become of each reference; write nothing.")
@click.option("--as", "email", help="Who brings them; the first facilitator of the space when left out.")
@with_appcontext
def import_references_command(file: Path, slug: str, dry_run: bool, email: str | None) -> None:
    """Bring the references of FILE (.ris, .bib, .json, .csv) into a space; run again, it makes no doubles."""
    space = space_named(slug)
    person = person_of(space, email)
    if file.stat().st_size > LARGEST_FILE:
        raise click.ClickException(f"{file.name} is over 5 MB")
    with force_locale("en"):
        with deed():
            kept = keep_list(person, space, file.name, read_file(file.name, file.read_bytes()))
        rows = _tried(person, kept) if dry_run else _done(person, kept)
        for n, title, outcome, detail in rows:
            if outcome != Outcome.BROUGHT_IN:
                click.echo(f"{n:<5} {title[:60] or '–':60} {heading(outcome, done=not dry_run)} {detail}".rstrip())
    came = sum(outcome in DOES for _n, _title, outcome, _detail in rows)
    done = "would come in" if dry_run else "brought in"
    click.echo(f"{came} {done}, {len(rows) - came} left out, {amount(len(rows), 'reference')}")


def _tried(person: User, kept: ReferenceImport) -> Sequence[tuple[int, str, str, str]]:
    rows = [
        (one.row.n, one.verdict.reference.title, one.verdict.outcome, one.verdict.detail) for one in trial(kept, person)
    ]
    with transaction():
        give_up(person, kept)
    return rows


def _done(person: User, kept: ReferenceImport) -> Sequence[tuple[int, str, str, str]]:
    """Do the rows here; should this command be killed, the worker of the site goes on."""
    with deed():
        start(person, kept)
    while work_on(kept.id):
        pass
    return [
        (row.n, row.said["title"], row.outcome, row.detail) for row in db.session.scalars(rows_of(kept)) if row.outcome
    ]
