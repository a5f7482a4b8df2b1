"""Signing in and out, choosing a new password, choosing the language."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any, cast

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import current_user, login_user, logout_user
from itsdangerous import BadData, URLSafeSerializer

from app.accounts.confirming import note_confirmation
from app.accounts.forms import NewPasswordForm, ResetForm, SignInForm
from app.accounts.operations import RESET, RESET_ATTEMPTS, authenticate, choose_password
from app.accounts.passwords import hash_password
from app.accounts.queries import normal_email, user_by_email, valid_link
from app.core.access import anyone, person, signed_in
from app.core.audit import record
from app.core.db import transaction
from app.core.drafts import LARGEST_DRAFT, keep_draft
from app.core.errors import NotFoundError, TooManyError, error_page, wants_json
from app.core.i18n import LANGUAGE_KEY
from app.core.i18n import gettext as _
from app.core.jobs import URGENT, enqueue
from app.core.navigation import here, page_of_form, safe_next
from app.core.sessions import ServerSession, hashed, network_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from app.accounts.models import User

blueprint = Blueprint("accounts", __name__)
DEVICE_COOKIE = "beffroi_device"
ONE_YEAR = 365 * 24 * 3600
KEPT_FIELD = "kept"


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
                _known_device(form.email.data),
            )
        except TooManyError as error:
            return _sign_in_form(form, target, error.message, error.status, retry_after=error.retry_after)
        if user is not None:
            return _signed_in(user, target)
        refusal = _("Adresse ou mot de passe non reconnus. Vous pouvez choisir un nouveau mot de passe.")
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


def _signed_in(user: User, target: str | None) -> Response:
    language = session.get(LANGUAGE_KEY)
    kept = _kept_text(request.form.get(KEPT_FIELD, ""))
    session.clear()
    cast("ServerSession", session).renew()
    login_user(user)
    note_confirmation()
    if language:
        session[LANGUAGE_KEY] = language
    if kept:
        with transaction():
            keep_draft(user, kept["path"], kept["fields"])
        flash(_("Votre session reprend. Votre texte est intact : relisez-le, puis publiez."))
    answer = redirect(target or url_for("home.home_page"))
    _remember_device(answer, user)
    return cast("Response", answer)


def _devices() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="device")


def _known_device(email: str | None) -> str | None:
    """Return an id for a browser that has signed in to this very account before."""
    cookie = request.cookies.get(DEVICE_COOKIE, "")
    try:
        account, device, stamp = _devices().loads(cookie) if cookie.isascii() else ("", "", "")
    except (BadData, TypeError, ValueError):
        return None
    user = user_by_email(email or "")
    if user is None or account != hashed(user.email) or stamp != _password_stamp(user):
        return None
    return hashed(str(device))[:20]


def _password_stamp(user: User) -> str:
    """Return what changes with the password: a new one forgets every device."""
    return hashed(user.password_hash or "")[:16]


def _remember_device(answer: Any, user: User) -> None:
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    value = _devices().dumps([hashed(user.email), secrets.token_urlsafe(12), _password_stamp(user)])
    answer.set_cookie(
        DEVICE_COOKIE,
        value,
        max_age=ONE_YEAR,
        httponly=True,
        secure=secure,
        samesite="Lax",
        path="/connexion",
    )


def _kept_text(raw: str) -> dict[str, Any] | None:
    """Read the text that travelled through the sign-in page; anything odd is no text."""
    try:
        kept = json.loads(raw) if raw else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(kept, dict) or not safe_next(kept.get("path")) or not isinstance(kept.get("fields"), dict):
        return None
    fields = {str(name)[:60]: str(value) for name, value in kept["fields"].items()}
    return {"path": kept["path"], "fields": fields}


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
    typed = {
        name: value[:LARGEST_DRAFT]
        for name, value in request.form.items()
        if name != "csrf_token" and "password" not in name
    }
    kept = json.dumps({"path": request.path, "fields": typed}) if typed else ""
    page = render_template(
        "accounts/sign_in.html",
        form=SignInForm(formdata=None),
        target=page_of_form(),
        refusal=None,
        kept=kept,
    )
    return page, 401


@blueprint.post("/deconnexion")
@signed_in
def sign_out() -> ResponseReturnValue:
    """End this session, on the server too."""
    with transaction():
        record("user.signed_out", person(), person())
    logout_user()
    session.clear()
    cast("ServerSession", session).renew()
    flash(_("Vous avez quitté le réseau sur cet appareil."))
    return redirect(url_for("accounts.sign_in_page"))


@blueprint.route("/mot-de-passe", methods=["GET", "POST"])
@anyone
def reset_page() -> ResponseReturnValue:
    """Ask for a link to choose a new password; the answer is the same for known and unknown addresses."""
    form = ResetForm()
    if form.validate_on_submit():
        email, network = normal_email(form.email.data or ""), network_of(request.remote_addr)
        RESET_ATTEMPTS.check(email, network)
        RESET_ATTEMPTS.count(email, network)
        with transaction():
            enqueue("accounts.mail_reset", {"email": email}, priority=URGENT)
        return render_template("accounts/reset_sent.html", email=email)
    return render_template("accounts/reset.html", form=form), 422 if form.is_submitted() else 200


@blueprint.route("/mot-de-passe/<secret>", methods=["GET", "POST"])
@anyone
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
    language = request.form.get("lang", "")
    if language in current_app.config["LANGUAGES"]:
        session[LANGUAGE_KEY] = language
        if current_user.is_authenticated:
            with transaction():
                person().language = language
    return redirect(safe_next(request.form.get("next")) or url_for("home.home_page"))
