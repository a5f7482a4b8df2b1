"""Mails what was found: one mail for each person however many searches, composed with the rights of its minute."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from markupsafe import Markup
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import undefer

from app.accounts.models import User
from app.accounts.queries import may_sign_in
from app.accounts.sealing import seal, unseal
from app.alerts.models import Finding, Rhythm, Watch
from app.alerts.queries import watches_with_alerts
from app.alerts.showing import StillFound, lines_of, still_found
from app.core.clock import now
from app.core.db import lock, transaction
from app.core.i18n import ngettext, written_for
from app.core.jobs import enqueue
from app.core.mail import Letter, compose, composes, send_later
from app.core.navigation import address
from app.extensions import db
from app.search.audience import catalogue
from app.search.lines import Line
from app.search.matching import Reader

TELL, MAIL = "alerts.tell", "alerts.found"
#: A second mail « at once » waits until this long after the first: what comes meanwhile goes in it.
BETWEEN = timedelta(minutes=10)
HOUR, EVENING, MONDAY = 7, 22, 0
SHOWN, SHOWN_IN_ALL = 6, 24
STOP = "stop alerts"


def tell_soon(user_id: int) -> None:
    """Have a person told, in the present transaction: at once, a while after their last mail, and not at night."""
    moment, last = now(), select(func.max(Watch.told_at)).where(Watch.user_id == user_id)
    told_at: datetime | None = db.session.scalar(last)
    after = min(told_at + BETWEEN, moment + BETWEEN) if told_at else moment  # the clock may have been set back
    timezone = db.session.scalar(select(User.timezone).where(User.id == user_id))
    enqueue(TELL, {"user_id": user_id}, key=f"{TELL}:{user_id}", run_at=by_day(max(after, moment), _zone(timezone)))


def by_day(moment: datetime, timezone: str) -> datetime:
    """Return a moment, or the morning after it when it falls in the night of a time zone."""
    there = moment.astimezone(ZoneInfo(timezone))
    if HOUR <= there.hour < EVENING:
        return moment
    morning = there.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return morning + timedelta(days=1) if there.hour >= EVENING else morning


def _zone(timezone: str | None) -> str:
    return timezone or str(current_app.config["SETTINGS"].timezone)


def last_slot(rhythm: str, timezone: str, moment: datetime) -> datetime:
    """Return the last moment mails of a rhythm were due before a moment: seven o'clock, the reader's, or on Monday."""
    there = moment.astimezone(ZoneInfo(timezone))
    slot = there.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    back = (there.weekday() - MONDAY) % 7 if rhythm == Rhythm.WEEKLY else 0
    slot -= timedelta(days=back)
    if slot > there:
        slot -= timedelta(days=7 if rhythm == Rhythm.WEEKLY else 1)
    return slot


def is_due(rhythm: str, found_at: datetime, timezone: str | None) -> bool:
    """Tell whether what was found at a moment is to be told now."""
    return rhythm == Rhythm.AT_ONCE or found_at < last_slot(rhythm, _zone(timezone), now())


def queue_due() -> None:
    """Have everybody told for whom something is due. Call inside ``transaction()``."""
    waiting = select(User.id, User.timezone, Watch.rhythm, func.min(Finding.found_at)).select_from(Finding)
    waiting = waiting.join(Finding.watch).join(Watch.user).where(Finding.to_tell.is_(True), User.disabled_at.is_(None))
    rows = db.session.execute(waiting.group_by(User.id, User.timezone, Watch.rhythm))
    for user_id in sorted({one for one, zone, rhythm, first in rows if is_due(rhythm, first, zone)}):
        tell_soon(user_id)


def tell(user_id: int) -> None:
    """Queue one mail with all that is due to a person: what is told and the mail are written together, or neither.

    What has closed since it was found is forgotten without a word; should it open again, it will be found again.
    """
    catalogue()  # read before anything is held
    with transaction():
        person = db.session.get(User, user_id)
        if person is None:
            return
        lock(person)  # two workers at once: the second finds nothing left to tell
        if may_sign_in(person):
            _tell(person)


def _tell(person: User) -> None:
    watches = {one.id: one for one in watches_with_alerts(person)}
    query = select(Finding).where(Finding.watch_id.in_(watches), Finding.to_tell.is_(True)).order_by(Finding.id)
    found = list(db.session.scalars(query)) if watches else []
    due = [one for one in found if is_due(watches[one.watch_id].rhythm, one.found_at, person.timezone)]
    readable = Reader.of(person, catalogue()).may_read({one.key for one in due}) if due else set()
    _forget([one for one in due if one.key not in readable])
    left: defaultdict[int, list[str]] = defaultdict(list)
    for one in due:
        if one.key in readable:
            left[one.watch_id].append(one.key)
    if not left:
        return
    told = [one.id for one in due if one.key in readable]
    silent = {"synchronize_session": False}
    db.session.execute(update(Finding).where(Finding.id.in_(told)).values(to_tell=False).execution_options(**silent))
    db.session.execute(update(Watch).where(Watch.id.in_(left)).values(told_at=now()).execution_options(**silent))
    send_later(person.email, MAIL, user_id=person.id, found={str(one): keys for one, keys in left.items()})


def _forget(gone: Sequence[Finding]) -> None:
    """Forget findings as if they had never been made."""
    if not gone:
        return
    query = select(Watch).where(Watch.id.in_({one.watch_id for one in gone})).options(undefer(Watch.packed_known))
    for watch in db.session.scalars(query.order_by(Watch.id).with_for_update()):
        watch.known = watch.known - {one.key for one in gone if one.watch_id == watch.id}
    these = Finding.id.in_([one.id for one in gone])
    db.session.execute(delete(Finding).where(these).execution_options(synchronize_session=False))


@dataclass(frozen=True)
class Told:
    """One result in a mail: what it is, its title and address, who and what, the words around the hit."""

    line: Line
    url: str

    @property
    def place(self) -> str:
        """Where the words stand: « Page 4 »."""
        return self.line.passages[0].place if self.line.passages else ""

    @property
    def words(self) -> Markup:
        """The words around the hit, the hits in bold: mail programs know no marks."""
        html = self.line.passages[0].html if self.line.passages else Markup()
        return Markup(str(html).replace("<mark>", "<b>").replace("</mark>", "</b>"))  # noqa: S704 - escaped by snippets


@dataclass(frozen=True)
class Section:
    """What is new for one search: its name, its page, what is shown, how many more, the link that stops its mails."""

    name: str
    url: str
    space: str
    shown: Sequence[Told]
    more: int
    stop: str

    @property
    def total(self) -> int:
        """How many things are new."""
        return len(self.shown) + self.more


@composes(MAIL)
def compose_found(about: dict[str, Any]) -> Letter | None:
    """Compose the mail of what was found, with what its reader may read and follows at this minute."""
    person = db.session.get(User, about["user_id"])
    if person is None or not may_sign_in(person):
        return None
    found = {int(one): keys for one, keys in about["found"].items()}
    # Features give the addresses of their things as for a page.
    with current_app.test_request_context(), written_for(person.language, person.timezone):
        sections = _sections(person, found)
        return _letter(person, sections) if sections else None


def _sections(person: User, found: Mapping[int, Sequence[str]]) -> list[Section]:
    """Return a section for each search that still has something new; a thing stands in the first that finds it."""
    reader = Reader.of(person, catalogue())
    already: set[str] = set()
    sections: list[Section] = []
    for watch in watches_with_alerts(person, found.keys()):
        still = still_found(reader, watch, set(found[watch.id]) - already)
        already |= {hit.key for hit in still.hits}
        room = SHOWN_IN_ALL - sum(len(one.shown) for one in sections)
        section = _section(reader, watch, still, min(SHOWN, room))
        if section.total:
            sections.append(section)
    return sections


def _section(reader: Reader, watch: Watch, found: StillFound, room: int) -> Section:
    person, search = reader.person, watch.search
    base = current_app.config["SETTINGS"].public_url
    shown = [Told(line, f"{base}{line.url}") for _key, line in lines_of(reader, found, found.hits[:room])]
    return Section(
        name=search.name,
        url=address("alerts.search_page", public_id=search.public_id),
        space=search.space.label if search.space is not None else "",
        shown=shown,
        more=len(found.hits[room:]),
        stop=stop_link(person, watch),
    )


def _letter(person: User, sections: Sequence[Section]) -> Letter:
    total, one = sum(section.total for section in sections), sections[0]
    if len(sections) == 1:
        subject = ngettext(
            "%(num)s nouveauté pour « %(name)s »", "%(num)s nouveautés pour « %(name)s »", total, name=one.name
        )
    else:
        subject = ngettext("%(num)s nouveauté dans vos recherches", "%(num)s nouveautés dans vos recherches", total)
    stop = stop_link(person)
    headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}  # RFC 8058
    return compose(
        person.email,
        subject,
        "search_alert",
        headers,
        person=person,
        sections=sections,
        link=one.url if len(sections) == 1 else address("alerts.searches_page"),
        mine=address("alerts.searches_page"),
        stop=stop,
    )


def stop_link(person: User, watch: Watch | None = None) -> str:
    """Return the address that stops all mails about a person's searches, or about one, without signing in."""
    whose = person.public_id if watch is None else f"{person.public_id} {watch.id}"
    return address("alerts.stop_page", secret=seal(whose, STOP))


def stopped_by(secret: str) -> tuple[User, int | None] | None:
    """Return the person whose mails a secret stops, and the watch when it is one only; None for no secret of ours."""
    whose, _space, number = (unseal(secret, STOP) or "").partition(" ")
    person = db.session.scalar(select(User).where(User.public_id == whose)) if whose else None
    if person is None or not may_sign_in(person):
        return None
    return person, int(number) if number else None
