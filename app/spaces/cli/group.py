"""The group ``flask spaces`` and what its commands share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import select

from app.accounts.models import User
from app.accounts.queries import user_by_email
from app.core.commands import HostGroup
from app.core.db import transaction
from app.core.errors import DomainError, said_to_host
from app.extensions import db
from app.spaces.models import JoinPolicy, Role, Space, Visibility
from app.spaces.queries import space_by_slug

spaces = HostGroup("spaces", help="Spaces and those who take part in them.")
VISIBILITIES = click.Choice([one.value for one in Visibility])
POLICIES = click.Choice([one.value for one in JoinPolicy])
ROLES = click.Choice([one.value for one in Role])


def space_named(slug: str) -> Space:
    """Return a living space by its slug. Raises ClickException."""
    space = space_by_slug(slug)
    if space is None:
        raise click.ClickException(f"no space {slug}")
    return space


def deleted_space_named(slug: str) -> Space:
    """Return a deleted space by its slug. Raises ClickException."""
    space: Space | None = db.session.scalar(select(Space).where(Space.slug == slug, Space.deleted_at.is_not(None)))
    if space is None:
        raise click.ClickException(f"no deleted space {slug}")
    return space


def user_named(email: str) -> User:
    """Return the account of an address. Raises ClickException."""
    user = user_by_email(email)
    if user is None:
        raise click.ClickException(f"no account for {email}")
    return user


@contextmanager
def deed() -> Iterator[None]:
    """Do one operation in its transaction; what the rules of the house forbid ends the command with their sentence."""
    try:
        with transaction():
            yield
    except DomainError as error:
        raise click.ClickException(said_to_host(error)) from error
