"""Commands about invitations: ``flask spaces invite``."""

from __future__ import annotations

from datetime import datetime

import click
from sqlalchemy import select

from app.accounts.cli import offered
from app.accounts.models import User, UserKind
from app.accounts.queries import organisation_called_like, user_by_email
from app.core.clock import now
from app.extensions import db
from app.spaces.cli.group import deed, space_named, spaces, user_named
from app.spaces.invitations.details import USUAL_STAY, InvitationDetails, end_of
from app.spaces.invitations.operations import invite
from app.spaces.invitations.permissions import can_bring_in
from app.spaces.models import Space
from app.spaces.queries import facilitators_of


@spaces.command("invite")
@click.argument("email")
@click.option("--space", "slugs", multiple=True, metavar="SLUG", help="A space to open; may be given several times.")
@click.option(
    "--as", "by", metavar="EMAIL", help="Who invites: by default who runs the first space, or an administrator."
)
@click.option("--guest", is_flag=True, help="Invite as a guest, with an end.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day of a guest's access (90 days by default).")
@click.option("--purpose", default="", help="Why a guest comes.")
@click.option("--name", default="", help="The person's name, as far as it is known.")
@click.option("--organisation", metavar="NAME", help="The city or organisation they come from.")
@click.option("--words", default="", help="A few words, shown in the mail.")
@click.option("--language", default="fr", show_default=True)
def invite_command(
    email: str,
    slugs: tuple[str, ...],
    by: str | None,
    guest: bool,
    until: datetime | None,
    purpose: str,
    name: str,
    organisation: str | None,
    words: str,
    language: str,
) -> None:
    """Invite an address into the network, into spaces, or both; the author's own rights count."""
    places = tuple(space_named(slug) for slug in slugs)
    end = (end_of(until.date()) if until else now() + USUAL_STAY) if guest else None
    home = organisation_called_like(organisation) if organisation else None
    if organisation and home is None:
        raise click.ClickException(f"no organisation {organisation}")
    details = InvitationDetails(
        email,
        kind=UserKind.GUEST if guest else UserKind.MEMBER,
        spaces=places,
        name=name,
        organisation=home,
        language=offered(language),
        words=words,
        purpose=purpose,
        guest_until=end,
    )
    author = _author(by, places)
    with deed():
        until_when = f"{invite(author, details).ends_at:%Y-%m-%d}"
    click.echo(f"{details.email} invited by {author.email}; the link works until {until_when}")
    if not guest and user_by_email(email) is None and not can_bring_in(author, email, home, places):
        click.echo("the address is of no member organisation: an administrator must let this person in first")


def _author(email: str | None, places: tuple[Space, ...]) -> User:
    """Return who invites: the one named, or who runs the first space, or the first administrator."""
    if email:
        return user_named(email)
    running = facilitators_of(places[0]) if places else []
    admins = select(User).where(User.is_admin, User.kind == UserKind.MEMBER, User.disabled_at.is_(None))
    found = running[0] if running else db.session.scalar(admins.order_by(User.id).limit(1))
    if found is None:
        raise click.ClickException("nobody to invite on behalf of: give --as")
    return found
