"""Under the bar of every page: where an administrator is inside for a time, why, and the way out."""

from __future__ import annotations

from flask import get_template_attribute
from markupsafe import Markup

from app.core.access import person
from app.core.slots import fill
from app.spaces.entering import stays_of


@fill("page.notices", order=10)
def entry_banner() -> Markup | None:
    """Return the banner of an administrator inside spaces not theirs; one line a space."""
    stays = stays_of(person())
    if not stays:
        return None
    return Markup(get_template_attribute("spaces/entering.html", "entry_banner")(stays))  # noqa: S704 - a template's own
