"""Commands about spaces: ``flask spaces …``."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from app.accounts.models import User
from app.accounts.queries import user_by_email
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import DomainError
from app.extensions import db
from app.spaces.asking import admit
from app.spaces.models import JoinPolicy, Role, Space, Visibility
from app.spaces.operations import add_member, create_space, remove_member
from app.spaces.queries import Turnout, requests_for, space_by_slug, turnouts

spaces = AppGroup("spaces", help="Spaces and those who take part in them.")
VISIBILITIES = click.Choice([one.value for one in Visibility])
POLICIES = click.Choice([one.value for one in JoinPolicy])
ROLES = click.Choice([one.value for one in Role])
USUAL_POLICY = {
    Visibility.OPEN: JoinPolicy.FREE,
    Visibility.REQUEST: JoinPolicy.REQUEST,
    Visibility.PRIVATE: JoinPolicy.INVITATION,
}


@spaces.command("create")
@click.argument("name")
@click.option(
    "--visibility",
    type=VISIBILITIES,
    default=Visibility.OPEN.value,
    show_default=True,
)
@click.option(
    "--join-policy",
    type=POLICIES,
    help="By default the one that suits the visibility.",
)
@click.option("--summary", default="", help="One sentence, shown in the list of spaces.")
@click.option("--purpose", default="", help="What the space is for, in Markdown.")
@click.option("--partner", default="", help="A partner named under the title.")
@click.option("--facilitator", metavar="EMAIL", help="Who runs the space.")
def create(
    name: str,
    visibility: str,
    join_policy: str | None,
    summary: str,
    purpose: str,
    partner: str,
    facilitator: str | None,
) -> None:
    """Create a space."""
    seen = Visibility(visibility)
    runs = _user(facilitator) if facilitator else None
    try:
        with transaction():
            space = create_space(
                name,
                visibility=seen,
                join_policy=JoinPolicy(join_policy) if join_policy else USUAL_POLICY[seen],
                summary=summary,
                purpose=purpose,
                partner=partner,
                facilitator=runs,
            )
    except DomainError as error:
        raise click.ClickException(str(error.message)) from error
    click.echo(f"{space.slug} created")


@spaces.command("list")
def list_command() -> None:
    """List the spaces."""
    found = list(db.session.scalars(select(Space).where(Space.deleted_at.is_(None)).order_by(Space.sort_key)))
    numbers = turnouts([one.id for one in found])
    for one in found:
        people = numbers.get(one.id, Turnout()).people
        click.echo(f"{one.slug:50} {one.visibility:8} {one.join_policy:11} {people:4}  {one.name}")


@spaces.command("add")
@click.argument("space")
@click.argument("email")
@click.option("--role", type=ROLES, default=Role.MEMBER.value, show_default=True)
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day of the access, for a guest.")
@click.option("--sponsor", metavar="EMAIL", help="Who answers for a guest.")
def add(space: str, email: str, role: str, until: datetime | None, sponsor: str | None) -> None:
    """Let a person take part in a space, or change how they do."""
    place, user = _space(space), _user(email)
    answers = _user(sponsor) if sponsor else None
    end = _end_of(until) if until else None
    if end is not None and end <= now():
        raise click.ClickException("--until is in the past")
    try:
        with transaction():
            add_member(place, user, role=Role(role), expires_at=end, sponsor=answers)
    except DomainError as error:
        raise click.ClickException(str(error.message)) from error
    click.echo(f"{user.email} takes part in {place.slug} as {role}" + (f" until {until:%Y-%m-%d}" if until else ""))


@spaces.command("remove")
@click.argument("space")
@click.argument("email")
def remove(space: str, email: str) -> None:
    """Take a person out of a space, from the next request on."""
    place, user = _space(space), _user(email)
    try:
        with transaction():
            remove_member(place, user)
    except DomainError as error:
        raise click.ClickException(str(error.message)) from error
    click.echo(f"{user.email} takes no part in {place.slug}")


@spaces.command("requests")
@click.argument("space")
def requests_command(space: str) -> None:
    """List the requests to enter a space."""
    for one in requests_for(_space(space)):
        city = one.user.organisation.name if one.user.organisation else "–"
        click.echo(f"{one.created_at:%Y-%m-%d %H:%M}  {one.user.email:40} {one.user.name} ({city})")


@spaces.command("admit")
@click.argument("space")
@click.argument("email")
def admit_command(space: str, email: str) -> None:
    """Say yes to a request to enter a space."""
    place, user = _space(space), _user(email)
    try:
        with transaction():
            admit(place, user)
    except DomainError as error:
        raise click.ClickException(str(error.message)) from error
    click.echo(f"{user.email} admitted to {place.slug}")


def _space(slug: str) -> Space:
    space = space_by_slug(slug)
    if space is None:
        raise click.ClickException(f"no space {slug}")
    return space


def _user(email: str) -> User:
    user = user_by_email(email)
    if user is None:
        raise click.ClickException(f"no account for {email}")
    return user


def _end_of(day: datetime) -> datetime:
    """Return the end of a calendar day in the time zone of the site, in UTC."""
    zone = ZoneInfo(current_app.config["SETTINGS"].timezone)
    return datetime.combine(day.date() + timedelta(days=1), time(), zone).astimezone(UTC)
