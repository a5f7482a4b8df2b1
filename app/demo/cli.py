"""Commands of the demo network: ``flask demo …``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click
from flask import current_app
from sqlalchemy import select

from app.accounts.models import User
from app.accounts.operations import DEMO_PASSWORD
from app.core.commands import HostGroup
from app.demo.content import load
from app.demo.loader import load_network
from app.extensions import db
from app.spaces.models import Membership, Role
from config import Settings

group = HostGroup("demo", help="The demo network.")


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.demo_allowed:
        message = "the demo is off here: it needs a loopback address (BEFFROI_HOST) or BEFFROI_DEMO=1"
        raise click.ClickException(message)
    return settings


@group.command("load")
def load_command() -> None:
    """Load the demo network; what is already there is left alone."""
    made = load_network(known_password=_settings().demo_passwords_known, progress=click.echo)
    for email, password in made.items():
        click.echo(f"{email:44} {password}")
    if made:
        click.echo("These passwords are shown once.")


@group.command("accounts")
@click.option("--json", "as_json", is_flag=True, help="As a list of {role, email, name, password, spaces}.")
def accounts_command(as_json: bool) -> None:
    """Show who may sign in: one row for each role first."""
    rows = account_rows(known_password=_settings().demo_passwords_known)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        places = ", ".join(f"{one['slug']} ({one['role']})" for one in row["spaces"])
        click.echo(f"{row['role']:14} {row['email']:46} {row['password'] or '–':22} {places}")


def account_rows(*, known_password: bool) -> list[dict[str, Any]]:
    """Return the demo accounts as plain rows; ``password`` is None where each has its own."""
    roles = {one.email: one.role for one in load().people}
    memberships = db.session.scalars(select(Membership).join(Membership.space)).all()
    people = db.session.scalars(select(User).where(User.is_demo).order_by(User.sort_key)).all()
    rows = [_row(user, roles.get(user.email, ""), memberships, known_password=known_password) for user in people]
    return sorted(rows, key=lambda row: not roles.get(str(row["email"])))


def _row(user: User, role: str, memberships: Sequence[Membership], *, known_password: bool) -> dict[str, Any]:
    mine = sorted((one for one in memberships if one.user_id == user.id), key=_weight)
    spaces = [{"slug": one.space.slug, "role": one.role, "visibility": one.space.visibility} for one in mine]
    kept = DEMO_PASSWORD if known_password else None
    return {
        "role": role or _plain_role(user, mine),
        "email": user.email,
        "name": user.name,
        "password": kept,
        "spaces": spaces,
    }


def _plain_role(user: User, mine: list[Membership]) -> str:
    if user.is_guest:
        return "guest"
    return "facilitator" if any(one.role == Role.FACILITATOR for one in mine) else "member"


def _weight(one: Membership) -> tuple[bool, int]:
    return (one.role != Role.FACILITATOR, one.space_id)
