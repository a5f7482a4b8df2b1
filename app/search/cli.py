"""Commands about search: ``flask search …``."""

from __future__ import annotations

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from app.core.db import transaction
from app.search.engines import outgrown
from app.search.indexing import rebuild as rebuild_now
from app.search.models import audience_version
from app.search.operations import engine, rebuild_soon

group = AppGroup("search", help="The index of texts.")


@group.command("rebuild")
@click.option("--queue", is_flag=True, help="Leave the work to the worker.")
def rebuild(queue: bool) -> None:
    """Make the index anew beside the live one, then swap."""
    if queue:
        with transaction():
            rebuild_soon()
        click.echo("rebuild queued")
        return
    rebuild_now(engine())
    click.echo(f"{engine().count()} things indexed")


@group.command("state")
def state() -> None:
    """Show whether the index is usable and what it holds."""
    health, name = engine().health(), current_app.config["SETTINGS"].search_engine
    click.echo(f"engine    {name}")
    click.echo(f"usable    {'yes' if health.usable else 'no'}{'' if health.usable else ': ' + health.reason}")
    click.echo(f"things    {health.parents}")
    click.echo(f"passages  {health.passages}")
    click.echo(f"segments  {health.segments}")
    click.echo(f"version   {audience_version()}")
    if outgrown(name, health):
        click.echo("This site has outgrown whoosh: set BEFFROI_SEARCH_ENGINE=tantivy, then `flask search rebuild`.")


def register(app: Flask) -> None:
    """Attach the commands."""
    app.cli.add_command(group)
