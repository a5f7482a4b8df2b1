"""Languages: French is the source, typography is applied on output, dates and sizes are written as people read them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import flask_babel
from babel import Locale, UnknownLocaleError
from babel.dates import format_date as babel_date
from flask import current_app, has_request_context, session
from flask_babel import force_locale, get_locale
from flask_babel.speaklater import LazyString
from flask_login import current_user
from jinja2 import pass_eval_context
from markupsafe import Markup

from app.core.clock import now
from app.extensions import babel

if TYPE_CHECKING:
    from flask import Flask
    from jinja2.nodes import EvalContext

NBSP = "\u00a0"
NARROW_NBSP = "\u202f"
LANGUAGE_KEY = "language"
KIBIBYTE = 1024
LONGEST_REMEMBERED = 200  # characters

# French typography (Lexique des règles typographiques en usage à l'Imprimerie nationale): a narrow no-break space
# before ; ! ? and a no-break space before : and inside « »; between a number and its unit; « p. 14 ».
_BEFORE_HIGH = re.compile(r"[ \u00a0]+([;!?])")
_BEFORE_COLON = re.compile(r"[ \u00a0]+([:»])")
_AFTER_OPENING = re.compile(r"«[ \u00a0]+")
_NUMBER_UNIT = re.compile(r"(\d) (?=(?:%|€|h|min|Mo|Ko|Go|o|km|pages?|membres?|mots|réponses?|ressources?)\b|[%€])")
_HOUR_MINUTES = re.compile(r"(\d) h (\d)")
_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}\b)")
#: « de » and « que » before a value that is put in, such as a name. An h elides nothing: no letter tells whether it
#: is mute (« d'Hélène », « de Hambourg »). A y does before a consonant (« d'Yvetot », « de Yasmine »).
_ELIDABLE = re.compile(r"\b([Dd]|[Qq]u|[Ll]orsqu|[Pp]uisqu)e %\((\w+)\)s")
#: « de » and « à » before the name of a place that is put in: « les collègues du Havre », « appartient aux Lilas ».
_CONTRACTED = re.compile(r"\b([Dd]e|[àÀ]) %\((place|city)\)s")
_ARTICLE = re.compile(r"(Les?) (?=\S)")
_ONE_WORD = {"de Le": "du", "de Les": "des", "à Le": "au", "à Les": "aux"}
_VOWEL_FIRST = re.compile(r"(?:<[^>]*>)*(?:[aeiouàâäéèêëîïôöùûüœæ]|y(?![aeiouyàâäéèêëîïôöùûü])\w)", re.IGNORECASE)
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


def _elided(sentence: str, variables: dict[str, Any]) -> str:
    """Return a French sentence as it is said before these values: « l'accès d'Inès », « les collègues du Havre ».

    Where an article melts into « du », its place without it is added to the values.
    """
    if ("e %(" not in sentence and "à %(" not in sentence) or current_language() != "fr":
        return sentence

    def before_place(found: re.Match[str]) -> str:
        preposition, name = found[1], found[2]
        place = variables.get(name)
        if not isinstance(place, str) or (article := _ARTICLE.match(place)) is None:
            return found[0]
        variables[f"{name}_bare"] = place[article.end() :]
        word = _ONE_WORD[f"{preposition.lower()} {article[1]}"]
        return f"{word.capitalize() if preposition[0].isupper() else word} %({name}_bare)s"

    sentence = _CONTRACTED.sub(before_place, sentence)

    def before_value(found: re.Match[str]) -> str:
        vowel = _VOWEL_FIRST.match(str(variables.get(found[2], "")))
        return f"{found[1]}’%({found[2]})s" if vowel else found[0]

    return _ELIDABLE.sub(before_value, sentence)


#: Short texts come back on every page: their typography is remembered. ``typed`` keeps safe and unsafe text apart.
_french_spaces_again = lru_cache(maxsize=4096, typed=True)(french_spaces)


def _finished(text: str) -> str:
    if current_language() != "fr":
        return text
    return _french_spaces_again(text) if len(text) <= LONGEST_REMEMBERED else french_spaces(text)


@lru_cache(maxsize=4096)
def _translated(language: str, message: str, context: str | None) -> str:  # noqa: ARG001 - the key of what is kept
    """Return the translation of a sentence of ours as it stands in the catalogue of ``language``, the reader's."""
    catalogue = flask_babel.get_translations()
    return str(catalogue.ugettext(message) if context is None else catalogue.upgettext(context, message))


