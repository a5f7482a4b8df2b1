"""The place that the files of a space take: shown to those who run it, limited by administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for
from markupsafe import Markup

from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.errors import DomainError
from app.core.i18n import format_size
from app.core.i18n import gettext as _
from app.core.slots import fill
from app.spaces.models import Space
from app.spaces.permissions import can_run_space
from app.spaces.quotas import UNLIMITED, is_nearly_full, quota_of, set_quota, size_in, stored_in
from app.spaces.views.doors import blueprint

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

WITHOUT = "illimite"


@fill("space.aside", order=80)
def place_panel(space: Space) -> Markup | None:
    """Return the panel of the place that files take, for those who run the space."""
    if not can_run_space(person(), space):
        return None
    return Markup(render_template("spaces/place.html", **place_of(space)))  # noqa: S704 - our own template


def place_of(space: Space) -> dict[str, Any]:
    """Return what ``spaces/place.html`` takes: the place used and the limit, in bytes; who may change it."""
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


@blueprint.post("/reglages/place")
@signed_in
def quota_view(space: Space) -> ResponseReturnValue:
    """Give the space a limit of its own, none at all, or the site's again: for administrators."""
    me, typed = person(), request.form.get("quota", "").strip()
    can_run_space.require(me, space)
    back = redirect(url_for("spaces.settings_page", slug=space.slug) + "#place")
    try:
        with transaction():
            set_quota(space, UNLIMITED if WITHOUT in request.form else size_in(typed or "default"), by=me)
    except DomainError as error:
        if type(error) is not DomainError:
            raise
        flash(str(error.message), "error")
        return back
    flash(_("La place de l'espace est changée."))
    return back
