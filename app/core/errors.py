"""The small family of domain errors and the page each one becomes."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask_babel import force_locale
from flask_login import AnonymousUserMixin, current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.extensions import db

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

# What is said when nothing more precise is known, on the page and to our scripts: what happened, what is safe.
SENTENCES = {
    400: _l("L'adresse ou le formulaire envoyé n'est pas complet. Revenez à la page et recommencez."),
    401: _l("Votre session a pris fin. Identifiez-vous pour publier ; votre texte est intact."),
    403: _l("Cette page est réservée à d'autres membres du réseau."),
    404: _l("Cette page n'existe pas ou a été déplacée."),
    405: _l("Cette adresse reçoit un formulaire. Revenez à la page précédente."),
    409: _l(
        "La situation a changé depuis que vous avez ouvert la page. Votre texte est gardé ; revenez à la page pour "
        "voir où en sont les choses."
    ),
    413: _l("Un fichier dépasse la limite. Réduisez-le ou partagez un lien."),
    429: _l("Patientez quelques minutes, puis recommencez."),
    500: _l("Rien n'est perdu. Réessayez dans un instant ; si cela se répète, donnez-nous le numéro ci-dessous."),
    503: _l("Rien n'est perdu. Réessayez dans une minute."),
    507: _l(
        "Votre texte n'a pas pu être enregistré ; il est gardé sur cet appareil. L'équipe du réseau doit libérer de la "
        "place."
    ),
}
HOST_LANGUAGE = "en"
"""What the commands speak, whatever the language of the site."""

HOST_WORDS = {403: "this person may not do it", 404: "not found, or not to be known by this person"}
#: How many words a text has that one would not like to type again.
WORTH_KEEPING = 4
TO_CORRECT = {409, 413, 422, 429}
"""Statuses of a page that takes a form back to the person, with what to correct."""

DISK_WORDS = ("disk is full", "disk i/o error", "no space left")


class DomainError(Exception):
    """Something the rules of the house forbid now; ``message`` is a sentence for the person.

    ``template`` is a page of its own, where that of its status would not fit.
    """

    status = 409
    template = ""

    def __init__(self, message: Any = "") -> None:
        super().__init__(message)
        self.message = message


class NotFoundError(DomainError):
    """The thing does not exist, or this person must not learn that it does."""

    status = 404


class RefusedError(DomainError):
    """The person may know of the thing but not do this. ``space`` is the listed space one may ask to enter."""

    status = 403

    def __init__(self, message: Any = "", space: Any = None) -> None:
        super().__init__(message)
        self.space = space


class EditConflictError(DomainError):
    """Somebody else changed the thing since this person opened it."""


class TooLargeError(DomainError):
    """What was sent is over a limit."""

    status = 413


class TooManyError(DomainError):
    """Too many attempts; ``retry_after`` is in seconds."""

    status = 429

    def __init__(self, message: Any, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


def sentence_of(error: DomainError) -> str:
    """Return what a rule of the house says, for a page to show beside what was typed.

    Raises the error again when it is of another kind (not found, refused…): that has a page of its own.
    """
    if type(error) is not DomainError:
        raise error
    return str(error.message)


def said_to_host(error: DomainError) -> str:
    """Return what a command says of a refusal: its own sentence, or a few words for the errors that have none."""
    with force_locale(HOST_LANGUAGE):
        return str(error.message) or HOST_WORDS.get(error.status, type(error).__name__)


def wants_json() -> bool:
    """Tell whether the answer goes to a script of ours rather than to a page."""
    return request.headers.get("X-Requested-With") == "fetch"


def error_page(status: int, message: Any = "", **context: Any) -> Response:
    """Return the page of an error, or its JSON form for our scripts."""
    shown = status if status in SENTENCES else (400 if status < 500 else 500)  # noqa: PLR2004 - HTTP classes
    template = context.pop("template", "")
    if wants_json() or not template:  # a template of its own knows what to say
        message = message or SENTENCES[shown]
    if wants_json():
        return make_response(jsonify(error=str(message), status=status, request_id=g.get("request_id", "")), status)
    page = render_template(
        template or f"errors/{shown}.html",
        message=message,
        status=status,
        request_id=g.get("request_id", ""),
        **context,
    )
    return make_response(page, status)


def _domain_error(error: DomainError) -> ResponseReturnValue:
    db.session.rollback()
    context: dict[str, Any] = {"template": error.template, "typed": _texts_typed()}
    if isinstance(error, RefusedError) and error.space is not None:
        context |= {"template": "errors/refused_space.html", "space": error.space}
    answer = error_page(error.status, error.message, **context)
    if isinstance(error, TooManyError):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _texts_typed() -> list[str]:
    """Return the texts of the form that is refused: its page gives them back, there may be no form to return to."""
    if not getattr(current_user, "is_authenticated", False):
        return []
    return [
        text for name, text in request.form.items() if "password" not in name and len(text.split()) >= WORTH_KEEPING
    ]


def _form_expired(_error: CSRFError) -> ResponseReturnValue:
    return error_page(400, _l("Ce formulaire a expiré. Revenez à la page, rechargez-la et recommencez."))


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:  # noqa: PLR2004 - redirections are answers, not errors
        return error
    answer = error_page(error.code)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            answer.headers[name] = value
    return answer


def _database_unavailable(error: OperationalError) -> ResponseReturnValue:
    db.session.rollback()
    g._login_user = AnonymousUserMixin()  # noqa: SLF001 - the page must be drawn without asking the database who reads
    current_app.logger.error("database [%s]: %s", g.get("request_id", ""), error.orig)
    full = any(word in str(error.orig).lower() for word in DISK_WORDS)
    answer = error_page(507 if full else 503)
    answer.headers["Retry-After"] = "30"
    return answer


def _disk_full(error: OSError) -> ResponseReturnValue:
    if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
        return _unexpected(error)
    db.session.rollback()
    current_app.logger.error("disk full [%s]", g.get("request_id", ""))
    return error_page(507)


def _unexpected(error: Exception) -> ResponseReturnValue:
    db.session.rollback()
    current_app.logger.error("unexpected error [%s]", g.get("request_id", ""), exc_info=error)
    return error_page(500)


def _title_says_error(response: Response) -> Response:
    """Begin the title of a form that comes back with « Erreur : », the first words a screen reader says of a page.

    Rule of the GOV.UK Design System ("Error summary"), for WCAG 2.4.2.
    """
    if response.status_code in TO_CORRECT and response.mimetype == "text/html" and not response.is_streamed:
        start = f"<title>{_('Erreur : ')}"
        response.set_data(response.get_data(as_text=True).replace("<title>", start, 1))
    return response


def register(app: Flask) -> None:
    """Attach the pages of errors to an application."""
    app.after_request(_title_says_error)
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_unavailable)
    app.register_error_handler(OSError, _disk_full)
    app.register_error_handler(Exception, _unexpected)
