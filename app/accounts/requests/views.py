"""Asking for access, and the requests a referent decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request, url_for
from flask_login import current_user

from app.accounts.language import takes_language
from app.accounts.queries import normal_email
from app.accounts.requests.desk import Desk
from app.accounts.requests.forms import RequestForm
from app.accounts.requests.operations import (
    ADDRESS_REQUESTS,
    NETWORK_REQUESTS,
    ask_for_access,
    confirm_request,
)
from app.accounts.requests.queries import request_of_secret, waiting_number
from app.accounts.sso.proofs import forget_stranger, noted_stranger
from app.core.access import anyone, person, signed_in
from app.core.db import transaction
from app.core.errors import NotFoundError
from app.core.i18n import gettext as _
from app.core.navigation import Tab
from app.core.sessions import network_of
from app.core.slots import fill

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("access_requests", __name__)
DESK = Desk("access_requests", "layouts/account.html")
SECRET_HEADERS = {"Referrer-Policy": "no-referrer"}


@blueprint.route("/demande-acces", methods=["GET", "POST"])
@anyone
def ask_page() -> ResponseReturnValue:
    """Ask for an account; the answer is the same for known and unknown addresses."""
    form = RequestForm(data=noted_stranger())
    if form.validate_on_submit():
        email, network = normal_email(form.email.data or ""), network_of(request.remote_addr)
        NETWORK_REQUESTS.check(network)
        ADDRESS_REQUESTS.take(email)
        NETWORK_REQUESTS.count(network)
        with transaction():
            ask_for_access(form.asked())
        forget_stranger()
        return render_template("requests/sent.html", email=email)
    return render_template("requests/ask.html", form=form), 422 if form.is_submitted() else 200


@blueprint.route("/demande-acces/<secret>", methods=["GET", "POST"])
@anyone
@takes_language
def confirm_page(secret: str) -> ResponseReturnValue:
    """Confirm one's address through a mailed link. Opening the page confirms nothing: a mail scanner opens it too."""
    asked = request_of_secret(secret)
    if asked is not None and request.method == "POST":
        try:
            with transaction():
                confirm_request(secret)
        except NotFoundError:
            asked = None
        else:
            return render_template("requests/confirmed.html"), 200, SECRET_HEADERS
    if asked is None:
        return render_template("requests/over.html"), 404, SECRET_HEADERS
    return render_template("requests/confirm.html", asked=asked), 200, SECRET_HEADERS


@fill("account.tabs", order=60)
def requests_tab() -> Tab | None:
    """Return the tab of the requests a referent decides, for referents only."""
    if not is_referent():
        return None
    url = url_for("access_requests.list_page")
    return Tab(url, _("Demandes d'accès"), waiting_number(person()), active=request.path.startswith(url))


def is_referent() -> bool:
    """Tell whether the signed-in person speaks for an organisation."""
    return bool(current_user.is_referent and current_user.is_member and current_user.organisation_id)


def _referents_only() -> None:
    """Raise NotFoundError for everybody else: these pages are of no use to them."""
    if not is_referent():
        raise NotFoundError


@blueprint.get("/moi/demandes")
@signed_in
def list_page() -> ResponseReturnValue:
    """Show the requests coming from one's own organisation."""
    _referents_only()
    return DESK.list_page()


@blueprint.route("/moi/demandes/<string(length=10):public_id>", methods=["GET", "POST"])
@signed_in
def request_page(public_id: str) -> ResponseReturnValue:
    """Show a request from one's own organisation; accept it."""
    _referents_only()
    return DESK.request_page(public_id)


@blueprint.route("/moi/demandes/<string(length=10):public_id>/refuser", methods=["GET", "POST"])
@signed_in
def refuse_page(public_id: str) -> ResponseReturnValue:
    """Refuse a request from one's own organisation, with a reason."""
    _referents_only()
    return DESK.refuse_page(public_id)


@blueprint.post("/moi/demandes/<string(length=10):public_id>/annuler")
@signed_in
def take_back(public_id: str) -> ResponseReturnValue:
    """Take a decision back while it has no effect."""
    _referents_only()
    return DESK.take_back(public_id)
