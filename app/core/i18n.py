"""Languages: French is the source, typography is applied on output, dates and sizes are written as people read them."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import flask_babel
from babel.dates import format_date as babel_date
from flask import current_app, has_request_context, session
from flask_babel import get_locale
from flask_babel.speaklater import LazyString
from flask_login import current_user
from markupsafe import Markup

from app.core.clock import now
from app.extensions import babel

if TYPE_CHECKING:
    from flask import Flask

NBSP = "\u00a0"
NARROW_NBSP = "\u202f"
LANGUAGE_KEY = "language"
KIBIBYTE = 1024

# French typography (Lexique des règles typographiques en usage à l'Imprimerie nationale): a narrow no-break space
# before ; ! ? and a no-break space before : and inside « »; between a number and its unit; « p. 14 ».
_BEFORE_HIGH = re.compile(r"[ \u00a0]+([;!?])")
_BEFORE_COLON = re.compile(r"[ \u00a0]+([:»])")
_AFTER_OPENING = re.compile(r"«[ \u00a0]+")
_NUMBER_UNIT = re.compile(r"(\d) (?=(?:%|€|h|min|Mo|Ko|Go|o|km|pages?|membres?|mots|réponses?|ressources?)\b|[%€])")
_HOUR_MINUTES = re.compile(r"(\d) h (\d)")
_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}\b)")
_PAGE_NUMBER = re.compile(r"\b(p\.|n°|page|Page|art\.) (?=\d)")


def french_spaces(text: str) -> str:
    """Return ``text`` with French no-break spaces and typographic apostrophes. Keeps Markup safe as Markup."""
    result = _BEFORE_HIGH.sub(NARROW_NBSP + r"\1", str(text))
    result = _BEFORE_COLON.sub(NBSP + r"\1", result)
    result = _AFTER_OPENING.sub("«" + NBSP, result)
    result = _HOUR_MINUTES.sub(rf"\1{NBSP}h{NBSP}\2", result)
    result = _NUMBER_UNIT.sub(r"\1" + NBSP, result)
    result = _THOUSANDS.sub(NARROW_NBSP, result)
    result = _PAGE_NUMBER.sub(r"\1" + NBSP, result)
    if isinstance(text, Markup):
        return Markup(result)  # noqa: S704 - only spaces changed in text that was already safe
    return result.replace("'", "’")


def _finished(text: str) -> str:
    return french_spaces(text) if current_language() == "fr" else text


def gettext(message: str, **variables: Any) -> str:
    """Translate a French sentence for the reader, with typography."""
    return _finished(str(flask_babel.gettext(message, **variables)))


def ngettext(one: str, many: str, num: int, **variables: Any) -> str:
    """Translate a sentence that counts (French: 0 and 1 are singular)."""
    return _finished(str(flask_babel.ngettext(one, many, num, **variables)))


def pgettext(context: str, message: str, **variables: Any) -> str:
    """Translate a homonym, told apart by its context."""
    return _finished(str(flask_babel.pgettext(context, message, **variables)))


def _template_gettext(message: str) -> str:
    """Translate for Jinja, which puts the variables in afterwards."""
    return _finished(flask_babel.get_translations().ugettext(message))


def _template_ngettext(one: str, many: str, num: int) -> str:
    return _finished(flask_babel.get_translations().ungettext(one, many, num))


def _template_pgettext(context: str, message: str) -> str:
    return _finished(flask_babel.get_translations().upgettext(context, message))


def lazy_gettext(message: str, **variables: Any) -> LazyString:
    """Translate when shown: for labels made at import time."""
    return LazyString(gettext, message, **variables)


def current_language() -> str:
    """Return the code of the reader's language, the site's default outside of a request."""
    locale = get_locale()
    return str(locale.language if locale else current_app.config["LANGUAGES"][0])


def choose_language() -> str:
    """Return the language of this request: the person's, the one chosen in this session, else the default."""
    offered: list[str] = current_app.config["LANGUAGES"]
    if not has_request_context():
        return offered[0]
    chosen = session.get(LANGUAGE_KEY) or (current_user.language if current_user.is_authenticated else None)
    return str(chosen) if chosen in offered else offered[0]


def reader_timezone() -> str:
    """Return the name of the time zone in which this reader sees dates."""
    if has_request_context() and current_user.is_authenticated and current_user.timezone:
        return str(current_user.timezone)
    return str(current_app.config["SETTINGS"].timezone)


def local(moment: datetime) -> datetime:
    """Return a moment in the reader's time zone."""
    return moment.astimezone(ZoneInfo(reader_timezone()))


def _first_of_month(text: str, day: date) -> str:
    return re.sub(r"\b1\b", "1er", text, count=1) if day.day == 1 and current_language() == "fr" else text


def format_date(value: date | datetime, *, weekday: bool = True) -> str:
    """Write a day: « lundi 5 juillet » within the year, « 5 juillet 2021 » beyond."""
    day = local(value).date() if isinstance(value, datetime) else value
    this_year = day.year == local(now()).year
    pattern = ("EEEE d MMMM" if weekday else "d MMMM") if this_year else "d MMMM y"
    return _first_of_month(babel_date(day, pattern, locale=current_language()), day)


def format_day_number(value: date) -> str:
    """Write a day with its year always: « 5 juillet 2021 »."""
    return _first_of_month(babel_date(value, "d MMMM y", locale=current_language()), value)


def format_time(moment: datetime) -> str:
    """Write an hour: « 10 h 30 » in French, « 10:30 » in English (24 h clock)."""
    there = local(moment)
    if current_language() == "fr":
        return f"{there.hour}{NBSP}h{NBSP}{there.minute:02d}"
    return f"{there.hour}:{there.minute:02d}"


def format_datetime(moment: datetime) -> str:
    """Write a moment: « lundi 5 juillet, 10 h 30 »."""
    return f"{format_date(moment)}, {format_time(moment)}"


def format_number(number: int) -> str:
    """Write a number with the thousands of the language (narrow no-break space in French, comma in English)."""
    return f"{number:,}".replace(",", NARROW_NBSP if current_language() == "fr" else ",")


def format_size(size: int) -> str:
    """Write a file size in bytes as people read it: « 1,4 Mo »."""
    units = ("o", "Ko", "Mo", "Go") if current_language() == "fr" else ("B", "KB", "MB", "GB")
    value = float(size)
    unit = units[0]
    for unit in units:
        if value < KIBIBYTE or unit == units[-1]:
            break
        value /= KIBIBYTE
    shown = f"{value:.1f}" if unit in units[2:] else f"{value:.0f}"
    shown = shown.removesuffix(".0")
    return f"{shown.replace('.', ',') if current_language() == 'fr' else shown}{NBSP}{unit}"


def register(app: Flask) -> None:
    """Attach translation, typography and formats to the application and its templates."""
    babel.init_app(app, locale_selector=choose_language, timezone_selector=reader_timezone)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        _template_gettext, _template_ngettext, newstyle=True, pgettext=_template_pgettext
    )
    app.jinja_env.globals["current_language"] = current_language
    app.jinja_env.filters.update(
        typo=_finished,
        day=format_date,
        full_day=format_day_number,
        moment=format_datetime,
        hour=format_time,
        number=format_number,
        size=format_size,
    )
