"""Whose uploads they are, how many one may have, and what the tidying leaves."""

from __future__ import annotations

import io
import os
import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from app.core import clock
from app.core.db import transaction
from app.core.parts import parts
from app.core.storage import storage
from app.extensions import db
from app.library.models import ReceivedFile
from app.library.staging import operations as staging
from app.library.staging.models import StagedResource
from app.library.uploads import operations
from app.library.uploads.jobs import tidy_uploads
from app.library.uploads.models import Upload
from app.spaces.models import Membership, Space
from app.spaces.quotas import set_quota
from tests.library.shelves import pdf
from tests.library.uploads.tus import BASE, VERSION, Tus
from tests.people import FACILITATOR, GUEST, MEMBER, OPEN, OUTSIDER, PRIVATE, Cast

FILE = pdf("Un bilan")


@pytest.fixture(autouse=True)
def _everybody(cast: Cast) -> None:
    """Every test has the cast."""


@pytest.fixture
def tus(browser: Any) -> Tus:
    return Tus(browser(MEMBER))


def test_upload_exists_for_the_person_who_sends_it_alone_and_in_its_space_alone(tus: Tus, browser: Any) -> None:
    where = tus.begun(len(FILE))
    other = Tus(browser(FACILITATOR))
    for address in (where, where.replace(OPEN, PRIVATE)):
        speaker = other if address == where else tus
        got = [speaker.ask(method, address).status_code for method in ("HEAD", "DELETE")]
        got.append(speaker.patch(address, FILE, 0).status_code)
        assert got == [404, 404, 404]
    assert tus.offset(where) == 0
    assert other.browser.get(f"/espaces/{OPEN}/ressources/depot/inacheves").get_json() == []


def test_closed_space_answers_like_one_that_never_existed(browser: Any) -> None:
    stranger = Tus(browser(GUEST))
    known, never = (
        stranger.ask(method, f"/espaces/{slug}/ressources/depot/envois", Upload_Length=9)
        for slug in (PRIVATE, "jamais-existe")
        for method in ("POST",)
    )
    assert (known.status_code, known.get_json()["error"]) == (never.status_code, never.get_json()["error"])
    assert known.status_code == 404


def test_who_reads_without_writing_sends_nothing(browser: Any) -> None:
    assert Tus(browser(OUTSIDER)).create(9).status_code == 403
    assert Tus(browser()).create(9).status_code == 401


def test_right_lost_in_the_middle_stops_the_next_piece(app: Flask, cast: Cast, browser: Any) -> None:
    inside = Tus(browser(MEMBER), BASE.replace(OPEN, PRIVATE))
    where = inside.begun(len(FILE))
    inside.patch(where, FILE[:10], 0)
    with app.app_context(), transaction() as session:
        session.execute(delete(Membership).where(Membership.user_id == cast.people[MEMBER]))
    assert inside.patch(where, FILE[10:], 10).status_code == 404
    assert inside.offset(where) is None


def test_number_and_weight_of_what_is_on_its_way_are_bounded(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "MOST_UNFINISHED", 2)
    tus.begun(9)
    tus.begun(9)
    refused = tus.create(9)
    assert (refused.status_code, "restés en chemin" in refused.get_json()["error"]) == (413, True)
    monkeypatch.setattr(operations, "MOST_UNFINISHED", 9)
    monkeypatch.setattr(operations, "MOST_UNFINISHED_FILES", 1)
    assert tus.create(50 * 1024 * 1024).status_code == 413


def test_file_for_which_there_is_no_place_is_refused_before_any_of_it_travels(app: Flask, tus: Tus) -> None:
    with app.app_context(), transaction() as session:
        set_quota(session.scalars(select(Space).where(Space.slug == OPEN)).one(), 1000)
    assert tus.create(1000).status_code == 201
    refused = tus.create(1001)
    assert refused.status_code == 422
    assert re.search(r"«.Bilan.pdf.» .* ne tient plus", refused.get_json()["error"])
    assert len(tus.browser.get(f"{BASE.removesuffix('envois')}inacheves").get_json()) == 1


def test_file_that_could_not_wait_beside_so_many_others_is_refused_before_it_travels(
    app: Flask, tus: Tus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "MOST_STAGED", 1)
    tus.sent(FILE)
    refused = tus.create(9, "Autre.pdf")
    assert (refused.status_code, "attendent déjà" in refused.get_json()["error"]) == (409, True)


