"""The charter of use: published in versions; each person accepts the last one before going on."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from flask import current_app, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import ScalarSelect, func, select

from app.accounts.models import CharterVersion, User
from app.core.access import View, is_page_for_later, person
from app.core.audit import record
from app.core.clock import now
from app.core.db import cache_of_transaction
from app.core.errors import DomainError
from app.core.i18n import lazy_gettext as _l
from app.core.navigation import here
from app.core.text import clean_text, render_markdown
from app.extensions import db

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


_HEADING = re.compile(r"(</?h)([3-6])\b")


def last_charter() -> ScalarSelect[int | None]:
    """Return the number of the charter in force as a part of a statement: NULL while the site's own text stands."""
    return select(func.max(CharterVersion.n)).scalar_subquery()


def remember_charter(number: int | None) -> None:
    """Keep the number of the charter in force, read along with something else, until the next ``transaction()``."""
    cache_of_transaction()["charter"] = number or 0


def last_charter_number() -> int:
    """Return the number of the charter in force, 0 while the site's own text stands; read once a transaction."""
    cache = cache_of_transaction()
    if "charter" not in cache:
        remember_charter(db.session.scalar(select(last_charter())))
    number: int = cache["charter"]
    return number


def shipped_charter() -> str:
    """Return the charter the site comes with, as Markdown in the reader's language."""
    return render_template("accounts/charter.txt").strip()


def charter_text(version: CharterVersion | None) -> Markup:
    """Return the text of a charter for its page, without a version the one the site comes with.

    Its headings begin at level 2: nothing but the title of the page stands above them.
    """
    html = version.html if version is not None else _html_of(shipped_charter())
    return Markup(_HEADING.sub(lambda found: f"{found[1]}{int(found[2]) - 1}", html))  # noqa: S704 - cleaned when made


_html_of = lru_cache(maxsize=8)(render_markdown)  # the site's own text, in each of its languages


def charter_numbered(number: int) -> CharterVersion | None:
    """Return one published version of the charter."""
    return db.session.get(CharterVersion, number)


def charter_versions() -> list[CharterVersion]:
    """Return all published versions, the last first."""
    return list(db.session.scalars(select(CharterVersion).order_by(CharterVersion.n.desc())))


def has_accepted_charter(user: User) -> bool:
    """Tell whether a person has accepted the charter in force."""
    return (user.charter_version or 0) >= last_charter_number()


def count_to_ask() -> int:
    """Return how many open accounts a new version would ask."""
    return db.session.scalar(select(func.count()).select_from(User).where(User.disabled_at.is_(None))) or 0


def publish_charter(source: str, by: User | None) -> CharterVersion:
    """Publish a new version, which everybody is asked to accept. ``source`` is Markdown. Call inside ``transaction()``.

    Raises DomainError for an empty text, or one that does not differ from the charter in force.
    """
    text = clean_text(source).strip()
    if not text:
        raise DomainError(_l("Écrivez le texte de la charte."))
    number = db.session.scalar(select(func.max(CharterVersion.n))) or 0
    present = charter_numbered(number)
    if present is not None and present.source == text:
        raise DomainError(_l("Ce texte est déjà celui de la charte en vigueur."))
    version = CharterVersion(n=number + 1, source=text, html=render_markdown(text), by_id=by.id if by else None)
    db.session.add(version)
    db.session.flush()
    cache_of_transaction().pop("charter", None)
    record("charter.published", by, None, n=version.n)
    if by is not None:
        accept_charter(by, version.n)  # who publishes it has read it
    return version


def accept_charter(user: User, number: int) -> None:
    """Write down that a person accepts a version. Call inside ``transaction()``.

    Raises DomainError when another one has been published meanwhile: the person has not read it.
    """
    if number != last_charter_number():
        raise DomainError(_l("La charte vient de changer. Relisez-la avant de l'accepter."))
    if (user.charter_version or 0) >= number:
        return
    user.charter_version, user.charter_accepted_at = number, now()
    record("charter.accepted", user, user, n=number)


def without_charter(view: View) -> View:
    """Mark a view open to who has not accepted the charter: what the law gives people does not wait for it."""
    view.__without_charter__ = True  # type: ignore[attr-defined]
    return view


def ask_for_charter() -> ResponseReturnValue | None:
    """Send a person who has not accepted the charter in force to it, before the pages that suppose it."""
    if hasattr(current_app.view_functions.get(request.endpoint or ""), "__without_charter__"):
        return None
    if is_page_for_later() and not has_accepted_charter(person()):
        return redirect(url_for("charter.accept_page", next=here()))
    return None
