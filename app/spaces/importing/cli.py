"""``flask users import``: many people at once, by the host; the same code as the pages of the administration."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import click
from flask_babel import force_locale
from sqlalchemy import select

from app.accounts.cli import users
from app.accounts.models import User, UserKind
from app.accounts.queries import user_by_email
from app.core.db import transaction
from app.core.errors import HOST_LANGUAGE, DomainError, said_to_host
from app.core.sheets import LARGEST_SHEET, read_sheet
from app.extensions import db
from app.spaces.importing.columns import said_in
from app.spaces.importing.judging import DOES, SETTLED, addresses_again
from app.spaces.importing.operations import choose, give_up, keep_sheet, start, step
from app.spaces.importing.options import Options
from app.spaces.importing.persons import named_in
from app.spaces.importing.queries import rows_of, trial
from app.spaces.importing.sentences import heading, sentence
from app.spaces.invitations.permissions import is_administrator
from app.spaces.models import PeopleImport
from app.spaces.queries import space_by_slug


@users.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Say what would become of each row; write nothing, send nothing.")
@click.option("--space", "slugs", multiple=True, help="A space opened to everybody on the list; may be repeated.")
@click.option("--guest", is_flag=True, help="Bring them in as guests, for 90 days unless the row says otherwise.")
@click.option("--create-organisations", is_flag=True, help="Create unknown organisations instead of naming the row.")
@click.option(
    "--as", "email", metavar="EMAIL", help="The administrator who invites; may be left out when there is one."
)
@click.option("--json", "as_json", is_flag=True, help="Say what became of each row as JSON.")
def import_command(
    file: Path,
    dry_run: bool,
    slugs: tuple[str, ...],
    guest: bool,
    create_organisations: bool,
    email: str | None,
    as_json: bool,
) -> None:
    """Invite the people of a CSV file; run again, it invites nobody twice. Exit 0 when every row is in or explained."""
    by = administrator_called(email)
    options = Options(
        kind=UserKind.GUEST if guest else UserKind.MEMBER,
        space_ids=tuple(_space_id(slug) for slug in slugs),
        create_organisations=create_organisations,
        language=by.language,
    )
    with force_locale(HOST_LANGUAGE):
        try:
            kept = _kept(by, file, options)
            rows = _tried(by, kept) if dry_run else _done(by, kept, quiet=as_json)
        except DomainError as error:
            raise click.ClickException(said_to_host(error)) from error
        _report(rows, as_json=as_json, dry_run=dry_run)


def administrator_called(email: str | None) -> User:
    """Return the administrator in whose name a command acts. Raises ClickException."""
    if email is not None:
        user = user_by_email(email)
        if user is None or not is_administrator(user):
            raise click.ClickException(f"{email} is no administrator")
        return user
    running = select(User).where(User.is_admin.is_(True), User.disabled_at.is_(None), User.kind == UserKind.MEMBER)
    found = db.session.scalars(running.limit(2)).all()
    if len(found) != 1:
        raise click.ClickException("say who invites with --as EMAIL, an administrator")
    return found[0]


def _space_id(slug: str) -> str:
    space = space_by_slug(slug)
    if space is None:
        raise click.ClickException(f"no space {slug}")
    return space.public_id


def _kept(by: User, file: Path, options: Options) -> PeopleImport:
    if file.stat().st_size > LARGEST_SHEET:
        raise click.ClickException(f"{file.name} is over 5 MB")
    sheet = read_sheet(file.read_bytes())
    with transaction():
        kept = keep_sheet(by, file.name, sheet)
        choose(kept, kept.mapping, options)
    return kept


def _tried(by: User, kept: PeopleImport) -> list[dict[str, Any]]:
    rows = [
        _line(one.row.n, one.verdict.named.email, one.verdict.outcome, one.verdict.detail, done=False)
        for one in trial(kept, by)
    ]
    with transaction():
        give_up(by, kept)
    return rows


def _done(by: User, kept: PeopleImport, *, quiet: bool) -> list[dict[str, Any]]:
    """Do the rows here; should this command be killed, the worker of the site goes on."""
    with transaction():
        start(by, kept)
    import_id, again = kept.id, addresses_again(kept)
    with click.progressbar(length=kept.total, label="import", hidden=quiet) as bar:
        while step(import_id, again):
            bar.update(kept.done - bar.pos)
    return [
        _line(row.n, named_in(said_in(row.cells, kept.mapping)).email, row.outcome, row.detail, done=True)
        for row in db.session.scalars(rows_of(kept))
    ]


def _line(n: int, email: str, outcome: str, detail: str, *, done: bool) -> dict[str, Any]:
    return {"row": n, "email": email, "outcome": str(outcome), "reason": sentence(outcome, detail, done=done)}


def _report(rows: list[dict[str, Any]], *, as_json: bool, dry_run: bool) -> None:
    counts = Counter(row["outcome"] for row in rows)
    if as_json:
        click.echo(json.dumps({"dry_run": dry_run, "counts": counts, "rows": rows}, ensure_ascii=False, indent=1))
        return
    for row in rows:
        has_more = row["reason"] != heading(row["outcome"], done=not dry_run)  # a city to be created is near one known
        if row["outcome"] not in DOES or has_more:
            click.echo(f"row {row['row']:<5} {row['email'] or '–':40} {row['reason']}")
    does, settled = sum(counts[one] for one in DOES), sum(counts[one] for one in SETTLED)
    verb = "would be invited" if dry_run else "invited"
    click.echo(f"{does} {verb}, {settled} already there, {len(rows) - does - settled} left out, {len(rows)} rows")
