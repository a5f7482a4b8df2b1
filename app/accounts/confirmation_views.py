"""Where a person proves again who they are: by password, or by a mailed link for who has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Blueprint, flash, redirect, render_template, request, session, url_for

from app.accounts.confirming import NEXT_FIELD, confirm_or_ask, is_confirmed, note_confirmation
from app.accounts.language import takes_language
from app.accounts.operations import CONFIRMATION, use_link
from app.accounts.queries import valid_link
from app.core.access import before_anything_else, person, signed_in
from app.core.db import transaction
from app.core.errors import NotFoundError
from app.core.i18n import gettext as _
from app.core.navigation import safe_next
from app.core.sessions import ServerSession

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("confirmation", __name__)
NO_REFERRER = {"Referrer-Policy": "no-referrer"}


def _onward() -> ResponseReturnValue:
    return redirect(safe_next(request.form.get(NEXT_FIELD, request.args.get("next"))) or url_for("home.home_page"))


@blueprint.route("/confirmation", methods=["GET", "POST"])
@signed_in
@before_anything_else
def confirmation_page() -> ResponseReturnValue:
    """Ask for the password, then go on to the page that wanted it."""
    if is_confirmed():
        return _onward()
    action = url_for("confirmation.confirmation_page")
    target = safe_next(request.form.get(NEXT_FIELD, request.args.get("next")))
    return confirm_or_ask(action, target, [], 200 if request.method == "GET" else 422) or _onward()


@blueprint.route("/confirmation/<secret>", methods=["GET", "POST"])
@signed_in
@before_anything_else
@takes_language
def confirmation_link_page(secret: str) -> ResponseReturnValue:
    """Confirm by the link that was mailed; it counts for the person it was made for, and opening it uses nothing up."""
    link = valid_link(CONFIRMATION, secret)
    if link is None or link.user_id != person().id:
        return render_template("accounts/confirmation_over.html"), 404, NO_REFERRER
    if request.method == "GET":
        return render_template("accounts/confirmation_link.html", target=request.args.get("next")), 200, NO_REFERRER
    try:
        with transaction():
            use_link(CONFIRMATION, secret)
    except NotFoundError:
        return render_template("accounts/confirmation_over.html"), 404, NO_REFERRER
    cast("ServerSession", session).renew()
    note_confirmation()
    flash(_("C'est confirmé. Vous pouvez continuer."))
    return _onward()
