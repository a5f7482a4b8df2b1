"""Signing in by a mailed link, for who has no password or cannot remember it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request, session

from app.accounts.entering import KEPT_FIELD, LINK, begin
from app.accounts.forms import ResetForm
from app.accounts.language import takes_language
from app.accounts.operations import (
    LINK_ATTEMPTS,
    LINK_NETWORK_ATTEMPTS,
    SIGN_IN,
    SIGN_IN_LIFE,
    use_link,
)
from app.accounts.queries import normal_email, valid_link
from app.core.access import anyone
from app.core.db import transaction
from app.core.errors import NotFoundError
from app.core.jobs import URGENT, enqueue
from app.core.navigation import safe_next
from app.core.sessions import network_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("links", __name__)
KEPT_KEY = "kept_for_link"
MINUTES = int(SIGN_IN_LIFE.total_seconds()) // 60
NO_REFERRER = {"Referrer-Policy": "no-referrer"}


@blueprint.route("/connexion/lien", methods=["GET", "POST"])
@anyone
def ask_link_page() -> ResponseReturnValue:
    """Ask for a link; the answer is the same for known and unknown addresses.

    The text of a form whose session had ended waits in the session of this browser, where the link is to be opened.
    """
    target, kept = safe_next(request.values.get("next")), request.form.get(KEPT_FIELD, "")
    form = ResetForm()
    if form.validate_on_submit():
        email, network = normal_email(form.email.data or ""), network_of(request.remote_addr)
        LINK_NETWORK_ATTEMPTS.check(network)
        LINK_ATTEMPTS.take(email)
        LINK_NETWORK_ATTEMPTS.count(network)
        with transaction():
            enqueue("accounts.mail_sign_in_link", {"email": email, "next": target}, priority=URGENT)
        if kept:
            session[KEPT_KEY] = kept
        return render_template("accounts/sign_in_link_sent.html", email=email, minutes=MINUTES)
    page = render_template("accounts/sign_in_link_ask.html", form=form, target=target, kept=kept)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/connexion/lien/<secret>", methods=["GET", "POST"])
@anyone
@takes_language
def link_page(secret: str) -> ResponseReturnValue:
    """Sign in through a mailed link. Opening the page does not use the link up."""
    link = valid_link(SIGN_IN, secret)
    if link is None:
        return render_template("accounts/sign_in_link_over.html", minutes=MINUTES), 404, NO_REFERRER
    if request.method == "GET":
        return render_template("accounts/sign_in_link.html", user=link.user), 200, NO_REFERRER
    try:
        with transaction():
            user = use_link(SIGN_IN, secret)
    except NotFoundError:
        return render_template("accounts/sign_in_link_over.html", minutes=MINUTES), 404, NO_REFERRER
    return begin(user, safe_next(request.args.get("next")), session.get(KEPT_KEY, ""), LINK)
