"""``flask users …`` for those who are not in yet: requests for access, invitations that wait."""

from __future__ import annotations

import click
from flask_babel import force_locale
from sqlalchemy import select

from app.accounts.cli import users
from app.accounts.models import AccessRequest
from app.accounts.queries import normal_email, organisation_called_like
from app.accounts.requests.desk import reason_for
from app.accounts.requests.operations import accept_request, refuse_request, usual_organisation
from app.admin.people_cli import do
from app.core.clock import now
from app.core.commands import first_column
from app.core.deciding import waiting
from app.core.errors import HOST_LANGUAGE
from app.extensions import db
from app.spaces.importing.cli import administrator_called
from app.spaces.invitations.operations import cancel, send_again
from app.spaces.models import Invitation


@users.command("requests")
def requests() -> None:
    """List the requests for access that wait, oldest first, each with the reason to trust it or to check."""
    asked = select(AccessRequest).where(waiting(AccessRequest))
    found = db.session.scalars(asked.order_by(AccessRequest.confirmed_at, AccessRequest.id)).all()
    wide = first_column(one.email for one in found)
    with force_locale(HOST_LANGUAGE):
        for one in found:
            click.echo(
                f"{one.email:{wide}} {one.name}, {one.function}, {one.organisation_name}: {reason_for(one).words}"
            )


def _request_of(email: str) -> AccessRequest:
    """Return the request of an address that waits. Raises ClickException."""
    theirs = AccessRequest.email == normal_email(email), waiting(AccessRequest)
    found: AccessRequest | None = db.session.scalar(select(AccessRequest).where(*theirs))
    if found is None:
        raise click.ClickException(f"no request of {email} waits")
    return found


@users.command("accept")
@click.argument("email")
@click.option("--organisation", default="", help="Where they belong, when it is not the one recognised or named.")
@click.option("--as", "author", metavar="EMAIL", help="The administrator who decides.")
def accept(email: str, organisation: str, author: str | None) -> None:
    """Let in somebody who asked for access; the welcome leaves by mail."""
    by, asked = administrator_called(author), _request_of(email)
    place = organisation_called_like(organisation) if organisation else usual_organisation(asked)
    if organisation and place is None:
        raise click.ClickException(f"no organisation {organisation}")
    do(lambda: accept_request(asked, by, place))
    click.echo(f"{asked.email} accepted")


@users.command("refuse")
@click.argument("email")
@click.argument("reason")
@click.option("--as", "author", metavar="EMAIL", help="The administrator who decides.")
def refuse(email: str, reason: str, author: str | None) -> None:
    """Refuse somebody who asked for access, with a REASON that is sent to them."""
    by, asked = administrator_called(author), _request_of(email)
    do(lambda: refuse_request(asked, by, reason))
    click.echo(f"{asked.email} refused")


def _open_invitations(email: str = "") -> list[Invitation]:
    """Return the invitations that wait for an answer, of one address or of all, newest first."""
    query = select(Invitation).where(Invitation.accepted_at.is_(None), Invitation.cancelled_at.is_(None))
    if email:
        query = query.where(Invitation.email == normal_email(email))
    return list(db.session.scalars(query.order_by(Invitation.created_at.desc(), Invitation.id.desc())))


@users.command("invitations")
def invitations() -> None:
    """List the invitations that wait for an answer, newest first, those too old among them."""
    found = _open_invitations()
    wide = first_column(one.email for one in found)
    for one in found:
        spaces = ", ".join(place.space.slug for place in one.places) or "the network"
        end = "too old" if one.expires_at <= now() else f"until {one.expires_at:%Y-%m-%d}"
        by = one.invited_by.email if one.invited_by else "nobody any more"
        click.echo(f"{one.email:{wide}} {one.kind}, {spaces}, by {by}, {end}")


def _invitations_of(email: str) -> list[Invitation]:
    found = _open_invitations(email)
    if not found:
        raise click.ClickException(f"no invitation of {email} waits")
    return found


@users.command("resend")
@click.argument("email")
@click.option("--as", "author", metavar="EMAIL", help="The administrator who sends again.")
def resend(email: str, author: str | None) -> None:
    """Mail new links for the invitations of an address that wait; the old ones die."""
    by, waiting_ones = administrator_called(author), _invitations_of(email)

    def send_all() -> None:
        for one in waiting_ones:
            send_again(by, one)

    do(send_all)
    click.echo(f"{email} invited again")


@users.command("cancel")
@click.argument("email")
@click.option("--as", "author", metavar="EMAIL", help="The administrator who cancels.")
def cancel_command(email: str, author: str | None) -> None:
    """Close the invitations of an address that wait; their links open nothing any more."""
    by, waiting_ones = administrator_called(author), _invitations_of(email)

    def cancel_all() -> None:
        for one in waiting_ones:
            cancel(by, one)

    do(cancel_all)
    click.echo(f"{email} no longer invited")
