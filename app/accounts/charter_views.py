"""The page on which a person accepts the charter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from app.accounts.charter import accept_charter, charter_numbered, has_accepted_charter, last_charter_number
from app.core.access import before_anything_else, person, signed_in
from app.core.db import transaction
from app.core.errors import DomainError
from app.core.forms import number_in
from app.core.i18n import gettext as _
from app.core.navigation import safe_next

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("charter", __name__)


@blueprint.route("/charte/accepter", methods=["GET", "POST"])
@signed_in
@before_anything_else
def accept_page() -> ResponseReturnValue:
    """Show the charter in force and ask the person to accept it, once a version."""
    target = safe_next(request.values.get("next")) or url_for("home.home_page")
    refusal = None
    if request.method == "POST":
        try:
            with transaction():
                accept_charter(person(), number_in(request.form.get("n")) or 0)
        except DomainError as error:
            refusal = error.message
    if has_accepted_charter(person()):
        if request.method == "POST":
            flash(_("Merci. La charte reste à votre disposition au bas de chaque page."))
        return redirect(target)
    version = charter_numbered(last_charter_number())
    page = render_template("accounts/accept_charter.html", version=version, target=target, refusal=refusal)
    return page, 422 if refusal else 200