@lru_cache(maxsize=4096)
def _sentence(language: str, message: str, context: str | None) -> str:
    """Return the same with typography."""
    found = _translated(language, message, context)
    return french_spaces(found) if language == "fr" else found


def gettext(message: str, **variables: Any) -> str:
    """Translate a French sentence for the reader, with typography."""
    if not variables:
        return _sentence(current_language(), message, None)
    return _finished(_elided(_translated(current_language(), message, None), variables) % variables)


def ngettext(one: str, many: str, num: int, **variables: Any) -> str:
    """Translate a sentence that counts (French: 0 and 1 are singular)."""
    found = flask_babel.get_translations().ungettext(one, many, num)
    return _finished(_elided(found, variables) % ({"num": format_number(num)} | variables))


def pgettext(context: str, message: str, **variables: Any) -> str:
    """Translate a homonym, told apart by its context."""
    return _finished(_elided(_translated(current_language(), message, context), variables) % variables)


@lru_cache(maxsize=4096)
def _whole_sentence(language: str, message: str) -> Markup:
    """Return a sentence ready for a page, when nothing is put into it."""
    return Markup(_sentence(language, message, None)) % {}  # noqa: S704 - templates write their sentences themselves


def _filled(eval_ctx: EvalContext, sentence: str, variables: dict[str, Any]) -> str:
    """Return a sentence of a template with its variables, escaped in pages and as they are in plain mails."""
    said = _elided(sentence, variables)
    return (Markup(said) if eval_ctx.autoescape else said) % variables  # noqa: S704 - same


@pass_eval_context
def _template_gettext(eval_ctx: EvalContext, message: str, **variables: Any) -> str:
    """Translate for a template, as Jinja's own « newstyle » function would, each sentence looked up once."""
    if not variables and eval_ctx.autoescape:
        return _whole_sentence(current_language(), message)
    return _filled(eval_ctx, _sentence(current_language(), message, None), variables)


@pass_eval_context
def _template_ngettext(eval_ctx: EvalContext, one: str, many: str, num: int, **variables: Any) -> str:
    sentence = _finished(flask_babel.get_translations().ungettext(one, many, num))
    return _filled(eval_ctx, sentence, {"num": format_number(num)} | variables)


@pass_eval_context
def _template_pgettext(eval_ctx: EvalContext, context: str, message: str, **variables: Any) -> str:
    sentence = _sentence(current_language(), message, context)
    return _filled(eval_ctx, sentence, {"context": context} | variables)


def lazy_gettext(message: str, **variables: Any) -> LazyString:
    """Translate when shown: for labels made at import time."""
    return LazyString(gettext, message, **variables)


def current_language() -> str:
    """Return the code of the reader's language, the site's default outside of a request."""
    locale = get_locale()
    return str(locale.language if locale else current_app.config["LANGUAGES"][0])


def language_name(code: str) -> str:
    """Return the name of a language in the reader's: « Allemand »; what names none is given back."""
    return _language(code, current_language())


@lru_cache(maxsize=512)
def _language(code: str, language: str) -> str:
    try:
        name = Locale.parse(code).get_language_name(language)
    except (UnknownLocaleError, ValueError):
        name = None
    return name[:1].upper() + name[1:] if name else code


def choose_language() -> str:
    """Return the language of this request: the person's, the one chosen in this session, else the default."""
    offered: list[str] = current_app.config["LANGUAGES"]
    if not has_request_context():
        return offered[0]
    chosen = session.get(LANGUAGE_KEY) or (current_user.language if current_user.is_authenticated else None)
    return str(chosen) if chosen in offered else offered[0]


_addressee_zone: ContextVar[str | None] = ContextVar("addressee_zone", default=None)


@contextmanager
def written_for(language: str, timezone: str | None = None) -> Iterator[None]:
    """Write in the language and the time zone of somebody else than whose request this is; None: the site's zone."""
    before = _addressee_zone.set(timezone or str(current_app.config["SETTINGS"].timezone))
    try:
        with force_locale(language):
            yield
    finally:
        _addressee_zone.reset(before)


