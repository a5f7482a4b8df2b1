"""Where both addresses confirm a change of address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request
from sqlalchemy.exc import IntegrityError

from app.accounts.email_change import Progress, change_by_secret, confirm_change
from app.accounts.language import takes_language
from app.core.access import anyone
from app.core.db import transaction
from app.core.errors import NotFoundError

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("email_change", __name__)
NO_REFERRER = {"Referrer-Policy": "no-referrer"}


@blueprint.route("/adresse/<secret>", methods=["GET", "POST"])
@anyone
@takes_language
def confirm_page(secret: str) -> ResponseReturnValue:
    """Confirm by a mailed link, signed in or not; opening the page confirms nothing."""
    change = change_by_secret(secret)
    if change is None:
        return render_template("accounts/email_change_over.html"), 404, NO_REFERRER
    old, new = change.user.email, change.new_email
    progress = None
    if request.method == "POST":
        try:
            with transaction():
                progress = confirm_change(secret)
        except NotFoundError:
            return render_template("accounts/email_change_over.html"), 404, NO_REFERRER
        except IntegrityError:  # somebody has just taken the address
            progress = Progress.IMPOSSIBLE
    page = render_template("accounts/email_change.html", old=old, new=new, progress=progress)
    return page, 409 if progress == Progress.IMPOSSIBLE else 200, NO_REFERRER
