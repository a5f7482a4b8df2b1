"""Days as people speak of them: today, yesterday, the last day of an access."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import current_app

from app.core.clock import now
from app.core.i18n import format_date, local
from app.core.i18n import gettext as _

if TYPE_CHECKING:
    from flask import Flask


YEAR = 12


def today() -> date:
    """Return the present day where the reader is; in a job, where the site is."""
    return local(now()).date()


def day_here(moment: datetime) -> date:
    """Return the day of a moment where the site is, whoever reads: what is kept once for all readers."""
    return moment.astimezone(ZoneInfo(current_app.config["SETTINGS"].timezone)).date()


def months_after(day: date, months: int) -> date:
    """Return the same day some months later; the last day of the month where it has none."""
    year, month = divmod(day.year * YEAR + day.month - 1 + months, YEAR)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def recent_day(moment: datetime) -> str:
    """Write the day of a past moment: « aujourd'hui », « hier », « 2 juillet », « 2 juillet 2021 »."""
    ago = (local(now()).date() - local(moment).date()).days
    if ago == 0:
        return _("aujourd'hui")
    return _("hier") if ago == 1 else format_date(moment, weekday=False)


def last_day(end: datetime) -> str:
    """Write the last day before an end: an access that ends at midnight ends with the day before."""
    return format_date(end - timedelta(seconds=1), weekday=False)


def register(app: Flask) -> None:
    """Attach the words of days to the templates."""
    app.jinja_env.filters.update(recent_day=recent_day, last_day=last_day)
