"""Killed with -9 while people write, the site has everything it acknowledged, and finds it again by itself."""

from __future__ import annotations

import hashlib
import http.client
import os
import secrets
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.accounts.models import User
from app.accounts.queries import user_by_email
from app.core.db import transaction
from app.core.storage import storage
from app.discussions.models import Post, Thread
from app.discussions.operations import start_thread
from app.extensions import db
from app.library.models import Blob, FileVersion, Page, Reading, Resource
from app.search.operations import find
from app.search.query import parse
from app.spaces.models import Space
from tests.journeys.killable import Person, Site, until
from tests.library.shelves import pdf
from tests.people import FACILITATOR, MEMBER, OPEN, bring_in

pytestmark = pytest.mark.slow

FOUND_WITHIN = 10.0
READ_WITHIN = 60.0
WRITING_SECONDS = 3.0
NEW_RESOURCE = f"/espaces/{OPEN}/ressources/nouvelle"
DEGRADED = "se répare"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A started site with the cast and one discussion."""
    with _started(tmp_path / "instance") as running:
        yield running


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The same for tests that kill nothing but the worker, which is started again: they share one."""
    with _started(tmp_path_factory.mktemp("steady") / "instance") as running:
        yield running


@contextmanager
def _started(folder: Path) -> Iterator[Site]:
    running = Site(folder)
    running.start()
    with running.looked_at():
        bring_in()
        space = db.session.scalars(select(Space).where(Space.slug == OPEN)).one()
        person = _person(FACILITATOR)
        with transaction():
            start_thread(person, space, "Le fil", "Bonjour à tous")
    yield running
    running.stop()
    with running.looked_at():
        db.engine.dispose()


def _person(email: str) -> User:
    found = user_by_email(email)
    assert found is not None
    return found


def new_word() -> str:
    """Return a word nobody has written before, without any ending that an analyser would take off."""
    return "q" + "".join(secrets.choice("bcdfghjklmnp") for _ in range(12)) + "k"


@dataclass
class Sent:
    """What the site acknowledged, by the word each thing holds: posts, discussions, resources with their bytes."""

    posts: set[str] = field(default_factory=set)
    threads: set[str] = field(default_factory=set)
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def words(self) -> set[str]:
        return self.posts | self.threads | set(self.files)


@dataclass
class Crowd:
    """People who write as fast as they can until told to stop."""

    site: Site
    sent: Sent
    thread: str
    over: threading.Event = field(default_factory=threading.Event)
    refused: list[str] = field(default_factory=list)

    def write(self, seconds: float, then: Callable[[], None]) -> None:
        """Let everybody write for a while, do ``then`` in the middle of it, and wait until all have noticed."""
        deeds = [self._reply, self._reply, self._reply, self._start, self._share, self._upload]
        people = [Person(self.site).signed_in(MEMBER if number % 2 else FACILITATOR) for number, _ in enumerate(deeds)]
        threads = [
            threading.Thread(target=self._go_on, args=(deed, who)) for deed, who in zip(deeds, people, strict=True)
        ]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        then()
        self.over.set()
        for thread in threads:
            thread.join()
        self.over.clear()

    def _go_on(self, deed: Callable[[Person], str], person: Person) -> None:
        while not self.over.is_set():
            try:
                refusal = deed(person)
            except (OSError, http.client.HTTPException):
                continue  # killed: not acknowledged
            if refusal:
                self.refused.append(refusal)
                time.sleep(0.2)

    def _reply(self, person: Person) -> str:
        word = new_word()
        answer = person.post(f"/discussions/{self.thread}/reponses", {"body": f"Réponse {word}", "seen": "1"})
        if answer.status == 302:
            self.sent.posts.add(word)
            return ""
        return f"reply {answer.status}"

    def _start(self, person: Person) -> str:
        word = new_word()
        fields = {"title": f"Question {word}", "body": "Qui a essayé ?"}
        answer = person.post(f"/espaces/{OPEN}/discussions/nouvelle", fields)
        if answer.status == 302:
            self.sent.threads.add(word)
            return ""
        return f"thread {answer.status}"

    def _share(self, person: Person) -> str:
        """Share a resource with its file in one sending."""
        word = new_word()
        content = f"Note sur la médiation, mot {word}.\n".encode() * 40
        return self._shared(person, word, content, (f"{word}.txt", content))

    def _upload(self, person: Person) -> str:
        """Send the file first, as the page's script does, then the form."""
        word = new_word()
        content = f"Bilan du dispositif, mot {word}.\n".encode() * 40
        sent = person.post(NEW_RESOURCE, {}, (f"{word}.txt", content), **{"X-Requested-With": "fetch"})
        if sent.status != 201:
            return f"upload {sent.status}"
        return self._shared(person, word, content, None)

    def _shared(self, person: Person, word: str, content: bytes, file: tuple[str, bytes] | None) -> str:
        fields = {"kind": "report", "title": f"Document {word}", "audience": "space", "lang": "fr"}
        answer = person.post(NEW_RESOURCE, fields, file)
        time.sleep(0.3)  # a reading is a process: more a second than can be read would only make the test long
        if answer.status == 302:
            self.sent.files[word] = content
            return ""
        return f"share {answer.status}"


