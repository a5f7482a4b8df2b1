"""More of ``flask users …``: what the pages of the administration do, for the host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from app.accounts.cli import users
from app.accounts.managing import PersonDetails, change_person, reopen_account, set_administrator
from app.accounts.models import User, UserKind
from app.accounts.organisations.operations import set_referent
from app.accounts.queries import organisation_called_like, user_by_email
from app.admin.person import places_in, portrait_of
from app.core.db import transaction
from app.core.errors import DomainError, said_to_host
from app.core.i18n import local
from app.spaces.departures import become_guest, close_person
from app.spaces.importing.cli import administrator_called
from app.spaces.invitations.accepting import become_member
from app.spaces.invitations.details import InvitationDetails
from app.spaces.invitations.operations import invite
from app.spaces.models import Space
from app.spaces.permissions import takes_part
from app.spaces.queries import space_by_slug

KINDS = click.Choice([one.value for one in UserKind])


def _user(email: str) -> User:
    user = user_by_email(email)
    if user is None:
        raise click.ClickException(f"no account for {email}")
    return user


def do(deed: Callable[[], Any]) -> None:
    """Do one operation in its transaction; what the rules forbid ends the command with their sentence."""
    try:
        with transaction():
            deed()
    except DomainError as error:
        raise click.ClickException(said_to_host(error)) from error


@users.command("show")
@click.argument("email")
def show(email: str) -> None:
    """Show what is known of an account."""
    user = _user(email)
    portrait = portrait_of(user)
    facts = {
        "name": user.name,
        "address": user.email,
        "kind": user.kind,
        "roles": " ".join(word for word, on in (("admin", user.is_admin), ("referent", user.is_referent)) if on),
        "function": user.function,
        "organisation": user.organisation.name if user.organisation else "",
        "created": f"{user.created_at:%Y-%m-%d}",
        "last visit": f"{user.last_seen_at:%Y-%m-%d}" if user.last_seen_at else "never",
        "sessions": portrait.sessions,
        "second factor": "on" if user.totp_confirmed_at else "off",
        "closed": f"{user.disabled_at:%Y-%m-%d}" if user.disabled_at else "",
    }
    for name, value in facts.items():
        click.echo(f"{name:14} {value}".rstrip())
    for place in portrait.places:
        until = f" until {place.expires_at:%Y-%m-%d %H:%M} UTC" if place.expires_at else ""
        click.echo(f"{'space':14} {place.space.slug} as {place.role}{until}")


@users.command("edit")
@click.argument("email")
@click.option("--name", help="The name, when it changes.")
@click.option("--function", help="The function, when it changes.")
@click.option("--organisation", metavar="NAME", help="A recorded organisation; empty for none.")
def edit(email: str, name: str | None, function: str | None, organisation: str | None) -> None:
    """Correct what is said of a person; what is left out stays as it is."""
    if name is None and function is None and organisation is None:
        raise click.UsageError("say what changes: --name, --function or --organisation")
    user = _user(email)
    place = organisation_called_like(organisation) if organisation else None
    if organisation and place is None:
        raise click.ClickException(f"no organisation {organisation}")
    details = PersonDetails(
        user.name if name is None else name,
        user.function if function is None else function,
        user.organisation if organisation is None else place,
        user.language,
    )
    do(lambda: change_person(user, details, by=None))
    click.echo(f"{user.email} changed")


@users.command("set-kind")
@click.argument("email")
@click.argument("kind", type=KINDS)
@click.option("--as", "author", metavar="EMAIL", help="The administrator who does it; needed to make a member.")
def set_kind(email: str, kind: str, author: str | None) -> None:
    """Make a guest of a member, or a member of a guest."""
    user = _user(email)
    if kind == UserKind.GUEST:
        do(lambda: become_guest(user, by=user_by_email(author) if author else None))
    elif user.is_guest:
        by = administrator_called(author)
        do(lambda: become_member(user, by=by))
    click.echo(f"{user.email} is a {kind}")
    for place in places_in(user):
        if place.is_running and place.expires_at is not None:
            lift = f"; without end by: flask spaces add {place.space.slug} {user.email}" if user.is_member else ""
            click.echo(f"{place.space.slug} until {local(place.expires_at):%Y-%m-%d}{lift}")


@users.command("make-admin")
@click.argument("email")
@click.option("--undo", is_flag=True, help="Take the administration back.")
def make_admin(email: str, *, undo: bool) -> None:
    """Let a member run the site, or take it back; never from the last administrator."""
    user = _user(email)
    do(lambda: set_administrator(user, is_admin=not undo, by=None))
    click.echo(f"{user.email} {'no longer runs' if undo else 'runs'} the site")


@users.command("referent")
@click.argument("email")
@click.option("--off", is_flag=True, help="Take the role back.")
def referent_command(email: str, *, off: bool) -> None:
    """Let a member invite the colleagues of their organisation and answer their requests, or take it back."""
    user = _user(email)
    do(lambda: set_referent(user, given=not off))
    place = user.organisation.name if user.organisation else "any organisation"
    click.echo(f"{user.email} is {'no longer a' if off else 'a'} referent of {place}")


@users.command("close")
@click.argument("email")
@click.option("--leave-spaces-alone", is_flag=True, help="Close even who is the only one to run a space.")
def close(email: str, *, leave_spaces_alone: bool) -> None:
    """Close an account at once; what the person wrote stays."""
    user = _user(email)
    do(lambda: close_person(user, by=None, orphans=leave_spaces_alone))
    click.echo(f"{user.email} closed")


users.add_command(close, "disable")


@users.command("open")
@click.argument("email")
def open_command(email: str) -> None:
    """Open a closed account again."""
    user = _user(email)
    do(lambda: reopen_account(user, by=None))
    click.echo(f"{user.email} open")


@users.command("invite")
@click.argument("email")
@click.option("--name", default="")
@click.option("--function", default="")
@click.option("--organisation", default="", help="Name of a recorded organisation.")
@click.option("--space", "slug", help="A space it opens.")
@click.option("--as", "author", metavar="EMAIL", help="The administrator who invites.")
def invite_command(
    email: str, name: str, function: str, organisation: str, slug: str | None, author: str | None
) -> None:
    """Invite somebody into the network, by mail."""
    by = administrator_called(author)
    place = organisation_called_like(organisation) if organisation else None
    if organisation and place is None:
        raise click.ClickException(f"no organisation {organisation}")
    space = space_by_slug(slug) if slug else None
    if slug and space is None:
        raise click.ClickException(f"no space {slug}")
    _refuse_known(user_by_email(email), space)
    details = InvitationDetails(
        email=email,
        name=name,
        function=function,
        organisation=place,
        spaces=(space,) if space else (),
        language=by.language,
    )
    do(lambda: invite(by, details))
    click.echo(f"{email} invited")


def _refuse_known(account: User | None, space: Space | None) -> None:
    """Refuse to invite an account that is closed, or a member into what they are in already. Raises ClickException."""
    if account is None:
        return
    if account.disabled_at is not None:
        raise click.ClickException(f"the account of {account.email} is closed: flask users open {account.email}")
    if account.is_member and (space is None or takes_part(account, space)):
        raise click.ClickException(f"{account.email} is a member of {space.slug if space else 'the network'} already")
