"""Commands about accounts: ``flask users …``."""

from __future__ import annotations

import secrets

import click
from flask import current_app
from flask_babel import force_locale
from sqlalchemy import select

from app.accounts.managing import lift_waits, reset_factor
from app.accounts.models import Organisation, User, UserKind
from app.accounts.operations import create_user, replace_password
from app.accounts.organisations.operations import record_by_name
from app.accounts.passwords import hash_password, weakness
from app.accounts.queries import normal_email, organisation_called_like, user_by_email
from app.accounts.rights.erasing import erase, obstacles_to_erasing
from app.core.commands import HostGroup, first_column
from app.core.db import transaction
from app.core.errors import HOST_LANGUAGE, DomainError, said_to_host
from app.extensions import db

users = HostGroup("users", help="Accounts of the site.")


def offered(language: str) -> str:
    """Return a language that the site offers. Raises ClickException."""
    languages = current_app.config["LANGUAGES"]
    if language not in languages:
        raise click.ClickException(f"no language {language}: {', '.join(languages)}")
    return language


def _chosen_password(password: str | None, email: str, name: str) -> tuple[str, bool]:
    """Return a password and whether it was made here. Raises ClickException for a weak one."""
    if password is None:
        return secrets.token_urlsafe(15), True
    problem = weakness(password, email, name)
    if problem is not None:
        raise click.ClickException(said_to_host(DomainError(problem)))
    return password, False


def _organisation(name: str) -> Organisation:
    """Return the organisation of a name, whatever its accents and case, recorded when unknown. Raises DomainError."""
    return organisation_called_like(name) or record_by_name(name, is_member=True, by=None)


@users.command("create")
@click.argument("email")
@click.argument("name")
@click.option("--organisation", help="Name of the organisation; created when unknown.")
@click.option("--function", default="", help="Function in the organisation, for instance « maire ».")
@click.option("--guest", is_flag=True, help="A guest, seeing only the spaces joined by command or invitation.")
@click.option("--admin", is_flag=True, help="An administrator of the site.")
@click.option("--language", default="fr", show_default=True)
@click.option("--password", help="Password; made and printed once when left out.")
def create(
    email: str,
    name: str,
    organisation: str | None,
    function: str,
    guest: bool,
    admin: bool,
    language: str,
    password: str | None,
) -> None:
    """Create an account."""
    chosen, made = _chosen_password(password, email, name)
    hashed = hash_password(chosen)
    try:
        with transaction():
            place = _organisation(organisation) if organisation else None
            kind = UserKind.GUEST if guest else UserKind.MEMBER
            create_user(
                email,
                name,
                password_hash=hashed,
                organisation=place,
                function=function,
                kind=kind,
                is_admin=admin,
                language=offered(language),
            )
    except DomainError as error:
        raise click.ClickException(said_to_host(error)) from error
    click.echo(f"{normal_email(email)} created" + (f", password: {chosen}" if made else ""))


@users.command("password")
@click.argument("email")
@click.option("--password", help="Password; made and printed once when left out.")
def password_command(email: str, password: str | None) -> None:
    """Give an account a new password, end its sessions, tell its owner."""
    user = _user(email)
    chosen, made = _chosen_password(password, user.email, user.name)
    hashed = hash_password(chosen)
    with transaction():
        replace_password(user, hashed)
    click.echo(f"{user.email} changed" + (f", password: {chosen}" if made else ""))


@users.command("reset-factor")
@click.argument("email")
def reset_factor_command(email: str) -> None:
    """Switch off the second factor of somebody who has lost it and their recovery codes; end their sessions."""
    user = _user(email)
    if user.totp_confirmed_at is None:
        raise click.ClickException(f"{user.email} has no second factor")
    with transaction():
        reset_factor(user, by=None)
    click.echo(f"{user.email} signs in by password alone")


@users.command("unblock")
@click.argument("email")
def unblock(email: str) -> None:
    """Lift the wait after wrong passwords, codes or links."""
    user = _user(email)
    with transaction():
        lift_waits(user, by=None)
    click.echo(f"{user.email} may try again")


@users.command("erase")
@click.argument("email")
@click.option("--withdraw", is_flag=True, help="Also take back what nobody answered.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase_command(email: str, withdraw: bool, yes: bool) -> None:
    """Forget a person for good; what they wrote stays under a neutral name."""
    user = _user(email)
    with force_locale(HOST_LANGUAGE):
        obstacles = obstacles_to_erasing(user)
    if obstacles:
        raise click.ClickException(" ".join(obstacles))
    if not yes:
        click.confirm(f"Erase the account of {user.name} ({user.email}) for good?", abort=True)
    try:
        with transaction():
            erase(user, withdraw=withdraw)
    except DomainError as error:
        raise click.ClickException(said_to_host(error)) from error
    click.echo(f"{normal_email(email)} erased")


@users.command("list")
def list_command() -> None:
    """List the accounts."""
    listed = db.session.scalars(select(User).order_by(User.sort_key)).all()
    wide = first_column(user.email for user in listed)
    for user in listed:
        place = user.organisation.name if user.organisation else "–"
        said = (("admin", user.is_admin), ("referent", user.is_referent), ("disabled", user.disabled_at))
        flags = " ".join(word for word, on in said if on)
        click.echo(f"{user.email:{wide}} {user.kind:7} {user.name} ({place}) {flags}".rstrip())


def _user(email: str) -> User:
    user = user_by_email(email)
    if user is None:
        message = f"no account for {email}"
        raise click.ClickException(message)
    return user
