"""Signing in and out, choosing a new password, choosing the language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from flask import (
    Blueprint,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import current_user, logout_user

from app.accounts.devices import is_known_device
from app.accounts.entering import ENDING_KEY, KEPT_FIELD, PASSWORD, begin, text_being_sent
from app.accounts.forms import NewPasswordForm, ResetForm, SignInForm
from app.accounts.language import keep_language, takes_language
from app.accounts.operations import RESET, RESET_ATTEMPTS, authenticate, choose_password
from app.accounts.passwords import hash_password
from app.accounts.queries import normal_email, valid_link
from app.core.access import anyone, before_anything_else, person, signed_in
from app.core.audit import record
from app.core.db import transaction
from app.core.errors import NotFoundError, TooManyError, error_page, wants_json
from app.core.i18n import gettext as _
from app.core.jobs import URGENT, enqueue
from app.core.navigation import here, page_of_form, safe_next
from app.core.sessions import ServerSession, network_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("accounts", __name__)


@blueprint.route("/connexion", methods=["GET", "POST"])
@anyone
def sign_in_page() -> ResponseReturnValue:
    """Show the sign-in form, or sign in."""
    target = safe_next(request.values.get("next"))
    if current_user.is_authenticated and request.method == "GET":
        return redirect(target or url_for("home.home_page"))
    form = SignInForm()
    refusal = None
    if form.validate_on_submit():
        try:
            user = authenticate(
                form.email.data or "",
                form.password.data or "",
                network_of(request.remote_addr),
                from_known_device=is_known_device(form.email.data),
            )
        except TooManyError as error:
            return _sign_in_form(form, target, error.message, error.status, retry_after=error.retry_after)
        if user is not None:
            return begin(user, target, request.form.get(KEPT_FIELD, ""), PASSWORD)
        refusal = _("Adresse ou mot de passe non reconnus. Vous pouvez recevoir un lien de connexion.")
    return _sign_in_form(form, target, refusal, 422 if form.is_submitted() else 200)


def _sign_in_form(
    form: SignInForm, target: str | None, refusal: Any, status: int, *, retry_after: int = 0
) -> ResponseReturnValue:
    page = render_template(
        "accounts/sign_in.html",
        form=form,
        target=target,
        refusal=refusal,
        kept=request.form.get(KEPT_FIELD, ""),
    )
    return page, status, {"Retry-After": str(retry_after)} if retry_after else {}


def session_over() -> ResponseReturnValue:
    """Answer a request that needs a person when nobody is signed in: nothing typed is lost.

    A page sends to the sign-in form and back. A form that was being sent is kept in the sign-in page itself.
    """
    if wants_json():
        return error_page(401, _("Votre session a pris fin. Identifiez-vous pour publier ; votre texte est intact."))
    if request.method in {"GET", "HEAD"}:
        target = here()
        return redirect(url_for("accounts.sign_in_page", next=target if target != "/" else None))
    if request.endpoint == "accounts.sign_out":
        return redirect(url_for("accounts.sign_in_page"))
    page = render_template(
        "accounts/sign_in.html",
        form=SignInForm(formdata=None),
        target=page_of_form(),
        refusal=None,
        kept=text_being_sent(),
    )
    return page, 401


@blueprint.post("/deconnexion")
@signed_in
@before_anything_else
def sign_out() -> ResponseReturnValue:
    """End this session, on the server too."""
    with transaction():
        record("user.signed_out", person(), person())
    logout_user()
    elsewhere = session.get(ENDING_KEY)
    session.clear()
    cast("ServerSession", session).renew()
    if elsewhere:
        session[ENDING_KEY] = elsewhere
        return redirect(url_for("sso.leave"))
    flash(_("Vous avez quitté le réseau sur cet appareil."))
    return redirect(url_for("accounts.sign_in_page"))


@blueprint.route("/mot-de-passe", methods=["GET", "POST"])
@anyone
def reset_page() -> ResponseReturnValue:
    """Ask for a link to choose a new password; the answer is the same for known and unknown addresses."""
    form = ResetForm()
    if form.validate_on_submit():
        email, network = normal_email(form.email.data or ""), network_of(request.remote_addr)
        RESET_ATTEMPTS.take(email, network)
        with transaction():
            enqueue("accounts.mail_reset", {"email": email}, priority=URGENT)
        return render_template("accounts/reset_sent.html", email=email)
    return render_template("accounts/reset.html", form=form), 422 if form.is_submitted() else 200


@blueprint.route("/mot-de-passe/<secret>", methods=["GET", "POST"])
@anyone
@takes_language
def choose_password_page(secret: str) -> ResponseReturnValue:
    """Choose a new password through a mailed link. Opening the page does not use the link up."""
    link = valid_link(RESET, secret)
    if link is None:
        return render_template("accounts/link_over.html"), 404, {"Referrer-Policy": "no-referrer"}
    form = NewPasswordForm(link.user.name, link.user.email)
    if form.validate_on_submit():
        hashed_password = hash_password(form.password.data or "")
        try:
            with transaction():
                choose_password(secret, hashed_password)
        except NotFoundError:
            return render_template("accounts/link_over.html"), 404, {"Referrer-Policy": "no-referrer"}
        flash(_("Votre nouveau mot de passe est enregistré. Identifiez-vous."))
        return redirect(url_for("accounts.sign_in_page"))
    status = 422 if form.is_submitted() else 200
    return (
        render_template("accounts/new_password.html", form=form),
        status,
        {"Referrer-Policy": "no-referrer"},
    )


@blueprint.post("/langue")
@anyone
def choose_language_view() -> ResponseReturnValue:
    """Change the language of the pages, for this session and, when signed in, for the account."""
    keep_language(request.form.get("lang"))
    return redirect(safe_next(request.form.get("next")) or url_for("home.home_page"))