@pytest.mark.alone
def test_everything_acknowledged_survives_three_kills(site: Site) -> None:
    sent = Sent()
    crowd = Crowd(site, sent, _thread_of(site))
    for _ in range(3):
        before = len(sent.words)
        crowd.write(WRITING_SECONDS, site.kill)
        site.start()
        assert len(sent.words) > before
        unfound = _unfound(site, sent.words, FOUND_WITHIN)
        assert unfound == set()
    assert crowd.refused == []
    print(f"{len(sent.posts)} posts, {len(sent.threads)} discussions, {len(sent.files)} files acknowledged")  # noqa: T201
    assert until(lambda: site.open_jobs() == [], READ_WITHIN), site.open_jobs()
    _nothing_lost_or_doubled(site, sent)
    _no_half_things(site)
    _downloads_are_whole(site, sent)
    _found_over_http(site, sent)
    assert "Traceback" not in site.said()


def _thread_of(site: Site) -> str:
    with site.looked_at():
        return str(db.session.scalars(select(Thread.public_id).where(Thread.title == "Le fil")).one())


def _unfound(site: Site, words: set[str], seconds: float) -> set[str]:
    """Return the words search does not find in time."""
    missing = set(words)

    def all_found() -> bool:
        with site.looked_at():
            person = _person(MEMBER)
            for word in sorted(missing):
                found = find(person, parse(word).query)
                if found.total and not found.degraded:
                    missing.discard(word)
                elif not found.total:
                    return False
        return not missing

    until(all_found, seconds, every=0.3)
    return missing


def _nothing_lost_or_doubled(site: Site, sent: Sent) -> None:
    with site.looked_at():
        posts = Counter(db.session.scalars(select(Post.source).where(Post.source.startswith("Réponse"))))
        titles = Counter(db.session.scalars(select(Thread.title).where(Thread.title.startswith("Question"))))
        resources = Counter(db.session.scalars(select(Resource.title)))
    assert {f"Réponse {word}" for word in sent.posts} <= posts.keys()
    assert {f"Question {word}" for word in sent.threads} <= titles.keys()
    assert {f"Document {word}" for word in sent.files} <= resources.keys()
    for counter in (posts, titles, resources):
        assert set(counter.values()) == {1}


def _no_half_things(site: Site) -> None:
    """Numbers without gaps, a first post in each discussion, a file with its very bytes behind each resource."""
    with site.looked_at():
        counted = select(Thread.post_count, func.count(Post.id), func.max(Post.n)).outerjoin(Post).group_by(Thread.id)
        assert [row for row in db.session.execute(counted) if len(set(row)) != 1 or row[0] == 0] == []
        without = select(Resource.id).where(~Resource.attachments.any())
        assert db.session.scalars(without).all() == []
        for sha256 in db.session.scalars(select(Blob.sha256).join(FileVersion)):
            assert hashlib.sha256(storage().path(sha256).read_bytes()).hexdigest() == sha256
        states = Counter(db.session.scalars(select(Blob.reading)))
    assert set(states) == {Reading.SEARCHABLE}


def _downloads_are_whole(site: Site, sent: Sent) -> None:
    with site.looked_at():
        rows = db.session.execute(select(FileVersion.public_id, FileVersion.name)).all()
    person = Person(site).signed_in(MEMBER)
    held = {name.removesuffix(".txt"): person.get(f"/fichiers/{one}/{name}").content for one, name in rows}
    assert {word: held.get(word) for word in sent.files} == sent.files


def _found_over_http(site: Site, sent: Sent) -> None:
    person = Person(site).signed_in(MEMBER)
    shown = [(word, "<mark>{}") for word in sorted(sent.posts)[:5]]
    shown += [(word, "Question {}") for word in sorted(sent.threads)[:5]]
    shown += [(word, "Document {}") for word in sorted(sent.files)[:5]]
    for word, words in shown:
        page = person.get(f"/recherche?q={word}")
        assert (page.status, DEGRADED in page.text, words.format(word) in page.text) == (200, False, True), words


