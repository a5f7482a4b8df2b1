"""The demonstration network as typed objects, read from the files beside and checked whole.

Everything here is data: no database, no request. Moments are offsets before the load ("days ago", "hours ago"),
so that the network looks alive whenever it is loaded.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from app.library.kinds import KINDS, UnreadableError, kind_of

Thing = TypeVar("Thing")
FOLDER = Path(__file__).parent / "content"


FORMATS = ("pdf", "docx", "odt")
VISIBILITIES = ("open", "request", "private")
JOIN_POLICIES = ("free", "request", "invitation")
AUDIENCES = ("space", "network")

_CARD = re.compile(r"\[\[(resource|person):([a-z0-9.-]+)\]\]")
_POST = re.compile(r"^@@ (?P<author>[a-z.-]+) (?P<hours>\d+)h(?P<marks>(?: \w+=\d+)*)$", re.MULTILINE)
_APOSTROPHE = re.compile(r"(?<=\w)'(?=[\w«*])")


class ContentError(ValueError):
    """The demonstration content contradicts itself; the message names the file and the fault."""


@dataclass(frozen=True)
class Organisation:
    """A city, inter-municipality, department, university or association; `population` is 0 where it means nothing."""

    slug: str
    name: str
    short_name: str
    kind: str
    population: int
    region: str
    member: bool


@dataclass(frozen=True)
class Person:
    """Somebody of the network; `kind` is member or guest, `role` names the demo account it stands for, or ""."""

    key: str
    name: str
    email: str
    function: str
    organisation: str
    kind: str
    language: str
    is_admin: bool
    role: str


@dataclass(frozen=True)
class Participation:
    """A person's place in a space: `role` is facilitator or member; only guests have a sponsor and an end."""

    person: str
    role: str
    sponsor: str = ""
    expires_in_days: int | None = None
    purpose: str = ""


@dataclass(frozen=True)
class Invited:
    """Somebody invited as a guest into a space, who has not answered yet."""

    email: str
    name: str
    by: str
    days: int
    purpose: str
    words: str


@dataclass(frozen=True)
class Asking:
    """Somebody who asks to enter a space, with a few words."""

    person: str
    message: str


@dataclass(frozen=True)
class Space:
    """A working group; `canaries` are words that stand in this space and nowhere else."""

    slug: str
    name: str
    short_name: str
    summary: str
    purpose: str
    visibility: str
    join_policy: str
    partner: str
    participations: tuple[Participation, ...]
    canaries: tuple[str, ...]
    welcome: str
    requests: tuple[Asking, ...]
    invited: tuple[Invited, ...]


@dataclass(frozen=True)
class File:
    """A file to compose from a resource's body: its name with extension, and its format (pdf, docx, odt)."""

    name: str
    format: str


@dataclass(frozen=True)
class Resource:
    """An item of the library, its Markdown body, and the files to compose from it.

    `author` is the key of the person who shared it, `days_ago` when; `chapters` asks for a cover, a table of
    contents and a page for each chapter; `fields` holds what is proper to the kind, by name, as a person types it.
    """

    slug: str
    title: str
    kind: str
    space: str
    audience: str
    author: str
    organisation: str
    days_ago: float
    lang: str
    tags: tuple[str, ...]
    summary: str
    source: str
    date: str
    chapters: bool
    files: tuple[File, ...]
    fields: Mapping[str, str]
    body: str


@dataclass(frozen=True)
class Post:
    """A message: Markdown with `[[resource:slug]]` and `[[person:key]]` cards; `page` when it speaks of one."""

    author: str
    hours_ago: int
    body: str
    page: int | None = None
    useful: int = 0


@dataclass(frozen=True)
class Thread:
    """A discussion, oldest post first; `subject` is the slug of the resource it comments on, or ""."""

    slug: str
    title: str
    space: str
    subject: str
    pinned: bool
    posts: tuple[Post, ...]

    @property
    def starter(self) -> str:
        """The key of the person who wrote first."""
        return self.posts[0].author


