"""``flask library thesaurus …``: the starter list, and the thesaurus to and from a file."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_babel import force_locale
from sqlalchemy import select

from app.accounts.models import User
from app.core.commands import HostGroup, amount
from app.core.db import transaction
from app.core.errors import HOST_LANGUAGE, DomainError, said_to_host
from app.extensions import db
from app.library.models import Tag
from app.library.thesaurus.book import read_book
from app.library.thesaurus.files import all_terms, file_of, form_of, terms_of_file
from app.library.thesaurus.judging import DOES, Outcome, heading, plan
from app.library.thesaurus.operations import bring_in
from app.library.thesaurus.starting import start_thesaurus, starter_terms

thesaurus = HostGroup("thesaurus", help="The common keywords of the network.")


@thesaurus.command("start")
@click.option("--if-new", is_flag=True, help="Only on a site without accounts and without keywords.")
@with_appcontext
def start_command(if_new: bool) -> None:
    """Bring in the starter thesaurus of urban security, in French and English."""
    if if_new and any(db.session.scalar(select(model.id).limit(1)) is not None for model in (User, Tag)):
        return
    with force_locale(HOST_LANGUAGE), transaction():
        verdicts = start_thesaurus()
    made = sum(one.outcome is Outcome.CREATED for one in verdicts)
    if not if_new:
        click.echo(f"{amount(made, 'term')} added, {len(starter_terms()) - made} already there")


@thesaurus.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, writable=True))
@with_appcontext
def export_terms(file: Path) -> None:
    """Write the thesaurus to FILE: SKOS as Turtle (.ttl) or RDF/XML (.rdf), or a table (.csv)."""
    with force_locale(HOST_LANGUAGE):
        try:
            form = form_of(file.name)
        except DomainError as error:
            raise click.ClickException(said_to_host(error)) from error
        terms = all_terms()
        file.write_text(file_of(terms, form), encoding="utf-8", newline="")
    click.echo(f"{amount(len(terms), 'term')} written to {file}")


@thesaurus.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Say what would become of each term; write nothing.")
@with_appcontext
def import_terms_command(file: Path, dry_run: bool) -> None:
    """Bring the terms of FILE (.ttl, .rdf, .csv) in; what it says of a term replaces what stood there."""
    with force_locale(HOST_LANGUAGE):
        try:
            rows = terms_of_file(file.name, file.read_bytes())
            if dry_run:
                verdicts = plan(read_book(), rows).verdicts
            else:
                with transaction():
                    verdicts = bring_in(None, rows, origin=file.name)
        except DomainError as error:
            raise click.ClickException(said_to_host(error)) from error
        for one in verdicts:
            if one.detail or one.outcome not in DOES:
                what = heading(one.outcome, done=not dry_run)
                click.echo(f"{one.n:<5} {one.said.fr[:40] or '–':40} {what} {one.detail}".rstrip())
    done = sum(one.outcome in DOES for one in verdicts)
    click.echo(f"{amount(done, 'term')} {'would be ' if dry_run else ''}added or changed, {len(verdicts)} read")
