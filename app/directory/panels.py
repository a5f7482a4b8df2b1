"""What the directory shows on pages that are not its own: the way to a person, their photo, the question asked once."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from markupsafe import Markup

from app.accounts.models import User
from app.core.access import anybody, person
from app.core.db import cache_of_transaction
from app.core.i18n import gettext as _
from app.core.navigation import NavigationEntry, Tab
from app.core.slots import fill
from app.directory.addresses import person_url, photo_url
from app.directory.photos import forget_small
from app.spaces.people import can_see_person, shows


@fill("person.page")
def page_of_person(other: Any) -> str | None:
    """Return the address of a person's page where the signed-in reader may open it; worked out once a transaction.

    The same few people write a whole page.
    """
    reader = anybody()
    if not isinstance(other, User) or reader is None:
        return None
    cache, key = cache_of_transaction(), f"page:{reader.id}:{other.id}"
    if key not in cache:
        cache[key] = person_url(other) if can_see_person(reader, other) else None
    page: str | None = cache[key]
    return page


@fill("person.photo")
def photo_of_person(other: Any, side: int) -> str | None:
    """Return the address of a person's photo where the signed-in reader may see it."""
    if not isinstance(other, User) or not other.photo_sha256:
        return None
    reader = anybody()
    return photo_url(other, side) if reader is not None and shows(reader, other, "photo") else None


@fill("navigation", order=50)
def navigation_entry() -> NavigationEntry | None:
    """Return the entry « Annuaire », for the members of the network."""
    url = url_for("directory.organisations_page")
    return NavigationEntry(url, _("Annuaire"), "directory", url) if person().is_member else None


@fill("person.erase")
def forget_photo(other: User, withdraw: bool) -> None:  # noqa: ARG001, FBT001 - the slot's own arguments
    """Forget the small size of the photo of somebody who leaves; the rest of a profile is emptied with the account."""
    if other.photo_sha256:
        forget_small(other.photo_sha256)


@fill("account.tabs", order=10)
def profile_tab() -> Tab:
    """Return the tab of one's profile."""
    url = url_for("directory.profile_page")
    return Tab(url, _("Profil"), active=request.path.startswith(url))


@fill("home.aside", order=10)
def directory_question() -> Markup | None:
    """Return the question whether one wants to be in the directory, until it has been answered."""
    if not person().is_member or person().directory_answered_at is not None:
        return None
    return Markup(render_template("directory/question.html"))  # noqa: S704 - our own template
