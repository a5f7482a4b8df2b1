"""Commands about jobs: ``flask jobs …``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from flask import current_app

from app.core import queues
from app.core.commands import HostGroup
from app.core.db import transaction
from app.core.worker import Worker, run_all

if TYPE_CHECKING:
    from flask import Flask

group = HostGroup("jobs", help="Background work.")


@group.command("work")
@click.option("--until-idle", is_flag=True, help="Stop when nothing is ready any more.")
def work(until_idle: bool) -> None:
    """Run the worker until it is told to stop."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - documented by werkzeug
    if until_idle:
        click.echo(f"{run_all(app)} batches")
    else:
        Worker(app).run()


@group.command("state")
def state() -> None:
    """Show how many jobs are queued, running, done and failed."""
    for name, number in sorted(queues.counts().items()):
        click.echo(f"{name:10} {number}")


@group.command("failed")
def failed() -> None:
    """List the jobs that were given up, with the reason."""
    for one in queues.failed_jobs():
        reason = queues.reason_of(one.error or "")
        click.echo(f"{one.id}  {one.name}  {one.finished_at:%Y-%m-%d %H:%M}  {reason}")


@group.command("retry")
@click.argument("ids", nargs=-1, type=int)
def retry(ids: tuple[int, ...]) -> None:
    """Queue given-up jobs again: those named, or all."""
    with transaction():
        count = queues.retry(list(ids))
    if ids and not count:
        raise click.ClickException("none of these jobs was given up: see flask jobs failed")
    click.echo(f"{count} queued again")


def register(app: Flask) -> None:
    """Attach the commands."""
    app.cli.add_command(group)