@pytest.mark.alone
def test_worker_killed_in_the_middle_of_indexing_loses_nothing(steady: Site) -> None:
    person, thread, words = Person(steady).signed_in(MEMBER), _thread_of(steady), set()
    for _ in range(3):
        for _ in range(10):
            words.add(new_word())
            body = " ".join(sorted(words))
            assert person.post(f"/discussions/{thread}/reponses", {"body": body}).status == 302
            if steady.is_running("search.index"):
                break
        until(lambda: steady.is_running("search.index"), 2, every=0.005)
        _kill_worker(steady)
        assert person.get("/recherche?q=bonjour").status == 200
    assert _unfound(steady, words, FOUND_WITHIN + 4) == set()  # the third start comes after a pause of two seconds
    assert until(lambda: steady.open_jobs() == [], READ_WITHIN), steady.open_jobs()


def test_worker_killed_in_the_middle_of_a_reading_loses_nothing(steady: Site) -> None:
    person, word = Person(steady).signed_in(MEMBER), new_word()
    content = pdf(*[f"numéro {n}, {word}" for n in range(1, 400)])
    fields = {"kind": "report", "title": "Un long rapport", "audience": "space", "lang": "fr"}
    assert person.post(NEW_RESOURCE, fields, ("long.pdf", content)).status == 302
    assert until(lambda: steady.is_running("library.extract"), 20, every=0.02)
    _kill_worker(steady)
    assert person.get("/").status == 200
    assert (
        person.post(f"/discussions/{_thread_of(steady)}/reponses", {"body": f"Pendant ce temps {word}"}).status == 302
    )
    assert until(lambda: steady.open_jobs() == [], READ_WITHIN), steady.open_jobs()
    with steady.looked_at():
        assert db.session.scalars(select(Blob.reading)).all() == [Reading.SEARCHABLE]
        found = find(_person(MEMBER), parse(word).query)
        pages = db.session.scalar(select(func.count()).select_from(Page))
    assert (found.total, pages) == (2, 399)


def _kill_worker(site: Site) -> None:
    assert until(site.worker, 20)
    worker = site.worker()
    assert worker is not None
    os.kill(worker, signal.SIGKILL)


def _remove(index: Path) -> None:
    shutil.rmtree(index)


def _truncate(index: Path) -> None:
    for path in _files(index):
        with path.open("r+b") as file:
            file.truncate(path.stat().st_size // 2)


def _scramble(index: Path) -> None:
    for path in _files(index):
        path.write_bytes(secrets.token_bytes(max(100, path.stat().st_size)))


def _forget_the_name(index: Path) -> None:
    (index / "current.json").write_text("{}", encoding="utf-8")


def _files(index: Path) -> list[Path]:
    return [path for path in index.rglob("*") if path.is_file() and not path.name.endswith("LOCK")]


@pytest.mark.parametrize("damage", [_remove, _truncate, _scramble, _forget_the_name])
def test_damaged_index_never_stops_the_site_and_is_made_anew(steady: Site, damage: Callable[[Path], None]) -> None:
    person, thread, before, after = Person(steady).signed_in(MEMBER), _thread_of(steady), new_word(), new_word()
    assert person.post(f"/discussions/{thread}/reponses", {"body": before}).status == 302
    assert _unfound(steady, {before}, READ_WITHIN) == set()
    assert person.get(f"/recherche?q={before}").status == 200
    damage(steady.folder / "index")
    _answers_go_on(person, before)
    assert person.post(f"/discussions/{thread}/reponses", {"body": after}).status == 302
    _answers_go_on(person, after)
    assert until(lambda: _is_found(person, before) and _is_found(person, after), READ_WITHIN)


def _answers_go_on(person: Person, word: str) -> None:
    """Ask several times, so that each process of the server answers: always a page, and titles are found."""
    for _ in range(6):
        assert person.get(f"/recherche?q={word}").status == 200
        page = person.get("/recherche?q=fil")
        assert (page.status, "Le fil" in page.text) == (200, True)


def _is_found(person: Person, word: str) -> bool:
    page = person.get(f"/recherche?q={word}")
    assert page.status == 200
    return f"<mark>{word}" in page.text


def test_index_that_cannot_be_written_catches_up_when_it_can(steady: Site) -> None:
    """A plain file stands where the folder should be: nothing can be written, whoever runs the test."""
    person, thread, word = Person(steady).signed_in(MEMBER), _thread_of(steady), new_word()
    index = steady.folder / "index"
    assert until(lambda: steady.open_jobs() == [], READ_WITHIN)
    shutil.rmtree(index, ignore_errors=True)
    index.write_text("not a folder", encoding="utf-8")
    assert person.post(f"/discussions/{thread}/reponses", {"body": word}).status == 302
    _answers_go_on(person, word)
    time.sleep(4)
    with suppress(FileNotFoundError):
        index.unlink()
    assert until(lambda: _is_found(person, word), 60)
