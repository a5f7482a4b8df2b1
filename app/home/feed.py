"""What is new for a person since their last visit: gathered from every feature, counted truly, grouped by day."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from app.accounts.models import User
from app.core.clock import now
from app.core.i18n import format_date, format_day_number, format_time, local, ngettext
from app.core.i18n import gettext as _
from app.core.news import DISCUSSION, RESOURCE, NewsItem
from app.core.sessions import VISIT_GAP
from app.core.slots import collect

#: Lines asked of each feature: beyond it the page says « plus de ».
MOST_LINES = 300
LINES_PER_PAGE = 20
FIRST_VISIT_REACH = timedelta(days=30)
WEEK = 7


def last_visit(person: User) -> datetime | None:
    """Return the last sign of life of a person before the present visit, None on the first one.

    The note of a visit is written after its first page has been sent: until then the earlier visit is still « last
    seen ».
    """
    seen = person.last_seen_at
    return seen if seen is not None and now() - seen > VISIT_GAP else person.previous_visit_at


@dataclass(frozen=True)
class Feed:
    """Everything new, latest first, before any filter.

    ``since`` is None on a first visit; ``is_cut`` tells that there is more than was asked for.
    """

    since: datetime | None
    items: list[NewsItem]
    is_cut: bool = False

    @property
    def resources(self) -> int:
        """Number of new resources."""
        return sum(one.type == RESOURCE for one in self.items)

    @property
    def threads(self) -> int:
        """Number of new discussions."""
        return sum(one.type == DISCUSSION and one.is_new for one in self.items)

    @property
    def replies(self) -> int:
        """Number of new replies."""
        return sum(one.count for one in self.items if one.type == DISCUSSION)

    @property
    def by_space(self) -> Counter[int]:
        """Number of lines for each space, by id."""
        return Counter(one.space_id for one in self.items if one.space_id is not None)

    def of_type(self, wanted: str | None) -> list[NewsItem]:
        """Return the lines of one type, all of them for None."""
        return [one for one in self.items if wanted is None or one.type == wanted]


def feed_for(person: User) -> Feed:
    """Gather what is new for the signed-in person."""
    since = last_visit(person)
    given = collect("home.news", since or now() - FIRST_VISIT_REACH, MOST_LINES)
    items = sorted((one for lines in given for one in lines), key=lambda one: one.at, reverse=True)
    return Feed(since, items, is_cut=any(len(lines) >= MOST_LINES for lines in given))


def by_day(items: list[NewsItem]) -> list[tuple[str, list[NewsItem]]]:
    """Group lines under the words of their day, in the reader's time zone."""
    return [(day_words(day), list(lines)) for day, lines in groupby(items, key=lambda one: local(one.at).date())]


def day_words(day: date) -> str:
    """Write a day as a heading: « Aujourd'hui, lundi 5 juillet », « Vendredi 2 juillet »."""
    written, today = format_date(day), local(now()).date()
    if day == today:
        return _("Aujourd'hui, %(day)s", day=written)
    if day == today - timedelta(days=1):
        return _("Hier, %(day)s", day=written)
    return written[:1].upper() + written[1:]


def visit_words(since: datetime) -> str:
    """Write when the last visit was: « jeudi 1er juillet », « aujourd'hui à 9 h 12 », « 3 mai 2020 »."""
    day, today = local(since).date(), local(now()).date()
    if day == today:
        return _("aujourd'hui à %(hour)s", hour=format_time(since))
    if day == today - timedelta(days=1):
        return _("hier à %(hour)s", hour=format_time(since))
    return format_date(since) if day.year == today.year else format_day_number(day)


def count_words(feed: Feed) -> str:
    """Write what came: « 3 ressources et 6 réponses »; empty when nothing did."""
    counts = [
        ngettext("%(num)s ressource", "%(num)s ressources", feed.resources) if feed.resources else "",
        ngettext("%(num)s discussion", "%(num)s discussions", feed.threads) if feed.threads else "",
        ngettext("%(num)s réponse", "%(num)s réponses", feed.replies) if feed.replies else "",
    ]
    if feed.is_cut:
        return _("plus de %(number)s nouveautés", number=len(feed.items))
    shown = [one for one in counts if one]
    if len(shown) < 2:  # noqa: PLR2004 - nothing to join
        return "".join(shown)
    return _("%(first)s et %(last)s", first=", ".join(shown[:-1]), last=shown[-1])


def lead(feed: Feed) -> str:
    """Write the sentence under the greeting."""
    counts = count_words(feed)
    if feed.since is None:
        return _("Ces trente derniers jours : %(counts)s.", counts=counts) if counts else _("Bienvenue dans le réseau.")
    when = visit_words(feed.since)
    if not counts:
        return _("Rien de nouveau depuis votre dernière visite, %(when)s.", when=when)
    return _("Depuis votre dernière visite, %(when)s : %(counts)s.", when=when, counts=counts)
