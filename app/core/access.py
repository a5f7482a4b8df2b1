"""Who may call a view: each view declares it in one line; without a declaration nobody may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask import Flask, abort, current_app, request
from flask_login import current_user

from app.core.errors import NotFoundError, RefusedError, wants_json
from app.core.i18n import lazy_gettext as _l

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from flask_babel.speaklater import LazyString

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """A declaration: its name, its sentence, the test of the person, and what those refused read."""

    name: str
    sentence: LazyString
    allows: Callable[[Any], bool]
    signed_in: bool = True
    refusal: LazyString | str = ""


ANYONE = Access("anyone", _l("tout le monde, même sans compte"), lambda _person: True, signed_in=False)
SIGNED_IN = Access("signed_in", _l("toute personne identifiée"), lambda _person: True)
NETWORK_MEMBERS = Access(
    "network_members",
    _l("les membres du réseau, pas les invités"),
    lambda person: person.is_member,
    refusal=_l("Cette page est réservée aux membres du réseau, et vous y êtes invité."),
)
ADMINISTRATORS = Access(
    "administrators",
    _l("les administrateurs"),
    lambda person: person.is_admin,
    refusal=_l("Cette page est réservée à ceux qui administrent le réseau."),
)


def _declaration(access: Access) -> Callable[[View], View]:
    def declare(view: View) -> View:
        view.__access__ = access  # type: ignore[attr-defined]
        return view

    return declare


anyone = _declaration(ANYONE)
signed_in = _declaration(SIGNED_IN)
network_members = _declaration(NETWORK_MEMBERS)
administrators = _declaration(ADMINISTRATORS)


def declared_access(view: Callable[..., Any]) -> Access | None:
    """Return what a view declares, None when it declares nothing."""
    return cast("Access | None", getattr(view, "__access__", None))


def before_anything_else(view: View) -> View:
    """Mark a view open to a signed-in person who has yet to do what is asked of everybody before going on.

    Such as accepting the charter or setting up a second factor: the pages that ask for it, and the ways out.
    """
    view.__before_anything_else__ = True  # type: ignore[attr-defined]
    return view


def is_page_for_later() -> bool:
    """Tell whether the request reads a page that can wait until the person has done what is asked of everybody.

    What is sent is let through, so that nothing typed is lost; so are pages for anyone and answers to our scripts.
    """
    return request.method in {"GET", "HEAD"} and not wants_json() and is_for_later()


def is_for_later() -> bool:
    """Tell whether a signed-in person asks for, or sends, what can wait: all but what is marked as above."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or not current_user.is_authenticated:
        return False
    access = declared_access(view)
    return access is not None and access.signed_in and not hasattr(view, "__before_anything_else__")


def anybody() -> Any:
    """Return the signed-in person as ``person`` does, None when nobody is."""
    somebody = current_user._get_current_object()  # noqa: SLF001 - werkzeug's documented way out of the proxy: one look
    return somebody if somebody.is_authenticated else None


def person() -> Any:
    """Return the signed-in person, the model itself and not the proxy. Raises NotFoundError when nobody is."""
    somebody = anybody()
    if somebody is None:
        raise NotFoundError
    return somebody


def guard() -> ResponseReturnValue | None:
    """Let a request through only when its view's declaration allows this person. Runs before everything else."""
    endpoint = request.endpoint
    if endpoint is None:
        return None  # no view: the router answers 404 or 405
    access = declared_access(current_app.view_functions[endpoint])
    if access is None:
        current_app.logger.error("view without a declared access: %s", endpoint)
        abort(404)
    if not access.signed_in:
        return None
    if not current_user.is_authenticated:
        return cast("ResponseReturnValue", current_app.login_manager.unauthorized())  # type: ignore[attr-defined]
    if not access.allows(person()):
        raise RefusedError(access.refusal) if request.method in {"GET", "HEAD"} else NotFoundError
    return None


def register(app: Flask) -> None:
    """Put the guard before every request and declare the static files."""
    app.before_request(guard)
    anyone(app.view_functions["static"])
