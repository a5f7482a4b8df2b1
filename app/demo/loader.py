"""Loads the demo network with the very operations people use, each deed at its own moment in the past."""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from app.accounts.models import User
from app.accounts.operations import DEMO_PASSWORD, create_organisation, create_user
from app.accounts.passwords import hash_password
from app.accounts.queries import organisation_by_name, user_by_email
from app.core.clock import now, set_clock
from app.core.db import transaction
from app.demo import content, documents
from app.demo.content import Network
from app.demo.inviting import invite_those_awaited
from app.demo.profiles import load_profiles
from app.demo.reading import load_reading
from app.demo.requests import load_requests
from app.discussions.models import Post, ReadPosition, Thread
from app.discussions.operations import comment, reply, start_thread
from app.extensions import db
from app.library.kinds import kind_of
from app.library.models import Resource
from app.library.operations import ResourceDetails, share_resource
from app.library.receiving import Received, receive
from app.library.thesaurus.starting import start_thesaurus
from app.spaces.asking import request_access
from app.spaces.models import Space
from app.spaces.operations import add_member, create_space

Progress = Callable[[str], None]
LAST_VISIT = timedelta(days=4)  # everybody was last here so long ago: the home page has something to say

_CARD = re.compile(r"\[\[(resource|person):([a-z0-9.-]+)\]\]")

# A line end followed by the rest of a sentence: not by an empty line, a list item, a quotation, a title or a table.
_CUT = re.compile(r"(?<=[^\n]) *\n(?! *(?:\n|[-*+>|#]|\d+[.)] )) *")


