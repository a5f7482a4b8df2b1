"""The pages on which a person takes a copy of their data away, or has their account erased."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_login import logout_user

from app.accounts.charter import without_charter
from app.accounts.confirming import confirmed
from app.accounts.models import User
from app.accounts.rights.erasing import erase, obstacles_to_erasing
from app.accounts.rights.exporting import ask_for_copy, copies_of, copy_for
from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.downloads import zip_answer
from app.core.errors import DomainError
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.mail import send
from app.core.navigation import Tab
from app.core.sessions import ServerSession
from app.core.slots import fill
from app.core.storage import storage

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("rights", __name__)


@fill("account.tabs", order=90)
def data_tab() -> Tab:
    """Return the tab of one's data."""
    url = url_for("rights.data_page")
    return Tab(url, _("Mes données"), active=request.path.startswith(url))


@blueprint.get("/moi/donnees")
@without_charter
@signed_in
def data_page() -> ResponseReturnValue:
    """Show the copies made of one's data, and the ways to ask for one or to leave for good."""
    return render_template("accounts/data.html", copies=copies_of(person()))


@blueprint.post("/moi/donnees/copie")
@signed_in
@confirmed
def ask_view() -> ResponseReturnValue:
    """Have a copy of one's data made."""
    with transaction():
        ask_for_copy(person())
    flash(_("Votre copie se prépare. Un courriel vous dira quand elle est prête."))
    return redirect(url_for("rights.data_page"))


@blueprint.get("/moi/donnees/<public_id>.zip")
@without_charter
@signed_in
@confirmed
def fetch_view(public_id: str) -> ResponseReturnValue:
    """Give a person their own copy."""
    copy = copy_for(person(), public_id)
    return zip_answer(f"beffroi-{copy.created_at:%Y-%m-%d}.zip", storage().path(copy.sha256 or ""))


@blueprint.route("/moi/donnees/effacer", methods=["GET", "POST"])
@without_charter
@signed_in
@confirmed
def erase_page() -> ResponseReturnValue:
    """Say what erasing means, then erase the account; the person is out at once."""
    me = cast("User", person())
    obstacles = obstacles_to_erasing(me)
    refusal = None
    if request.method == "POST" and not obstacles:
        if request.form.get("understood") == "y":
            return _erased(me, withdraw=request.form.get("withdraw") == "y")
        refusal = _("Cochez la case pour confirmer : l'effacement ne se défait pas.")
    page = render_template("accounts/erase.html", obstacles=obstacles, refusal=refusal)
    return page, 422 if request.method == "POST" else 200


def _erased(me: User, *, withdraw: bool) -> ResponseReturnValue:
    try:
        with transaction():
            email, language = me.email, me.language
            erase(me, withdraw=withdraw)
            send(email, _l("Votre compte est effacé"), "erased", language=language, withdraw=withdraw)
    except DomainError as error:
        return render_template("accounts/erase.html", obstacles=[error.message], refusal=None), 409
    logout_user()
    session.clear()
    cast("ServerSession", session).renew()
    flash(_("Votre compte est effacé. Merci pour ce que vous avez apporté au réseau."))
    return redirect(url_for("accounts.sign_in_page"))
