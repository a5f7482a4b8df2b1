"""Commands about spaces themselves: make, change, archive, delete, restore."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from sqlalchemy import select

from app.extensions import db
from app.spaces.cli.group import (
    POLICIES,
    VISIBILITIES,
    deed,
    deleted_space_named,
    space_named,
    spaces,
    user_named,
)
from app.spaces.hosting import tell_entrusted
from app.spaces.models import SECTIONS, JoinPolicy, Space, Visibility, fields_of
from app.spaces.operations import SpaceDetails, found_space
from app.spaces.queries import Turnout, turnouts
from app.spaces.quotas import quota_of, set_quota, size_in, stored_in
from app.spaces.running import archive_space, delete_space, edit_space, reopen_space, restore_space

WORDS = ("name", "short_name", "summary", "purpose", "partner", "welcome")
USUAL_POLICY = {
    Visibility.OPEN: JoinPolicy.FREE,
    Visibility.REQUEST: JoinPolicy.REQUEST,
    Visibility.PRIVATE: JoinPolicy.INVITATION,
}


@spaces.command("create")
@click.argument("name")
@click.option("--visibility", type=VISIBILITIES, default=Visibility.OPEN.value, show_default=True)
@click.option("--join-policy", type=POLICIES, help="By default the one that suits the visibility.")
@click.option("--short-name", default="", help="Two or three words, where there is little room.")
@click.option("--summary", default="", help="One sentence, shown in the list of spaces.")
@click.option("--purpose", default="", help="What the space is for, in Markdown.")
@click.option("--partner", default="", help="A partner named under the title.")
@click.option("--welcome", default="", help="Shown once to newcomers, in Markdown.")
@click.option("--facilitator", metavar="EMAIL", help="Who runs the space.")
def create(visibility: str, join_policy: str | None, facilitator: str | None, **words: str) -> None:
    """Create a space."""
    policy = join_policy or USUAL_POLICY[Visibility(visibility)].value
    details = SpaceDetails.of(visibility=visibility, join_policy=policy, **words)
    runs = user_named(facilitator) if facilitator else None
    with deed():
        space = found_space(details, facilitator=runs)
        if runs is not None:
            tell_entrusted(space, runs, by=None)
    slug = space.slug
    click.echo(f"{slug} created")


@spaces.command("edit")
@click.argument("space")
@click.option("--name")
@click.option("--short-name")
@click.option("--summary")
@click.option("--purpose", help="Markdown.")
@click.option("--partner")
@click.option("--welcome", help="Markdown.")
@click.option("--visibility", type=VISIBILITIES, help="Who reads changes at once, everywhere.")
@click.option("--join-policy", type=POLICIES)
@click.option("--show", multiple=True, type=click.Choice(SECTIONS), help="Put a section back.")
@click.option("--hide", multiple=True, type=click.Choice(SECTIONS), help="Put a section away.")
@click.option(
    "--review/--no-review", default=None, help="Whether facilitators read what members share before it is out."
)
@click.option(
    "--closed-keywords/--open-keywords", default=None, help="Whether keywords of the common list alone are taken."
)
def edit(
    space: str,
    show: tuple[str, ...],
    hide: tuple[str, ...],
    review: bool | None,
    closed_keywords: bool | None,
    **given: Any,
) -> None:
    """Change what is said of a space and its settings; what is not given stays, its address too."""
    place = space_named(space)
    chosen = {name: value for name, value in given.items() if value is not None}
    if not (chosen or show or hide) and review is None and closed_keywords is None:
        raise click.UsageError("say what changes: see flask spaces edit --help")
    if chosen.get("visibility") == Visibility.PRIVATE:
        chosen.setdefault("join_policy", JoinPolicy.INVITATION.value)
    details = SpaceDetails.of(**{**fields_of(place, *WORDS, "visibility", "join_policy"), **chosen})
    sections = ({one for one in SECTIONS if place.shows(one)} | set(show)) - set(hide)
    with deed():
        edit_space(place, details, sections, reviews_resources=review, closed_keywords=closed_keywords)
    click.echo(f"{place.slug} changed")


def _do(place: Space, operation: Callable[[Space], object], word: str) -> None:
    """Do something with a space in one transaction, then say that it is done."""
    with deed():
        operation(place)
    click.echo(f"{place.slug} {word}")


@spaces.command("archive")
@click.argument("space")
def archive(space: str) -> None:
    """Make a space read-only; it is still read and searched."""
    _do(space_named(space), archive_space, "archived")


@spaces.command("reopen")
@click.argument("space")
def reopen(space: str) -> None:
    """Let people write again in an archived space."""
    _do(space_named(space), reopen_space, "reopened")


@spaces.command("delete")
@click.argument("space")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(space: str, yes: bool) -> None:
    """Put a space and all it holds out of everybody's sight; « restore » brings it back."""
    place = space_named(space)
    if not yes:
        click.confirm(f"Delete « {place.name} » and all it holds?", abort=True)
    _do(place, delete_space, f"deleted; flask spaces restore {place.slug} brings it back")


@spaces.command("restore")
@click.argument("space")
def restore(space: str) -> None:
    """Bring a deleted space back as it was."""
    _do(deleted_space_named(space), restore_space, "restored")


@spaces.command("quota")
@click.argument("space")
@click.argument("size", required=False)
def quota(space: str, size: str | None) -> None:
    """Show the place the files of a space take, or limit it: 500M, 5G, « none » or « default » (the setting)."""
    place = space_named(space)
    if size is not None:
        with deed():
            set_quota(place, size_in(size))
    used, limit = stored_in(place), quota_of(place)
    click.echo(f"{place.slug}: {used} bytes used of {limit or 'no limit'}")


@spaces.command("list")
@click.option("--deleted", is_flag=True, help="The deleted ones instead.")
def list_command(deleted: bool) -> None:
    """List the spaces."""
    gone = Space.deleted_at.is_not(None) if deleted else Space.deleted_at.is_(None)
    found = list(db.session.scalars(select(Space).where(gone).order_by(Space.sort_key)))
    numbers = turnouts([one.id for one in found])
    for one in found:
        people = numbers.get(one.id, Turnout()).people
        state = "  (archived)" if one.archived_at else ""
        click.echo(f"{one.slug:50} {one.visibility:8} {one.join_policy:11} {people:4}  {one.name}{state}")
