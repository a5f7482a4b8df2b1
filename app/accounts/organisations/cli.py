"""Commands about organisations: ``flask organisations …``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from flask_babel import force_locale

from app.accounts.models import Organisation, OrganisationKind
from app.accounts.organisations.details import COLUMNS, Details, details_of
from app.accounts.organisations.domains import split_domains
from app.accounts.organisations.importing import Outcome, import_organisations, numbers_of
from app.accounts.organisations.merging import merge
from app.accounts.organisations.operations import (
    BadDetailsError,
    change_organisation,
    named_details,
    record_organisation,
)
from app.accounts.organisations.queries import Wanted, organisations_wanted, people_numbers
from app.accounts.queries import organisation_called_like
from app.core.commands import HostGroup
from app.core.db import transaction
from app.core.errors import HOST_LANGUAGE, DomainError, said_to_host
from app.core.sheets import read_sheet
from app.extensions import db

organisations = HostGroup("organisations", help="Cities and bodies people come from.")
KINDS = [str(kind) for kind in OrganisationKind]
SHOWN = ("region", "insee_code", "population")


@organisations.command("list")
@click.argument("words", default="")
def list_command(words: str) -> None:
    """List the organisations with their codes and people, or those whose name, code or domain has these words."""
    places = db.session.scalars(organisations_wanted(Wanted(words=words))).all()
    numbers = people_numbers(places)
    for place in places:
        belongs = "member" if place.is_member else "outside"
        code = place.insee_code or "–"
        click.echo(f"{place.kind:16} {place.country} {code:9} {belongs:7} {numbers.get(place.id, 0):5} {place.name}")


@organisations.command("create")
@click.argument("name")
@click.option("--kind", type=click.Choice(KINDS), help="A city when nothing is published of it.")
@click.option("--country", help="Two letters (ISO 3166-1); FR when nothing is published of it.")
@click.option("--region", help="Region or land.")
@click.option("--code", help="INSEE code, or SIREN of an inter-municipality.")
@click.option("--population", type=int)
@click.option("--domain", "domains", multiple=True, help="Domain of its addresses; several may be given.")
@click.option("--outside", is_flag=True, help="Not a member of the network.")
def create(
    name: str,
    kind: str | None,
    country: str | None,
    region: str | None,
    code: str | None,
    population: int | None,
    domains: tuple[str, ...],
    outside: bool,
) -> None:
    """Record an organisation; what is not given is completed from what is published of the place of this name."""
    facts = {"kind": kind, "region": region, "insee_code": code, "population": population}
    facts["country"] = country.upper() if country else None
    given: dict[str, Any] = {fact: value for fact, value in facts.items() if value is not None}
    known = named_details(name, code or "", is_member=not outside)
    if any(given.get(fact, getattr(known, fact)) != getattr(known, fact) for fact in ("kind", "country")):
        known = Details(known.name, is_member=not outside)  # a namesake: its facts are not those of this one
    details = replace(known, **given, domains=tuple(split_domains(" ".join(domains))))
    _tell(lambda: record_organisation(details))
    completed = [f"{fact} {getattr(details, fact)}" for fact in SHOWN if fact not in given and getattr(details, fact)]
    published = f" (as published: {', '.join(completed)})" if completed else ""
    click.echo(f"{details.name} recorded{published}")


@organisations.command("domains")
@click.argument("name")
@click.argument("domains", nargs=-1)
@click.option("--clear", is_flag=True, help="Leave it without any domain.")
def domains_command(name: str, domains: tuple[str, ...], clear: bool) -> None:
    """Show the domains of an organisation, or make them those given."""
    if domains and clear:
        raise click.UsageError("give domains or --clear, not both")
    place = organisation_named(name)
    if domains or clear:
        wanted = tuple(split_domains(" ".join(domains)))
        details = Details(**{**details_of(place).__dict__, "domains": wanted})
        version = place.edit_version
        _tell(lambda: change_organisation(place, details, version))
    known = organisation_named(name).domains
    for one in known:
        click.echo(one.domain)
    if not known:
        click.echo(f"{place.name} has no domain", err=True)


@organisations.command("merge")
@click.argument("kept")
@click.argument("other")
@click.option("--take", "taken", multiple=True, type=click.Choice(COLUMNS), help="Fact to take from OTHER.")
def merge_command(kept: str, other: str, taken: tuple[str, ...]) -> None:
    """Make one organisation of two: what belongs to OTHER passes to KEPT, and OTHER goes."""
    one, two = organisation_named(kept), organisation_named(other)
    _tell(lambda: merge(one, two, taken))
    click.echo(f"{other} merged into {kept}")


@organisations.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Say what would become of each row and write nothing.")
def import_command(file: Path, dry_run: bool) -> None:
    """Record the organisations of a CSV file; those already there are left as they are."""
    try:
        sheet = read_sheet(file.read_bytes())
        with transaction():
            fates = import_organisations(sheet, rehearse=dry_run)
    except DomainError as error:
        raise click.ClickException(said_to_host(error)) from error
    with force_locale(HOST_LANGUAGE):
        for fate in fates:
            if fate.outcome == Outcome.REFUSED:
                click.echo(f"line {fate.line}: {fate.name or '–'}: {fate.reason}")
    numbers = numbers_of(fates)
    recorded = "to be recorded" if dry_run else "recorded"
    there, refused = numbers[Outcome.ALREADY_THERE], numbers[Outcome.REFUSED]
    click.echo(f"{numbers[Outcome.RECORDED]} {recorded}, {there} already there, {refused} refused")


def organisation_named(name: str) -> Organisation:
    """Return the organisation of a name, whatever its accents and letter case. Raises ClickException."""
    place = organisation_called_like(name)
    if place is None:
        message = f"no organisation « {name} »"
        raise click.ClickException(message)
    return place


def _tell(deed: Callable[[], object]) -> None:
    """Do something in one transaction; say on the terminal what the house forbids."""
    try:
        with transaction():
            deed()
    except BadDetailsError as error:
        with force_locale(HOST_LANGUAGE):
            problems = "; ".join(f"{name}: {text}" for name, text in error.problems.items())
        raise click.ClickException(problems) from error
    except DomainError as error:
        raise click.ClickException(said_to_host(error)) from error
