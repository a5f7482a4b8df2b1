"""The security of one's account: password, mail address, second factor, identities elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from flask import Blueprint, flash, make_response, redirect, render_template, request, session, url_for

from app.accounts.confirming import confirmed
from app.accounts.devices import remember_device
from app.accounts.email_change import CHANGE_ATTEMPTS, ask_change, change_of, forget_change
from app.accounts.factors import codes_left
from app.accounts.forms import NewEmailForm, NewPasswordForm
from app.accounts.operations import change_password
from app.accounts.passwords import hash_password
from app.accounts.queries import has_second_factor, may_do_without_factor
from app.accounts.sso.operations import identities_of
from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.i18n import gettext as _
from app.core.navigation import Tab
from app.core.slots import fill

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from app.core.sessions import ServerSession

blueprint = Blueprint("security", __name__, url_prefix="/moi/securite")


@fill("account.tabs", order=30)
def security_tab() -> Tab:
    """Return the tab of the security of one's account."""
    url = url_for("security.security_page")
    return Tab(url, _("Sécurité"), active=request.path.startswith(url))


@blueprint.get("")
@signed_in
def security_page() -> ResponseReturnValue:
    """Show how the account is protected, and what may be changed."""
    me = person()
    return render_template(
        "accounts/security.html",
        me=me,
        change=change_of(me),
        on=has_second_factor(me),
        needed=not may_do_without_factor(me),
        left=codes_left(me),
        identities=identities_of(me),
    )


@blueprint.route("/mot-de-passe", methods=["GET", "POST"])
@signed_in
@confirmed
def password_page() -> ResponseReturnValue:
    """Change one's password; the other sessions end."""
    me = person()
    form = NewPasswordForm(me.name, me.email)
    if form.validate_on_submit():
        hashed_password = hash_password(form.password.data or "")
        with transaction():
            change_password(me, hashed_password, but=cast("ServerSession", session).stored_id)
        flash(_("Votre mot de passe est changé. Vos autres sessions ont pris fin."))
        answer: Any = make_response(redirect(url_for("security.security_page")))
        remember_device(answer, me)
        return cast("ResponseReturnValue", answer)
    return _typed("accounts/change_password.html", form)


@blueprint.route("/adresse", methods=["GET", "POST"])
@signed_in
@confirmed
def email_page() -> ResponseReturnValue:
    """Ask for another mail address: nothing changes until both addresses have confirmed."""
    me = person()
    form = NewEmailForm(me.email)
    if form.validate_on_submit():
        CHANGE_ATTEMPTS.take(str(me.id))
        with transaction():
            ask_change(me, form.email.data or "")
        return redirect(url_for("security.security_page"))
    return _typed("accounts/change_email.html", form)


@blueprint.post("/adresse/annuler")
@signed_in
def cancel_email_change() -> ResponseReturnValue:
    """Keep the present address."""
    with transaction():
        forget_change(person())
    flash(_("Votre adresse reste la même."))
    return redirect(url_for("security.security_page"))


def _typed(template: str, form: Any) -> ResponseReturnValue:
    return render_template(template, form=form, me=person()), 422 if form.is_submitted() else 200
