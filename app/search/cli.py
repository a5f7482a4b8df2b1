"""Commands about search: ``flask search …``."""

from __future__ import annotations

import time

import click
from flask import Flask, current_app

from app.core.commands import HostGroup, amount
from app.core.db import transaction
from app.extensions import db
from app.search.engine import IndexUnavailableError
from app.search.models import audience_version
from app.search.operations import engine, rebuild_soon
from app.search.rebuilding.alone import AnotherAtWorkError, alone, somebody_alive_rebuilds
from app.search.rebuilding.plan import Plan
from app.search.rebuilding.work import is_left_unfinished
from app.search.rebuilding.work import rebuild as rebuild_now
from app.search.standing import Standing, standing

LOOK_EVERY = 1.0  # seconds

group = HostGroup("search", help="The index of texts.")


@group.command("rebuild")
@click.option("--queue", is_flag=True, help="Leave the work to the worker.")
def rebuild(queue: bool) -> None:
    """Make the index anew beside the live one, then swap. Killed, it goes on from there the next time.

    Where the worker is at it already, as it is after a change of engine, the command waits for its end.
    """
    if queue:
        with transaction():
            rebuild_soon()
        click.echo("rebuild queued")
        return
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - a worker needs the application itself
    try:
        while not (_makes_anew(app) or _sees_through(app)):
            click.echo("it was left unfinished: this command goes on with it")
    except (OSError, IndexUnavailableError) as error:
        raise click.ClickException(f"the new index could not be written, the old one stays in use: {error}") from error
    click.echo(f"{amount(engine().count(), 'thing')} indexed")


def _makes_anew(app: Flask) -> bool:
    """Make the index anew and tell how far it has come; False where somebody else is at it."""
    try:
        with alone(app) as go_on:

            def told(plan: Plan) -> None:
                go_on()
                click.echo(f"{plan.done} of {plan.total}")

            rebuild_now(engine(), told)
    except AnotherAtWorkError:
        return False
    return True


def _sees_through(app: Flask) -> bool:
    """Tell how far somebody else's rebuild has come until it ends; False when it ended without a whole index."""
    click.echo("a rebuild is under way: this command waits for its end")
    before = ""
    while somebody_alive_rebuilds(app):
        plan = Plan.kept()
        line = f"{plan.done} of {plan.total}" if plan and plan.is_under_way else before
        if line != before:
            click.echo(line)
        before = line
        db.session.remove()  # the next look reads anew
        time.sleep(LOOK_EVERY)
    return not is_left_unfinished() and engine().health().usable


@group.command("state")
def state() -> None:
    """Show whether the index is usable, what it holds, how late it is and what last went wrong."""
    for name, value in _lines(standing()):
        click.echo(f"{name:<10}{value}")


def _lines(now: Standing) -> list[tuple[str, object]]:
    health = now.health
    lines: list[tuple[str, object]] = [
        ("engine", now.engine),
        ("usable", "yes" if health.usable else f"no: {health.reason}"),
        ("things", health.parents),
        ("passages", health.passages),
        ("segments", health.segments),
        ("index", now.generation or "none"),
        ("bytes", now.stored_bytes),
        ("version", audience_version()),
        ("lag", f"{int(now.lag.total_seconds())} s ({now.waiting} changes wait)"),
    ]
    if now.trouble:
        lines.append(("error", f"{now.trouble.work}: {now.trouble.error}"))
    if now.rebuild and now.rebuild.is_under_way:
        doing = "under way" if now.is_rebuilding else "left unfinished; the worker goes on with it"
        lines.append(("rebuild", f"{now.rebuild.done} of {now.rebuild.total}, {doing}"))
    if now.outgrown:
        advice = "set BEFFROI_SEARCH_ENGINE=tantivy, then `flask search rebuild`."
        lines.append(("advice", f"This site has outgrown whoosh: {advice}"))
    return lines


def register(app: Flask) -> None:
    """Attach the commands."""
    app.cli.add_command(group)
