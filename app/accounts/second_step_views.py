"""The second step of the sign-in: a code of the app, or a recovery code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, session, url_for

from app.accounts.entering import WAITING_KEY, awaited, enter
from app.accounts.factors import accept_code
from app.accounts.forms import CodeForm
from app.core.access import anyone
from app.core.errors import TooManyError
from app.core.i18n import gettext as _

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("second_step", __name__)


@blueprint.route("/connexion/code", methods=["GET", "POST"])
@anyone
def code_page() -> ResponseReturnValue:
    """Ask for the code, then sign in; without a first proof of less than ten minutes, back to the beginning."""
    found = awaited()
    if found is None:
        if session.pop(WAITING_KEY, None):
            flash(_("Le délai est passé. Recommencez la connexion."), "warning")
        return redirect(url_for("accounts.sign_in_page"))
    user, waiting = found
    form = CodeForm()
    if form.validate_on_submit():
        try:
            if accept_code(user, form.code.data or ""):
                return enter(user, waiting["next"], waiting["kept"], waiting["way"], waiting["more"])
        except TooManyError as error:
            return _code_form(form, error.message), error.status, {"Retry-After": str(error.retry_after)}
        return _code_form(
            form, _("Ce code n'est pas reconnu. Attendez le prochain, ou prenez un code de secours.")
        ), 422
    return _code_form(form), 422 if form.is_submitted() else 200


def _code_form(form: CodeForm, refusal: Any = None) -> str:
    return render_template("accounts/code.html", form=form, refusal=refusal)