def load_network(*, known_password: bool, progress: Progress = lambda _line: None) -> dict[str, str]:
    """Load everything that is not there yet; run again after an interruption, it goes on.

    ``known_password``: every account gets the documented password (loopback only); otherwise each gets a random one.
    Returns the random passwords made, by address, which are kept nowhere.
    """
    network, start = content.load(), now()
    with transaction():
        start_thesaurus()
    made = _load_people(network, known_password=known_password)
    progress(f"{len(network.organisations)} organisations, {len(network.people)} people")
    load_profiles(_person, {one.key: one.email for one in network.people})
    load_requests(network, start)
    _load_spaces(network, start)
    invite_those_awaited(network)
    progress(f"{len(network.spaces)} spaces")
    resources = _load_resources(network, start)
    progress(f"{len(resources)} resources")
    emails = {one.key: one.email for one in network.people}
    load_reading(lambda key: _person(emails[key]), resources, start)
    _load_threads(network, start, resources)
    _leave_them_unread(start)
    progress(f"{len(network.threads)} discussions")
    return made


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Do something as if it were another moment."""
    set_clock(lambda: moment)
    try:
        yield
    finally:
        set_clock(None)


def _load_people(network: Network, *, known_password: bool) -> dict[str, str]:
    missing = [one for one in network.people if user_by_email(one.email) is None]
    made = {} if known_password else {one.email: secrets.token_urlsafe(12) for one in missing}
    shared = hash_password(DEMO_PASSWORD)
    hashes = {email: hash_password(password) for email, password in made.items()}
    with transaction():
        for place in network.organisations:
            if organisation_by_name(place.name) is None:
                more = {"population": place.population or None, "region": place.region}
                create_organisation(place.name, place.kind, is_member=place.member, **more)
        names = {place.slug: place.name for place in network.organisations}
        for one in missing:
            user = create_user(
                one.email,
                one.name,
                password_hash=hashes.get(one.email, shared),
                organisation=organisation_by_name(names[one.organisation]),
                function=one.function,
                kind=one.kind,
                is_admin=one.is_admin,
                language=one.language,
            )
            user.is_demo = True
    return made


def _load_spaces(network: Network, start: datetime) -> None:
    emails = {one.key: one.email for one in network.people}
    for one in network.spaces:
        if db.session.scalar(select(Space.id).where(Space.slug == one.slug)) is not None:
            continue
        with at(start - timedelta(days=120)), transaction():
            space = create_space(
                one.name,
                visibility=one.visibility,
                join_policy=one.join_policy,
                summary=one.summary,
                purpose=_unwrapped(one.purpose),
                partner=one.partner,
                welcome=_unwrapped(one.welcome),
            )
            space.slug, space.short_name = one.slug, one.short_name
            for place in one.participations:
                end = start + timedelta(days=place.expires_in_days) if place.expires_in_days else None
                sponsor = user_by_email(emails[place.sponsor]) if place.sponsor else None
                person = _person(emails[place.person])
                membership = add_member(space, person, role=place.role, expires_at=end, sponsor=sponsor)
                membership.purpose = place.purpose
        for asking in one.requests:
            with at(start - timedelta(hours=20)), transaction():
                request_access(_person(emails[asking.person]), space, asking.message)


def _load_resources(network: Network, start: datetime) -> dict[str, str]:
    """Share the resources, oldest first; return the public id of each by its slug."""
    emails = {one.key: one.email for one in network.people}
    ids: dict[str, str] = {}
    for one in sorted(network.resources, key=lambda resource: -resource.days_ago):
        found = db.session.scalar(
            select(Resource.public_id)
            .join(Space, Resource.space_id == Space.id)
            .where(Space.slug == one.space, Resource.title == one.title)
        )
        moment = start - timedelta(days=one.days_ago)
        ids[one.slug] = found or _share(one, _person(emails[one.author]), moment, ids)
    return ids


def _share(one: content.Resource, author: User, moment: datetime, known: dict[str, str]) -> str:
    # A resource that carries a file says its text there; the others say it on their page.
    files = [_composed(one, file) for file in one.files]
    kind = kind_of(one.kind)
    fields = {field.name: field.type.read(typed) for field in kind.fields if (typed := one.fields.get(field.name))}
    details = ResourceDetails.of(
        kind=one.kind,
        title=one.title,
        summary=one.summary,
        body="" if files else _with_cards(one.body, known, {}),
        source=one.source if kind.asks("source") else "",
        dated_on=moment.date().isoformat() if kind.asks("dated_on") else kind.date_of(fields),
        lang=one.lang,
        tags=one.tags,
        audience=one.audience,
        fields=fields,
    )
    with at(moment), transaction():
        space = db.session.scalars(select(Space).where(Space.slug == one.space)).one()
        return share_resource(author, space, details, files=files).public_id


def _composed(one: content.Resource, file: content.File) -> Received:
    return receive(io.BytesIO(documents.compose(one, file.format)), file.name)


def _load_threads(network: Network, start: datetime, resources: dict[str, str]) -> None:
    emails = {one.key: one.email for one in network.people}
    names = {one.key: one.name for one in network.people}
    for one in network.threads:
        space_id = db.session.scalars(select(Space.id).where(Space.slug == one.space)).one()
        if not one.subject and _thread_of(space_id, one.title) is not None:
            continue
        subject = _subject(resources.get(one.subject, ""))
        if subject is not None and _has_thread(subject):
            continue
        thread: Thread | None = None
        for post in sorted(one.posts, key=lambda post: -post.hours_ago):
            text = _with_cards(post.body, resources, names)
            with at(start - timedelta(hours=post.hours_ago)), transaction():
                author = _person(emails[post.author])
                if subject is not None:
                    said = comment(author, subject, text)
                    said.page = post.page  # its file has not been read yet: how many pages it has is not known
                elif thread is None:
                    space = db.session.get_one(Space, space_id)
                    thread = start_thread(author, space, one.title, text)
                    thread.is_pinned = one.pinned
                else:
                    reply(author, thread, text)


def _subject(public_id: str) -> Resource | None:
    return db.session.scalar(select(Resource).where(Resource.public_id == public_id))


def _has_thread(subject: Resource) -> bool:
    about = (Thread.subject_type == subject.__tablename__) & (Thread.subject_id == subject.id)
    return db.session.scalar(select(Thread.id).where(about)) is not None


def _thread_of(space_id: int, title: str) -> int | None:
    return db.session.scalar(select(Thread.id).where(Thread.space_id == space_id, Thread.title == title))


def _with_cards(text: str, resources: dict[str, str], names: dict[str, str]) -> str:
    """Point to resources by their public id and name people, in place of the content's own marks."""

    def shown(found: re.Match[str]) -> str:
        kind, key = found.groups()
        if kind == "resource":
            return f"[[resource:{resources[key]}]]" if key in resources else ""
        return names.get(key, "")

    return _CARD.sub(shown, _unwrapped(text))


def _unwrapped(text: str) -> str:
    """Join the lines that the content's files cut at the margin: people do not press Enter inside a sentence."""
    return _CUT.sub(" ", text)


def _leave_them_unread(start: datetime) -> None:
    """Let everybody have read what was there at their last visit, and what they answered since."""
    visit = start - LAST_VISIT
    with transaction() as session:
        session.execute(
            update(User)
            .where(User.is_demo, User.previous_visit_at.is_(None))
            .values(previous_visit_at=visit, last_seen_at=visit)
        )
        people = set(session.scalars(select(User.id).where(User.is_demo)))
        known = {(row.user_id, row.thread_id) for row in session.scalars(select(ReadPosition))}
        read: dict[tuple[int, int], int] = {}
        posts = session.execute(select(Post.thread_id, Post.n, Post.created_at, Post.author_id))
        for thread_id, n, moment, author in posts:
            for person in people if moment <= visit else people & {author or 0}:
                read[person, thread_id] = max(n, read.get((person, thread_id), 0))
        rows = [
            {"user_id": person, "thread_id": thread_id, "n": n, "at": visit}
            for (person, thread_id), n in read.items()
            if (person, thread_id) not in known
        ]
        if rows:
            session.execute(insert(ReadPosition), rows)


def _person(email: str) -> User:
    user = user_by_email(email)
    if user is None:
        raise LookupError(email)
    return user
