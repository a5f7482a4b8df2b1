"""Commands about those who take part in spaces, and those who ask to."""

from __future__ import annotations

from datetime import datetime

import click

from app.accounts.models import User
from app.core.clock import now
from app.core.i18n import local
from app.spaces.asking import accept, put_into_effect, refuse, tell_person
from app.spaces.cli.group import ROLES, deed, space_named, spaces, user_named
from app.spaces.hosting import change_role
from app.spaces.invitations.details import USUAL_STAY, end_of
from app.spaces.models import Role, Space
from app.spaces.operations import add_member, membership_in, remove_member
from app.spaces.permissions import takes_part
from app.spaces.queries import requests_for


@spaces.command("add")
@click.argument("space")
@click.argument("email")
@click.option("--role", type=ROLES, default=Role.MEMBER.value, show_default=True)
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day of the access; a guest has 90 days by default."
)
@click.option("--sponsor", metavar="EMAIL", help="Who answers for a guest: a member who takes part in the space.")
def add(space: str, email: str, role: str, until: datetime | None, sponsor: str | None) -> None:
    """Let a person take part in a space, or change how they do."""
    place, user = space_named(space), user_named(email)
    answers = user_named(sponsor) if sponsor else None
    if answers is not None and not (answers.is_member and takes_part(answers, place)):
        raise click.ClickException(f"{answers.email} is not a member who takes part in {place.slug}")
    end, comes_in = _end_of(place, user, role, until), not takes_part(user, place)
    if comes_in:
        _refuse_entry(place, user)
    with deed():
        add_member(place, user, role=Role(role), expires_at=end, sponsor=answers)
        if comes_in:
            tell_person(user, place, "entrusted" if role == Role.FACILITATOR else "added")
    click.echo(f"{user.email} takes part in {place.slug} as {role}" + (f" until {local(end):%Y-%m-%d}" if end else ""))


def _end_of(place: Space, user: User, role: str, until: datetime | None) -> datetime | None:
    """Return when the access ends: as said; else never for a member, for a guest as before or after the usual stay.

    Raises ClickException for a day gone by.
    """
    if until is not None:
        end = end_of(until.date())
        if end <= now():
            raise click.ClickException("--until is in the past")
        return end
    if not user.is_guest or role == Role.FACILITATOR:
        return None
    found = membership_in(place, user)
    return (found.expires_at if found and found.is_running else None) or now() + USUAL_STAY


def _refuse_entry(place: Space, user: User) -> None:
    """Let nobody into an archived space, nor a closed account anywhere, as on the pages. Raises ClickException."""
    if place.archived_at is not None:
        raise click.ClickException(f"{place.slug} is archived: flask spaces reopen {place.slug}")
    if user.disabled_at is not None:
        raise click.ClickException(f"the account of {user.email} is closed: flask users open {user.email}")


@spaces.command("role")
@click.argument("space")
@click.argument("email")
@click.argument("role", type=ROLES)
def role_command(space: str, email: str, role: str) -> None:
    """Hand the running of a space to one of its people, or take it back."""
    place, user = space_named(space), user_named(email)
    found = membership_in(place, user)
    if found is None or not found.is_running:
        raise click.ClickException(f"{user.email} takes no part in {place.slug}")
    with deed():
        change_role(place, user, role)
    click.echo(f"{user.email} takes part in {place.slug} as {role}")


@spaces.command("remove")
@click.argument("space")
@click.argument("email")
def remove(space: str, email: str) -> None:
    """Take a person out of a space, from the next request on."""
    place, user = space_named(space), user_named(email)
    if membership_in(place, user) is None:
        raise click.ClickException(f"{user.email} takes no part in {place.slug}")
    with deed():
        remove_member(place, user)
    click.echo(f"{user.email} takes no part in {place.slug}")


@spaces.command("requests")
@click.argument("space")
def requests_command(space: str) -> None:
    """List the requests to enter a space."""
    for one in requests_for(space_named(space)):
        city = one.user.organisation.name if one.user.organisation else "–"
        said = f"  {' '.join(one.message.split())}" if one.message else ""
        click.echo(f"{local(one.created_at):%Y-%m-%d %H:%M}  {one.user.email:40} {one.user.name} ({city}){said}")


@spaces.command("admit")
@click.argument("space")
@click.argument("email")
def admit_command(space: str, email: str) -> None:
    """Say yes to a request to enter a space."""
    place, user = space_named(space), user_named(email)
    with deed():
        put_into_effect(accept(place, user))
    click.echo(f"{user.email} admitted to {place.slug}")


@spaces.command("refuse")
@click.argument("space")
@click.argument("email")
@click.option("--reason", required=True, help="Sent to the person.")
def refuse_command(space: str, email: str, reason: str) -> None:
    """Say no to a request to enter a space, with a reason that is sent."""
    place, user = space_named(space), user_named(email)
    with deed():
        put_into_effect(refuse(place, user, reason))
    click.echo(f"{user.email} refused in {place.slug}")
