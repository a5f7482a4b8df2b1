"""A network of a given size in a temporary instance: rows written in bulk, the index built by search itself."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, select

from app import create_app
from app.accounts.models import Expertise, Organisation, User
from app.core.clock import now
from app.core.db import sort_key, transaction
from app.core.text import RENDERER_VERSION, slugify
from app.core.worker import Worker, run_all
from app.discussions.models import Post, ReadPosition, Thread
from app.extensions import db
from app.library.comparing import MOST
from app.library.kinds import KINDS, kind_of
from app.library.kinds.practice import COSTS, EVALUATIONS, TARGET_GROUPS
from app.library.models import (
    Attachment,
    Blob,
    FileVersion,
    Page,
    Reading,
    Resource,
    Tag,
    Unit,
    resource_facet,
    resource_tag,
)
from app.library.operations import ResourceDetails, share_resource
from app.library.reading.run import READER_VERSION
from app.library.receiving import receive
from app.search.models import touch_audience
from app.search.operations import rebuild_soon
from app.spaces.models import JoinPolicy, Membership, Role, Space, State, Visibility
from benchmarks.words import COMMON, PHRASE, RARE, Writer, html_of, pdf
from config import Settings

READER = "lectrice@montclair.example"
ADMIN = "administratrice@villes.example"
SPACES = (
    ("Politique des drogues", Visibility.OPEN, JoinPolicy.FREE),
    ("Police et population", Visibility.OPEN, JoinPolicy.FREE),
    ("Vie nocturne", Visibility.REQUEST, JoinPolicy.REQUEST),
    ("Maires en première ligne", Visibility.PRIVATE, JoinPolicy.INVITATION),
)
LONG_THREAD = 1
READ_SPACES = (1, 2, 4)  # where the reader takes part
REGIONS = ("Bretagne", "Occitanie", "Grand Est", "Hauts-de-France", "Normandie")
HISTORY = timedelta(days=730)
LAST_VISIT = timedelta(days=4)


@dataclass(frozen=True)
class Size:
    """How large a network is. ``long_thread``: posts of the one long discussion, counted in ``posts``.

    ``listed``: people beside the others, who take part in no space: they are only found in lists and in the directory.
    ``indexed``: whether search is built over them all.
    """

    threads: int
    posts: int
    resources: int
    long_thread: int
    people: int
    file_pages: int
    listed: int
    indexed: bool = True
    engine: str = "whoosh"

    @property
    def files(self) -> int:
        """Resources that carry a file of several pages: three in ten."""
        return max(1, self.resources * 3 // 10)


FULL = Size(threads=1000, posts=20_000, resources=1000, long_thread=500, people=200, file_pages=10, listed=1800)
SMALL = Size(threads=3, posts=10, resources=3, long_thread=4, people=5, file_pages=2, listed=5)


@dataclass(frozen=True)
class Place:
    """A built network and the addresses that are measured."""

    app: Flask
    size: Size
    reader_id: int
    admin_id: int
    space: str
    other_spaces: tuple[str, ...]
    long_thread: str
    last_page: int
    other_thread: str
    resource: str
    #: Public id and slug of those compared.
    practices: tuple[str, ...]


def build(folder: Path, size: Size) -> Place:
    """Build a network in an empty folder and return it. Deterministic but for the ids shown in addresses."""
    app = create_app(Settings(instance=folder, demo="0", search_engine=size.engine), PASSWORD_COST="test")  # noqa: S106 - costs of hashing, no secret
    with app.app_context():
        db.create_all()
        with transaction() as session:
            for model, rows in _tables(size, Writer()):
                session.execute(insert(model), rows)
            touch_audience()
            if size.indexed:
                rebuild_soon()
        resource = _share_real_file(size)
        db.session.remove()
    if size.indexed:
        run_all(app)
    else:
        _read_files(app)
    with app.app_context():
        place = _addresses(app, size, resource)
        db.session.remove()
    return place


def _tables(size: Size, writer: Writer) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    """Yield each table with its rows, in the order of the references between them."""
    start = now() - HISTORY
    yield Organisation, _organisations(size)
    yield User, _people(size)
    yield Expertise, _expertise(size)
    yield Space, _spaces()
    yield Membership, _memberships(size)
    threads = _threads(size, writer, start)
    posts = _posts(threads, size, writer, start)
    yield Thread, threads
    yield Post, posts
    yield ReadPosition, [{"user_id": 1, "thread_id": one["id"], "n": one["post_count"]} for one in threads[::3]]
    yield Tag, [{"slug": slugify(label), "label": label, "sort_key": sort_key(label)} for label in _labels()]
    resources = _resources(size, writer, start)
    yield Resource, resources
    yield resource_facet, _facets(resources)
    yield resource_tag, [{"resource_id": 1 + i, "tag_id": 1 + i % len(_labels())} for i in range(size.resources)]
    yield from _files(size, writer)


def _organisations(size: Size) -> list[dict[str, Any]]:
    names = [f"Ville de Saint-Exemple {i + 1}" for i in range(max(2, size.people // 4))]
    return [
        {
            "name": name,
            "sort_key": sort_key(name),
            "region": REGIONS[i % len(REGIONS)],
            "population": 4_000 * (1 + i % 97),
        }
        for i, name in enumerate(names)
    ]


def _people(size: Size) -> list[dict[str, Any]]:
    places = max(2, size.people // 4)
    everybody = size.people + size.listed
    return [
        {
            "email": {0: READER, everybody - 1: ADMIN}.get(i, f"personne-{i}@villes.example"),
            "is_admin": i == everybody - 1,
            "totp_confirmed_at": now() if i == everybody - 1 else None,  # those who run the site must have it
            "in_directory": i % 5 > 0,
            "mandate": ("elected", "agent")[i % 2],
            "spoken_languages": ["fr", "en"][: 1 + i % 2],
            "name": f"Camille Exemple {i}",
            "sort_key": sort_key(f"Camille Exemple {i}"),
            "function": "Coordonnatrice du CLSPD",
            "organisation_id": 1 + i % places,
            "created_at": now() - HISTORY,
            "last_seen_at": now(),
            "previous_visit_at": now() - LAST_VISIT,
        }
        for i in range(everybody)
    ]


def _expertise(size: Size) -> list[dict[str, Any]]:
    """Everybody knows about two subjects."""
    rows = []
    for i in range(size.people + size.listed):
        for shift in (0, 3):
            label = _labels()[(i + shift) % len(_labels())]
            rows.append({"user_id": 1 + i, "label": label, "sort_key": sort_key(label)})
    return rows


def _spaces() -> list[dict[str, Any]]:
    return [
        {
            "slug": slugify(name),
            "name": name,
            "sort_key": sort_key(name),
            "visibility": visibility,
            "join_policy": policy,
        }
        for name, visibility, policy in SPACES
    ]


def _memberships(size: Size) -> list[dict[str, Any]]:
    """Everybody takes part in the first space; the reader in three; one person in four elsewhere."""
    rows = [{"space_id": space, "user_id": 1, "role": Role.MEMBER} for space in READ_SPACES]
    for i in range(1, size.people):
        rows.append({"space_id": 1, "user_id": 1 + i, "role": Role.FACILITATOR if i == 1 else Role.MEMBER})
        if i % 4 == 0:
            rows.append({"space_id": 2 + i % 3, "user_id": 1 + i, "role": Role.MEMBER})
    return rows


def _home_of(i: int) -> int:
    """Return the space of a thing: six in ten stand in the first one."""
    return 1 if i % 10 < 6 else 2 + i % 3  # noqa: PLR2004 - six in ten


def _threads(size: Size, writer: Writer, start: datetime) -> list[dict[str, Any]]:
    short, more = divmod(size.posts - size.long_thread, size.threads - 1)
    rows = []
    for i in range(size.threads):
        title, moment = writer.title(), start + HISTORY * i / size.threads
        count = size.long_thread if i == 0 else short + (i <= more)
        last = now() - timedelta(minutes=30) if i == 0 else moment + timedelta(minutes=20 * count)
        rows.append(
            {
                "id": 1 + i,
                "title": title,
                "sort_key": sort_key(title),
                "space_id": _home_of(i),
                "author_id": 1 + i % size.people,
                "state": State.PUBLISHED,
                "published_at": moment,
                "created_at": moment,
                "post_count": count,
                "last_post_at": last,
                "last_post_by_id": 1 + (i + 1) % size.people,
            }
        )
    return rows


def _posts(threads: list[dict[str, Any]], size: Size, writer: Writer, start: datetime) -> list[dict[str, Any]]:
    rows = []
    for thread in threads:
        first, count = thread["created_at"], thread["post_count"]
        step = (thread["last_post_at"] - first) / count
        for n in range(1, count + 1):
            source = writer.post()
            rows.append(
                {
                    "thread_id": thread["id"],
                    "n": n,
                    "author_id": 1 + (thread["id"] + n) % size.people,
                    "source": source,
                    "html": html_of(source),
                    "renderer_version": RENDERER_VERSION,
                    "created_at": max(start, first + step * n),
                }
            )
    rows[-1] |= {"source": f"Un {RARE}.", "html": html_of(f"Un {RARE}.")}
    return rows


def _labels() -> list[str]:
    return [
        f"thème {name}" for name in ("nuit", "jeunesse", "médiation", "trafics", "santé", "justice", "vidéo", "école")
    ]


def _resources(size: Size, writer: Writer, start: datetime) -> list[dict[str, Any]]:
    kinds = ["practice", "practice", *(kind for kind in KINDS if kind != "practice")]
    rows = []
    for i in range(size.resources):
        title, summary, body = writer.title(), writer.text(2), writer.post()
        moment = start + HISTORY * (i + 1) / size.resources
        rows.append(
            {
                "id": 1 + i,
                "title": title,
                "sort_key": sort_key(title),
                "space_id": _home_of(i),
                "author_id": 1 + i % size.people,
                "kind": kinds[i % len(kinds)],
                "fields": practice_fields(i, writer) if kinds[i % len(kinds)] == "practice" else {},
                "summary": summary,
                "body": body,
                "body_html": html_of(body),
                "renderer_version": RENDERER_VERSION,
                "state": State.PUBLISHED,
                "published_at": moment,
                "created_at": moment,
            }
        )
    return rows


def practice_fields(i: int, writer: Writer) -> dict[str, Any]:
    """Return what a local practice tells, every field filled."""
    return {
        "place": f"Ville de Saint-Exemple {1 + i % 50}",
        "start": f"{2012 + i % 13}-09",
        "target_groups": [TARGET_GROUPS[(i + shift) % len(TARGET_GROUPS)][0] for shift in (0, 3)],
        "cost_band": COSTS[i % len(COSTS)][0],
        "evaluation": EVALUATIONS[i % len(EVALUATIONS)][0],
        "partners": [f"Partenaire {i % 40}", "Préfecture"],
        **{name: writer.text(3) for name in ("need", "objectives", "actions", "results", "difficulties", "advice")},
    }


def _facets(resources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"resource_id": one["id"], "name": name, "value": value}
        for one in resources
        for name, value in sorted(kind_of(one["kind"]).keys_of(one["fields"]))
    ]


def _files(size: Size, writer: Writer) -> Iterator[tuple[Any, list[dict[str, Any]]]]:
    """Yield files already read: their bytes are nowhere, their pages are."""
    numbers = range(1, size.files + 1)
    yield Blob, [_blob(i, size) for i in numbers]
    yield Attachment, [{"resource_id": i} for i in numbers]
    yield FileVersion, [{"attachment_id": i, "blob_id": i, "name": f"rapport-{i}.pdf", "by_id": 1} for i in numbers]
    pages = [(blob, n) for blob in numbers for n in range(1, size.file_pages + 1)]
    constant = {"unit": Unit.PAGE, "reader_version": READER_VERSION}
    yield Page, [{"blob_id": blob, "n": n, "text": writer.page(), **constant} for blob, n in pages]


def _blob(number: int, size: Size) -> dict[str, Any]:
    return {
        "sha256": hashlib.sha256(str(number).encode()).hexdigest(),
        "size": 100_000,
        "type": "pdf",
        "reading": Reading.SEARCHABLE,
        "reader_version": READER_VERSION,
        "page_count": size.file_pages,
    }


def _share_real_file(size: Size) -> str:
    """Share one document whose bytes are there, the way people do; return its public id."""
    writer = Writer(seed=11)
    begins = f"La {COMMON}, le {RARE} et le {PHRASE}."
    pages = [f"{begins}\nPage {n + 1}.\n{writer.page()}" for n in range(max(4, size.file_pages))]
    received = receive(io.BytesIO(pdf(pages)), "rapport.pdf")
    with transaction() as session:
        person, space = session.get_one(User, 2), session.get_one(Space, 1)
        details = ResourceDetails.of(kind="report", title="Rapport mesuré", summary=writer.text(2), lang="fr")
        return share_resource(person, space, details, files=[received]).public_id


def _read_files(app: Flask) -> None:
    """Read what waits to be read, as the worker does, and leave search alone."""
    worker = Worker(app)
    while worker.run_once("files"):
        pass


def _addresses(app: Flask, size: Size, resource: str) -> Place:
    thread, other = db.session.get_one(Thread, LONG_THREAD), db.session.get_one(Thread, 2)
    slugs = [db.session.get_one(Space, number).slug for number in READ_SPACES]
    last_page = -(-thread.post_count // 50)
    read = (Resource.kind == "practice") & Resource.space_id.in_(READ_SPACES)
    practices = db.session.scalars(select(Resource).where(read).order_by(Resource.id).limit(MOST))
    return Place(
        app=app,
        size=size,
        reader_id=1,
        admin_id=size.people + size.listed,
        space=slugs[0],
        other_spaces=tuple(slugs[1:]),
        long_thread=f"/discussions/{thread.public_id}-{slugify(thread.title)}",
        last_page=last_page,
        other_thread=f"/discussions/{other.public_id}",
        resource=f"/ressources/{resource}-rapport-mesure",
        practices=tuple(f"{one.public_id}-{slugify(one.title)}" for one in practices),
    )
