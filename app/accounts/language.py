"""The language a reader chooses: by the form of every page, or on a page whose address carries a secret."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import current_app, g, redirect, request, session
from flask_login import current_user

from app.core.access import person
from app.core.db import transaction
from app.core.i18n import LANGUAGE_KEY

View = TypeVar("View", bound=Callable[..., Any])


def keep_language(language: str | None) -> bool:
    """Keep a language for this session and, when signed in, for the account; False when the site does not speak it."""
    if language not in current_app.config["LANGUAGES"]:
        return False
    session[LANGUAGE_KEY] = language
    if current_user.is_authenticated:
        with transaction():
            person().language = language
    return True


def takes_language(view: View) -> View:
    """Let a page take the choice of a language itself: its address carries a secret that no form may send on."""

    @wraps(view)
    def page(*args: Any, **values: Any) -> Any:
        if request.method == "POST" and keep_language(request.form.get("lang")):
            return redirect(request.full_path.rstrip("?"))
        g.language_here = True
        return view(*args, **values)

    return cast("View", page)
