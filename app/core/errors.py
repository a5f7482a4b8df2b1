"""The small family of domain errors and the page each one becomes."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from app.core.i18n import lazy_gettext as _l
from app.extensions import db

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PAGES = {400, 401, 403, 404, 405, 409, 413, 429, 500, 503, 507}
DISK_WORDS = ("disk is full", "disk i/o error", "no space left")


class DomainError(Exception):
    """Something the rules of the house forbid now; ``message`` is a sentence for the person."""

    status = 409

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


def wants_json() -> bool:
    """Tell whether the answer goes to a script of ours rather than to a page."""
    return request.headers.get("X-Requested-With") == "fetch"


def error_page(status: int, message: Any = "", **context: Any) -> Response:
    """Return the page of an error, or its JSON form for our scripts."""
    shown = status if status in PAGES else (400 if status < 500 else 500)  # noqa: PLR2004 - HTTP classes
    if wants_json():
        return make_response(jsonify(error=str(message), status=status, request_id=g.get("request_id", "")), status)
    name = context.pop("template", f"errors/{shown}.html")
    page = render_template(name, message=message, status=status, request_id=g.get("request_id", ""), **context)
    return make_response(page, status)


def _domain_error(error: DomainError) -> ResponseReturnValue:
    db.session.rollback()
    context: dict[str, Any] = {}
    if isinstance(error, RefusedError) and error.space is not None:
        context = {"template": "errors/refused_space.html", "space": error.space}
    answer = error_page(error.status, error.message, **context)
    if isinstance(error, TooManyError):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


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


def register(app: Flask) -> None:
    """Attach the pages of errors to an application."""
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_unavailable)
    app.register_error_handler(OSError, _disk_full)
    app.register_error_handler(Exception, _unexpected)