def reader_timezone() -> str:
    """Return the name of the time zone in which this reader sees dates."""
    addressee = _addressee_zone.get()
    if addressee is not None:
        return addressee
    if has_request_context():
        reader = current_user._get_current_object()  # noqa: SLF001 - werkzeug's way out of the proxy: one look, not three
        if reader.is_authenticated and reader.timezone:
            return str(reader.timezone)
    return str(current_app.config["SETTINGS"].timezone)


def local(moment: datetime) -> datetime:
    """Return a moment in the reader's time zone."""
    return moment.astimezone(ZoneInfo(reader_timezone()))


@lru_cache(maxsize=4096)
def _day(day: date, pattern: str, language: str) -> str:
    """Write a day; Babel reads its pattern and its locale anew at each call, a page writes the same days again."""
    text = babel_date(day, pattern, locale=language)
    return re.sub(r"\b1\b", "1er", text, count=1) if day.day == 1 and language == "fr" else text


def _pattern(day: date, this_year: int, *, weekday: bool = True) -> str:
    """Return how to write a day: its year only when it is not the present one."""
    if day.year != this_year:
        return "d MMMM y"
    return "EEEE d MMMM" if weekday else "d MMMM"


def format_date(value: date | datetime, *, weekday: bool = True) -> str:
    """Write a day: « lundi 5 juillet » within the year, « 5 juillet 2021 » beyond."""
    day = local(value).date() if isinstance(value, datetime) else value
    return _day(day, _pattern(day, local(now()).year, weekday=weekday), current_language())


def format_day_number(value: date | datetime) -> str:
    """Write a day with its year always: « 5 juillet 2021 »; a moment is on the day it was where the reader is."""
    day = local(value).date() if isinstance(value, datetime) else value
    return _day(day, "d MMMM y", current_language())


def format_month(value: date) -> str:
    """Write a month with its year: « septembre 2020 »."""
    return str(babel_date(value, "MMMM y", locale=current_language()))


def format_time(moment: datetime) -> str:
    """Write an hour: « 10 h 30 » in French, « 10:30 » in English (24 h clock)."""
    return _hour(local(moment), current_language())


def _hour(there: datetime, language: str) -> str:
    if language == "fr":
        return f"{there.hour}{NBSP}h{NBSP}{there.minute:02d}"
    return f"{there.hour:02d}:{there.minute:02d}"


def format_datetime(moment: datetime) -> str:
    """Write a moment: « lundi 5 juillet, 10 h 30 »."""
    return moment_writer()(moment)


def moment_writer() -> Callable[[datetime], str]:
    """Return ``format_datetime`` for a page of many moments: its reader's language and zone are looked up once."""
    language, zone = current_language(), ZoneInfo(reader_timezone())
    this_year = now().astimezone(zone).year

    def write(moment: datetime) -> str:
        there = moment.astimezone(zone)
        day = there.date()
        return f"{_day(day, _pattern(day, this_year), language)}, {_hour(there, language)}"

    return write


def format_until(end: datetime) -> str:
    """Write when something ends: its hour today, its day and hour beyond."""
    return format_time(end) if local(end).date() == local(now()).date() else format_datetime(end)


def join_sentences(parts: Iterable[str]) -> str:
    """Join sentences with semicolons, spaced as the reader's language spaces them."""
    return f"{NARROW_NBSP}; ".join(parts) if current_language() == "fr" else "; ".join(parts)


def after_colon(text: Any) -> str:
    """Return what is said after words that stand before it, behind a colon spaced as the reader's language does."""
    return (f"{NBSP}: " if current_language() == "fr" else ": ") + (text if isinstance(text, str) else str(text))


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
    # The extension reads {% trans %} as « newstyle »; the functions themselves are ours, on its names and its « _ ».
    app.jinja_env.newstyle_gettext = True  # type: ignore[attr-defined]
    app.jinja_env.globals.update(
        _=_template_gettext, gettext=_template_gettext, ngettext=_template_ngettext, pgettext=_template_pgettext
    )
    app.jinja_env.globals["current_language"] = current_language
    app.jinja_env.filters.update(
        typo=french_spaces,  # what people wrote: its spaces are French or there are none to mend
        day=format_date,
        full_day=format_day_number,
        moment=format_datetime,
        hour=format_time,
        until=format_until,
        number=format_number,
        sentences=join_sentences,
        after_colon=after_colon,
        size=format_size,
    )
