"""Who must sign in in two steps and cannot yet is led to set it up before anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, url_for

from app.accounts.queries import has_second_factor, may_do_without_factor
from app.core.access import is_page_for_later, person

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def lead_to_set_up() -> ResponseReturnValue | None:
    """Send to the set-up page who must have a second factor and has none; run before each request, after the guard."""
    if is_page_for_later() and not has_second_factor(person()) and not may_do_without_factor(person()):
        return redirect(url_for("factor.factor_page"))
    return None