@dataclass(frozen=True)
class Network:
    """The whole demonstration network, in the order of its files."""

    organisations: tuple[Organisation, ...]
    people: tuple[Person, ...]
    spaces: tuple[Space, ...]
    resources: tuple[Resource, ...]
    threads: tuple[Thread, ...]

    def organisation(self, slug: str) -> Organisation:
        """The organisation of that slug; raises ContentError if there is none."""
        return _only(self.organisations, "slug", slug)

    def person(self, key: str) -> Person:
        """The person of that key; raises ContentError if there is none."""
        return _only(self.people, "key", key)

    def space(self, slug: str) -> Space:
        """The space of that slug; raises ContentError if there is none."""
        return _only(self.spaces, "slug", slug)

    def resource(self, slug: str) -> Resource:
        """The resource of that slug; raises ContentError if there is none."""
        return _only(self.resources, "slug", slug)


@cache
def load() -> Network:
    """Read, assemble and check the demonstration network; raises ContentError at the first contradiction."""
    network = Network(
        organisations=tuple(Organisation(**row) for row in _rows("organisation")),
        people=tuple(_person(row) for row in _rows("person", "people.toml")),
        spaces=tuple(_space(row) for row in _rows("space")),
        resources=tuple(_resource(path) for path in sorted((FOLDER / "resources").glob("*.md"))),
        threads=tuple(_thread(path) for path in sorted((FOLDER / "threads").glob("*.md"))),
    )
    for fault in _faults(network):
        raise ContentError(fault)
    return network


def cards(text: str) -> list[tuple[str, str]]:
    """The cards of a Markdown text in order, as (kind, slug or key) with kind resource or person."""
    return [(match[1], match[2]) for match in _CARD.finditer(text)]


def typographic(text: str) -> str:
    """The same text with the apostrophes of a printed page."""
    return _APOSTROPHE.sub("’", text)


def _only(things: Iterable[Thing], field: str, value: str) -> Thing:
    for thing in things:
        if getattr(thing, field) == value:
            return thing
    raise ContentError(f"no {field} {value!r} in the demonstration content")


