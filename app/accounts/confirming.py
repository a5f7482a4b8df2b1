"""The password asked again before a sensitive act, at most once in a quarter of an hour."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask import flash, redirect, render_template, request, session, url_for

from app.accounts.factors import confirm_by_code
from app.accounts.forms import ConfirmationForm
from app.accounts.operations import CONFIRMATION_LIFE, confirm_by_password, mail_confirmation_link
from app.accounts.queries import has_second_factor
from app.core.access import person
from app.core.clock import now
from app.core.db import transaction
from app.core.drafts import keep_draft
from app.core.drafts_views import typed_fields
from app.core.errors import TooManyError, error_page, wants_json
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.navigation import here, page_of_form, safe_next
from app.core.sessions import SAFE_METHODS, ServerSession, network_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

CONFIRMED_KEY = "confirmed_at"
CONFIRMED_FOR = timedelta(minutes=15)
NEXT_FIELD = "confirmation_next"
ANSWERS = frozenset({"csrf_token", NEXT_FIELD, "confirmation_password", "confirmation_code", "confirmation_link"})
ASKED_AGAIN = _l("Confirmez que c'est vous, puis recommencez : votre texte est intact.")

View = TypeVar("View", bound=Callable[..., Any])


def confirmed(view: View) -> View:
    """Let only who has proved within 15 minutes who they are reach a view; write it below the declaration of access.

    A page is asked for again after the confirmation. A form that was being sent is sent on with the password, so that
    nothing typed is lost; files and passwords are never carried: such a form is kept as a draft and shown again.
    """

    @wraps(view)
    def confirmed_view(*args: Any, **kwargs: Any) -> Any:
        asked = _ask_first()
        return view(*args, **kwargs) if asked is None else asked

    return cast("View", confirmed_view)


def confirmed_to_download(view: View) -> View:
    """As ``confirmed``, for a form that is answered with a file: the person comes back to its page and sends it again.

    Sent on with the password, it would leave them on the confirmation, whose button has served, beside a file.
    """

    @wraps(view)
    def confirmed_view(*args: Any, **kwargs: Any) -> Any:
        if is_confirmed():
            return view(*args, **kwargs)
        flash(_("Une fois que c'est confirmé, demandez le fichier de nouveau."))
        return redirect(url_for("confirmation.confirmation_page", next=page_of_form()))

    return cast("View", confirmed_view)


def is_confirmed() -> bool:
    """Tell whether the person of this session has proved who they are within the last 15 minutes."""
    moment = session.get(CONFIRMED_KEY)
    return isinstance(moment, float) and timedelta(0) <= _since(moment) < CONFIRMED_FOR


def _since(moment: float) -> timedelta:
    return timedelta(seconds=now().timestamp() - moment)


def note_confirmation() -> None:
    """Remember in the session that the person has just proved who they are."""
    session[CONFIRMED_KEY] = now().timestamp()


def _ask_first() -> ResponseReturnValue | None:
    if is_confirmed():
        return None
    if request.method in SAFE_METHODS:
        return redirect(url_for("confirmation.confirmation_page", next=here()))
    if wants_json():
        return error_page(401, ASKED_AGAIN)
    if request.files or any("password" in name for name in request.form if name not in ANSWERS):
        with transaction():
            keep_draft(person(), request.path, typed_fields())
        return confirmation_form(url_for("confirmation.confirmation_page"), page_of_form(), []), 401
    carried = [(name, text) for name, text in request.form.items(multi=True) if name not in ANSWERS]
    return confirm_or_ask(here(), safe_next(request.form.get(NEXT_FIELD)) or page_of_form(), carried, 401)


def confirm_or_ask(
    action: str, target: str | None, carried: list[tuple[str, str]], status: int
) -> ResponseReturnValue | None:
    """Read the answer to the confirmation page; return None once the person has proved who they are, else a page.

    ``action`` is where that page posts to, with the ``carried`` fields; ``target`` the page to come back to.
    """
    form = ConfirmationForm()
    me, refusal = person(), None
    try:
        if "confirmation_link" in request.form and me.password_hash is None:
            return _mail_link(carried, target)
        if {"confirmation_password", "confirmation_code"} & set(request.form):
            refusal = _refusal(form)
            if refusal is None:
                cast("ServerSession", session).renew()
                note_confirmation()
                return None
            status = 422
    except TooManyError as error:
        headers = {"Retry-After": str(error.retry_after)}
        return confirmation_form(action, target, carried, error.message), error.status, headers
    return confirmation_form(action, target, carried, refusal), status


def _refusal(form: ConfirmationForm) -> str | None:
    """Return what is wrong with the answer, None when it is right. Raises TooManyError."""
    me, password, code = person(), form.confirmation_password.data, form.confirmation_code.data
    if me.password_hash is None:
        if not code:
            return _("Saisissez le code.")
        return None if has_second_factor(me) and confirm_by_code(me, code) else _("Ce code n'est pas reconnu.")
    if not password:
        return _("Indiquez votre mot de passe.")
    right = confirm_by_password(me, password, network_of(request.remote_addr))
    return None if right else _("Ce n'est pas votre mot de passe.")


def confirmation_form(action: str, target: str | None, carried: list[tuple[str, str]], refusal: Any = None) -> str:
    """Return the page that asks for the password, or for a code or a link from who has none."""
    return render_template(
        "accounts/confirmation.html",
        form=ConfirmationForm(formdata=None),
        action=action,
        target=target,
        carried=carried,
        refusal=refusal,
        by_code=has_second_factor(person()),
        minutes=int(CONFIRMED_FOR.total_seconds()) // 60,
    )


def _mail_link(carried: list[tuple[str, str]], target: str | None) -> ResponseReturnValue:
    me = person()
    mail_confirmation_link(me, target)
    if carried:
        with transaction():
            keep_draft(me, request.path, dict(carried))
    minutes = int(CONFIRMATION_LIFE.total_seconds()) // 60
    return render_template("accounts/confirmation_sent.html", email=me.email, minutes=minutes)