def test_last_piece_sent_twice_at_once_is_taken_once(app: Flask, tus: Tus) -> None:
    where, got = tus.begun(len(FILE)), list[int]()
    sent = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream", "X-CSRFToken": tus.browser.token}

    def send() -> None:
        client = app.test_client()
        client.set_cookie(app.config["SESSION_COOKIE_NAME"], f"session-of-{MEMBER}")
        got.append(client.patch(where, data=FILE, headers=VERSION | sent).status_code)

    lines = [threading.Thread(target=send) for _line in range(2)]
    for line in lines:
        line.start()
    for line in lines:
        line.join()
    assert set(got) <= {204, 409}
    assert 204 in got
    assert tus.offset(where) == len(FILE)
    with app.app_context():
        kept = db.session.scalars(select(ReceivedFile)).one()
        assert storage().path(kept.blob.sha256).read_bytes() == FILE


def test_file_given_up_while_its_last_piece_travels_leaves_nothing(app: Flask, tus: Tus) -> None:
    where = tus.begun(len(FILE))

    class GivenUpMeanwhile(io.BytesIO):
        def readinto(self, buffer: Any) -> int:
            if not self.tell():
                other = threading.Thread(target=give_up)
                other.start()
                other.join()
            return super().readinto(buffer)

    def give_up() -> None:
        client = app.test_client()
        client.set_cookie(app.config["SESSION_COOKIE_NAME"], f"session-of-{MEMBER}")
        assert client.delete(where, headers=VERSION | {"X-CSRFToken": tus.browser.token}).status_code == 204

    sent = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream", "X-CSRFToken": tus.browser.token}
    body = GivenUpMeanwhile(FILE)
    answer = tus.browser.client.patch(where, input_stream=body, content_length=len(FILE), headers=VERSION | sent)
    assert answer.status_code == 404
    with app.app_context():
        assert db.session.scalars(select(ReceivedFile)).all() == []


def test_file_on_its_way_is_known_by_the_name_its_browser_gives_it(tus: Tus) -> None:
    decomposed = "e\u0301te\u0301 : bilan.pdf"
    where = tus.begun(9, decomposed, modified="1700000000000")
    known = tus.browser.get(f"/espaces/{OPEN}/ressources/depot/inacheves").get_json()
    assert known == [{"url": where, "name": decomposed, "size": 9, "modified": "1700000000000"}]


def test_file_left_whole_by_a_killed_server_is_taken_in(app: Flask, tus: Tus) -> None:
    where = tus.begun(len(FILE))
    with app.app_context():
        parts().add(where[-10:], 0, [FILE])  # what a server killed before the end of its request leaves
    assert tus.offset(where) == len(FILE)
    later = clock.now() + timedelta(minutes=20)
    clock.set_clock(lambda: later)
    with app.app_context():
        tidy_uploads({})
        assert len(db.session.scalars(select(StagedResource)).all()) == 1


def test_script_has_a_whole_file_taken_in_and_gets_its_row(app: Flask, tus: Tus) -> None:
    where = tus.begun(len(FILE), "Bilan annuel.pdf")
    with app.app_context():
        parts().add(where[-10:], 0, [FILE])
    for _again in range(2):
        said = tus.browser.post(f"{where}/ranger", headers={"X-Requested-With": "fetch"}).get_json()
        assert f'id="ligne-{said["id"]}"' in said["html"]
        assert 'value="Bilan annuel"' in said["html"]


def test_what_has_expired_and_what_no_row_names_is_swept(app: Flask, tus: Tus) -> None:
    expired, going_on = tus.begun(9)[-10:], tus.begun(9)[-10:]
    with app.app_context():
        with transaction() as session:
            over = update(Upload).where(Upload.public_id == expired)
            session.execute(over.values(expires_at=clock.now() - timedelta(hours=1)))
        parts().begin("orphan")
        old = clock.now().timestamp() - 2 * 24 * 3600
        for name in ("orphan", expired, going_on):
            os.utime(app.config["SETTINGS"].instance / "storage" / "parts" / name, (old, old))
        tidy_uploads({})
        left = list(parts().untouched(0))
        assert going_on in left
        assert {"orphan", expired}.isdisjoint(left)
        parts().remove(going_on)
        assert db.session.scalars(select(Upload.public_id)).all() == [going_on]
