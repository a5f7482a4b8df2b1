"""Commands about discussions, in the group ``flask spaces``."""

from __future__ import annotations

import click

from app.discussions.moving import move_thread
from app.discussions.queries import thread_for
from app.spaces.cli import spaces
from app.spaces.cli.group import deed, space_named, user_named
from app.spaces.models import Audience


@spaces.command("move-discussion")
@click.argument("public_id")
@click.argument("space")
@click.option("--as", "email", required=True, help="Who moves it: runs its space and writes in the other.")
@click.option("--keep-network", is_flag=True, help="What the whole network reads stays so.")
def move_command(public_id: str, space: str, email: str, keep_network: bool) -> None:
    """Move a discussion into another space; who reads it changes at once, everywhere."""
    person, target = user_named(email), space_named(space)
    audience = Audience.NETWORK if keep_network else Audience.SPACE
    with deed():
        move_thread(person, thread_for(person, public_id), target, audience)
    click.echo(f"{public_id} is in {target.slug}")