def _rows(name: str, file: str = "") -> list[dict[str, Any]]:
    text = (FOLDER / (file or f"{name}s.toml")).read_text("utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(typographic(text))[name]
    return rows


def _person(row: dict[str, Any]) -> Person:
    return Person(**{"is_admin": False, "role": "", **row})


def _space(row: dict[str, Any]) -> Space:
    places = [Participation(key, "facilitator") for key in row.pop("facilitators")]
    places += [Participation(key, "member") for key in row.pop("members")]
    places += [Participation(role="member", **guest) for guest in row.pop("guests")]
    row["purpose"] = row["purpose"].strip()
    row["canaries"] = tuple(row.pop("canaries"))
    row["invited"] = tuple(Invited(**one) for one in row.pop("invited", []))
    welcome, asking = row.pop("welcome", "").strip(), tuple(Asking(**one) for one in row.pop("requests", []))
    return Space(**row, participations=tuple(places), welcome=welcome, requests=asking)


def _front_matter(path: Path) -> tuple[dict[str, Any], str]:
    _, head, body = typographic(path.read_text("utf-8")).split("+++\n", 2)
    try:
        return tomllib.loads(head), body.strip()
    except tomllib.TOMLDecodeError as fault:
        raise ContentError(f"{path.name}: {fault}") from fault


def _resource(path: Path) -> Resource:
    head, body = _front_matter(path)
    optional = {"lang": "fr", "source": "", "date": "", "chapters": False, "fields": {}}
    files = tuple(File(**file) for file in head.pop("files", []))
    tags = tuple(head.pop("tags"))
    return Resource(**{**optional, **head}, slug=path.stem, tags=tags, files=files, body=body)


def _thread(path: Path) -> Thread:
    head, body = _front_matter(path)
    return Thread(**{"subject": "", "pinned": False, **head}, slug=path.stem, posts=tuple(_posts(body)))


def _posts(text: str) -> Iterator[Post]:
    heads = list(_POST.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    for head, end in zip(heads, ends, strict=True):
        marks = {name: int(value) for name, value in (mark.split("=") for mark in head["marks"].split())}
        yield Post(head["author"], int(head["hours"]), text[head.end() : end].strip(), **marks)


def _faults(network: Network) -> Iterator[str]:
    yield from _doubles("organisation", [each.slug for each in network.organisations])
    yield from _doubles("person", [each.key for each in network.people])
    yield from _doubles("space", [each.slug for each in network.spaces])
    for person in network.people:
        network.organisation(person.organisation)
    for space in network.spaces:
        yield from _faults_of_space(network, space)
    for resource in network.resources:
        yield from _faults_of_resource(network, resource)
    for thread in network.threads:
        yield from _faults_of_thread(network, thread)


def _doubles(what: str, keys: list[str]) -> Iterator[str]:
    yield from (f"{what} {key!r} is there twice" for key in sorted({k for k in keys if keys.count(k) > 1}))


def _faults_of_space(network: Network, space: Space) -> Iterator[str]:
    if space.visibility not in VISIBILITIES or space.join_policy not in JOIN_POLICIES:
        yield f"{space.slug}: unknown visibility or join policy"
    yield from _doubles(f"{space.slug}: participant", [place.person for place in space.participations])
    for place in space.participations:
        is_guest = network.person(place.person).kind == "guest"
        if is_guest != (place.expires_in_days is not None) or is_guest != bool(place.sponsor):
            yield f"{space.slug}: {place.person} should have a sponsor and an end if, and only if, a guest"


def _faults_of_resource(network: Network, resource: Resource) -> Iterator[str]:
    network.organisation(resource.organisation)
    if resource.kind not in KINDS or resource.audience not in AUDIENCES:
        yield f"{resource.slug}: unknown kind or audience"
    if not _takes_part(network.space(resource.space), resource.author):
        yield f"{resource.slug}: {resource.author} takes no part in {resource.space}"
    yield from _faults_of_fields(resource)
    for file in resource.files:
        if file.format not in FORMATS or not file.name.endswith(f".{file.format}"):
            yield f"{resource.slug}: {file.name} does not match its format"


def _faults_of_fields(resource: Resource) -> Iterator[str]:
    """The fields must be those of the kind, readable by their types, and the required ones there."""
    kind = kind_of(resource.kind)
    known = {one.name: one for one in kind.fields}
    yield from (f"{resource.slug}: {name} is no field of its kind" for name in resource.fields if name not in known)
    for name, one in known.items():
        if one.is_required and not resource.fields.get(name):
            yield f"{resource.slug}: {name} is missing"
    for name, typed in resource.fields.items():
        try:
            known[name].type.read(typed) if name in known else None
        except UnreadableError as refusal:
            yield f"{resource.slug}: {name}: {refusal}"


def _faults_of_thread(network: Network, thread: Thread) -> Iterator[str]:
    space = network.space(thread.space)
    if thread.subject and network.resource(thread.subject).space != thread.space:
        yield f"{thread.slug}: its subject lives in another space"
    hours = [post.hours_ago for post in thread.posts]
    if not hours or hours != sorted(hours, reverse=True):
        yield f"{thread.slug}: posts are not in order of time"
    for post in thread.posts:
        if not _takes_part(space, post.author):
            yield f"{thread.slug}: {post.author} takes no part in {space.slug}"
        for kind, key in cards(post.body):
            network.resource(key) if kind == "resource" else network.person(key)


def _takes_part(space: Space, key: str) -> bool:
    return any(place.person == key for place in space.participations)
