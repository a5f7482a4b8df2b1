"""The place that files take in a space: counted once, held to by every way in, shown to those who run it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.audit import AuditEntry
from app.core.db import transaction
from app.core.errors import RefusedError
from app.core.jobs import Job
from app.extensions import db
from app.library.importing import Outcome, entries_of, import_all
from app.library.models import Resource
from app.library.moving import move_resource
from app.library.operations import remove_resource
from app.library.quotas import QuotaReachedError
from app.library.versions import add_files, go_back, remove_file, replace_file
from app.spaces.models import Space
from app.spaces.queries import space_by_slug
from app.spaces.quotas import quota_of, set_quota, size_in, stored_in
from tests.library.shelves import receive_bytes, share, shared, shown_in, upload
from tests.people import ADMIN, ENTERED, FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, REQUEST, Cast
from tests.support import loaded

KILO = 1024


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


def the_space(slug: str = OPEN) -> Space:
    found = space_by_slug(slug)
    assert found is not None
    return found


def limited(kilobytes: int, slug: str = OPEN) -> None:
    with transaction():
        set_quota(the_space(slug), kilobytes * KILO)


def text(kilobytes: int, letter: str = "a") -> bytes:
    return (letter * (kilobytes * KILO)).encode()


def test_equal_bytes_count_once_and_everything_kept_counts(context: Flask) -> None:
    share(files=[(text(2), "a.txt"), (text(2), "b.txt")])
    made = share(files=[(text(2), "c.txt"), (text(3, "b"), "d.txt")])
    assert stored_in(the_space()) == 5 * KILO
    received = receive_bytes(text(4, "c"), "e.txt")
    with transaction():
        replace_file(loaded(FACILITATOR), made.attachments[1], received)
    with transaction():
        remove_file(loaded(FACILITATOR), made.attachments[0])
    with transaction():
        remove_resource(loaded(FACILITATOR), made)
    assert (stored_in(the_space()), stored_in(the_space(PRIVATE))) == (9 * KILO, 0)


def test_every_way_in_is_held_to_the_limit(context: Flask, tmp_path: Path) -> None:
    made = share(files=[(text(6), "six.txt")])
    limited(10)
    with pytest.raises(QuotaReachedError, match=r"«\scinq.txt\s» \(5\sKo\) ne tient plus"):
        share("Autre", files=[(text(5, "b"), "cinq.txt")])
    five = receive_bytes(text(5, "b"), "cinq.txt")
    with pytest.raises(QuotaReachedError), transaction():
        add_files(loaded(FACILITATOR), made, [five])
    with pytest.raises(QuotaReachedError), transaction():
        replace_file(loaded(FACILITATOR), made.attachments[0], five)
    (tmp_path / "un.txt").write_bytes(text(3, "d"))
    (tmp_path / "cinq.txt").write_bytes(text(5, "b"))
    fates = import_all(loaded(FACILITATOR), the_space(), entries_of(tmp_path, None))
    assert {one.shown: one.outcome for one in fates} == {"cinq.txt": Outcome.REFUSED, "un.txt": Outcome.IMPORTED}
    assert "ne tient plus" in next(one.reason for one in fates if one.shown == "cinq.txt")
    share("Encore", files=[(text(6), "les mêmes.txt")])
    elsewhere = share("Ailleurs", space=PRIVATE, files=[(text(2, "e"), "deux.txt")])
    with pytest.raises(QuotaReachedError), transaction():
        move_resource(loaded(FACILITATOR), elsewhere, the_space())
    assert stored_in(the_space()) == 9 * KILO
    assert made.edit_version == 1


def test_going_back_takes_no_more_place(context: Flask) -> None:
    made = share(files=[(text(2), "a.txt")])
    received = receive_bytes(text(3, "b"), "b.txt")
    with transaction():
        replace_file(loaded(FACILITATOR), made.attachments[0], received)
    limited(5)
    with transaction():
        go_back(loaded(FACILITATOR), made.attachments[0], 1)
    assert made.attachments[0].current.n == 3


def test_limit_is_exact_when_files_come_at_once(app: Flask) -> None:
    with app.app_context():
        limited(10)
        sent = [receive_bytes(text(4, letter), f"{letter}.txt") for letter in "abcd"]
        ids = [share(f"Ressource {one.name}").id for one in sent]
    ready, refused = threading.Barrier(len(sent)), []

    def add(resource_id: int, received: Any) -> None:
        with app.app_context():
            resource, me = db.session.get_one(Resource, resource_id), loaded(FACILITATOR)
            ready.wait()
            try:
                with transaction():
                    add_files(me, resource, [received])
            except QuotaReachedError:
                refused.append(resource_id)

    threads = [threading.Thread(target=add, args=pair) for pair in zip(ids, sent, strict=True)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with app.app_context():
        assert (len(refused), stored_in(the_space())) == (2, 8 * KILO)


def test_those_who_run_a_space_are_told_once_when_it_fills_up(context: Flask) -> None:
    limited(10)
    mails = select(func.count()).select_from(Job).where(Job.name == "mail.send")
    share(files=[(text(8), "a.txt")])
    assert db.session.scalar(mails) == 0
    share(files=[(text(1, "b"), "b.txt")])
    share(files=[(b"peu", "c.txt")])
    assert db.session.scalar(mails) == 1
    [payload] = db.session.scalars(select(Job.payload).where(Job.name == "mail.send"))
    assert FACILITATOR in payload
    limited(100)
    share(files=[(text(1, "c"), "d.txt")])
    assert (the_space().nearly_full_at, db.session.scalar(mails)) == (None, 1)


def test_size_is_read_as_people_write_it() -> None:
    said = ["5 Go", "500M", "1,5 Mo", "10 KiB", "2048", "default", "none"]
    assert [size_in(one) for one in said] == [5 * KILO**3, 500 * KILO**2, 1572864, 10 * KILO, 2048, None, 0]


def test_administrator_alone_limits_a_space(context: Flask) -> None:
    for email in (FACILITATOR, MEMBER):
        with pytest.raises(RefusedError), transaction():
            set_quota(the_space(), 5, by=loaded(email))
    with transaction():
        set_quota(the_space(), 0, by=loaded(ADMIN))
    assert quota_of(the_space()) is None
    line = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (line.action, line.detail["size"]) == ("space.quota_changed", 0)
    runner = context.test_cli_runner()
    assert "0 bytes used of 5242880" in runner.invoke(args=["spaces", "quota", OPEN, "5M"]).output
    assert runner.invoke(args=["spaces", "quota", OPEN, "beaucoup"]).exit_code == 1


def test_form_says_beside_which_file_there_is_no_place(app: Flask, browser: Any) -> None:
    form = f"/espaces/{OPEN}/ressources/nouvelle"
    with app.app_context():
        limited(5)
    member = browser(MEMBER)
    member.get(form)
    fetch = {"X-Requested-With": "fetch"}
    line = member.post(form, {"files": upload(text(4), "a.txt")}, headers=fetch).get_json()["html"]
    refused = member.post(form, {"files": upload(text(2, "b"), "b.txt")}, headers=fetch)
    assert (refused.status_code, "b.txt" in refused.get_json()["error"]) == (422, True)
    with app.app_context():
        limited(3)
    page = member.post(form, {"kind": "report", "title": "Bilan", "audience": "space", "ordre": shown_in(line)})
    assert page.status_code == 422
    assert "Ne tient plus dans l" in page.text
    assert "« a.txt » (4 Ko)" in page.get_data(as_text=True).replace("\u00a0", " ")


@pytest.mark.slow
def test_place_used_is_shown_to_those_who_run_the_space_and_reaches_nobody_else(app: Flask, browser: Any) -> None:
    for slug in (OPEN, REQUEST, PRIVATE):
        shared(app, "Bilan", space=slug, files=[(text(3), "a.txt")])
        with app.app_context():
            limited(7, slug)
    told = {}
    for email in (FACILITATOR, MEMBER, GUEST, OUTSIDER, ADMIN, ENTERED):
        here = browser(email)
        pages = [here.get(f"/espaces/{slug}").get_data(as_text=True) for slug in (OPEN, REQUEST, PRIVATE)]
        told[email] = ["utilisés sur" in page for page in pages]
    assert told == {
        FACILITATOR: [True, True, True],
        MEMBER: [False, False, False],
        GUEST: [False, False, False],
        OUTSIDER: [False, False, False],
        ADMIN: [True, False, False],
        ENTERED: [True, True, True],
    }
    page = browser(ADMIN).get(f"/espaces/{OPEN}/reglages").get_data(as_text=True)
    assert "3 Ko utilisés sur 7 Ko" in page.replace("\u00a0", " ")
    admin = browser(ADMIN)
    admin.get(f"/espaces/{OPEN}/reglages")
    assert admin.post(f"/espaces/{OPEN}/reglages/place", {"quota": "8 Mo"}).status_code == 302
    wrong = admin.post(f"/espaces/{OPEN}/reglages/place", {"quota": "grand"})
    assert (wrong.status_code, 'value="grand"' in wrong.text) == (422, True)
    assert "Écrivez une taille" in wrong.text.partition('id="quota-error"')[2].partition("</p>")[0]
    assert browser(FACILITATOR).post(f"/espaces/{OPEN}/reglages/place", {"quota": "9 Mo"}).status_code == 403
    with app.app_context():
        assert quota_of(the_space()) == 8 * KILO * KILO
