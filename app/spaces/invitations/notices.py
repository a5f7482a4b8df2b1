"""Under the bar: what a guest whose access ends soon should know, where they arrive and in the space itself."""

from __future__ import annotations

from flask import get_template_attribute, request
from markupsafe import Markup

from app.core.access import person
from app.core.slots import fill
from app.spaces.invitations.warnings import is_time_to_warn
from app.spaces.permissions import memberships_of

SHOWN_ON = {"home.home_page", "spaces.space_page"}


@fill("page.notices", order=20)
def ending_banner() -> Markup | None:
    """Return a line for each access of a guest that ends within a week, with whom to ask for more."""
    if request.endpoint not in SHOWN_ON or not person().is_guest:
        return None
    ending = [place for place in memberships_of(person()).values() if is_time_to_warn(place)]
    if not ending:
        return None
    return Markup(get_template_attribute("invitations/ending.html", "ending_banner")(ending))  # noqa: S704 - a template's own
