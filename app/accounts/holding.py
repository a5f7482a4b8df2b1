"""Who must sign in in two steps and cannot yet is led to set it up before anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, request, url_for

from app.accounts.queries import has_second_factor, may_do_without_factor
from app.core.access import is_for_later, person
from app.core.db import transaction
from app.core.drafts_views import typed_fields
from app.core.errors import error_page, wants_json
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.navigation import page_of_form
from app.core.resuming import keep_for_later
from app.core.sessions import SAFE_METHODS

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

SET_UP_FIRST = _l("Votre rôle demande la connexion en deux étapes. Mettez-la en place, puis recommencez.")


def lead_to_set_up() -> ResponseReturnValue | None:
    """Send to the set-up page who must have a second factor and has none; run before each request, after the guard.

    What they were sending does nothing yet: it is kept as a draft, and their page shows it again afterwards.
    """
    if not is_for_later() or has_second_factor(person()) or may_do_without_factor(person()):
        return None
    if wants_json():
        return error_page(403, SET_UP_FIRST)
    typed = typed_fields() if request.method not in SAFE_METHODS else {}
    if any(text.strip() for text in typed.values()):
        with transaction():
            keep_for_later(person(), page_of_form(), request.path, typed)
        flash(_("Votre saisie est gardée. Mettez d'abord en place la connexion en deux étapes."))
    return redirect(url_for("factor.factor_page"))
