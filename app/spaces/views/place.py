"""The place that the files of a space take: shown to those who run it, limited by administrators."""

from __future__ import annotations

from typing import Any

from flask import render_template
from markupsafe import Markup

from app.core.access import person
from app.core.i18n import format_size
from app.core.slots import fill
from app.spaces.models import Space
from app.spaces.permissions import can_run_space
from app.spaces.quotas import UNLIMITED, is_nearly_full, quota_of, stored_in


@fill("space.aside", order=80)
def place_panel(space: Space) -> Markup | None:
    """Return the panel of the place that files take, for those who run the space."""
    if not can_run_space(person(), space):
        return None
    return panel_of(space)


def panel_of(space: Space, **more: Any) -> Markup:
    """Return the panel; on the settings (``of_settings``) explained, with the limit for administrators to change."""
    return Markup(render_template("spaces/place.html", **_place_of(space) | more))  # noqa: S704 - our own template


def _place_of(space: Space) -> dict[str, Any]:
    """Return what ``spaces/place.html`` always takes: the place used and the limit, in bytes; who may change it."""
    quota, used = quota_of(space), stored_in(space)
    own = "" if space.quota is None else format_size(space.quota)
    return {
        "space": space,
        "used": used,
        "quota": quota,
        "nearly_full": is_nearly_full(used, quota),
        "may_limit": person().is_admin,
        "own": own if space.quota != UNLIMITED else "",
        "is_unlimited": space.quota == UNLIMITED,
    }
