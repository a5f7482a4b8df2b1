"""Rules of counting attempts."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask

from app.core import clock, throttle
from app.core.db import transaction
from app.core.errors import TooManyError
from app.core.sessions import network_of
from app.core.throttle import Attempts, Limit
from app.extensions import db

LIMIT = Limit("test", free=3, first=timedelta(seconds=10))


def test_first_attempts_are_free_then_the_wait_doubles(context: Flask) -> None:
    moment = clock.now()
    clock.set_clock(lambda: moment)
    waits = []
    for _ in range(6):
        LIMIT.count("claire")
        waits.append(LIMIT.wait("claire").total_seconds())
    assert waits == [0, 0, 10, 20, 40, 80]


def test_waiting_subject_is_refused_with_the_time_left(context: Flask) -> None:
    for _ in range(3):
        LIMIT.count("claire")
    with pytest.raises(TooManyError) as refusal:
        LIMIT.check("claire")
    assert 1 <= refusal.value.retry_after <= 11
    LIMIT.check("somebody else")


def test_attempts_are_forgotten_after_a_rest_or_when_forgiven(context: Flask) -> None:
    for _ in range(5):
        LIMIT.count("claire")
        LIMIT.count("samir")
    with transaction():
        LIMIT.forgive("claire")
    assert (LIMIT.wait("claire") > timedelta(0), LIMIT.wait("samir") > timedelta(0)) == (False, True)
    later = clock.now() + timedelta(hours=2)
    clock.set_clock(lambda: later)
    assert LIMIT.wait("samir") == timedelta(0)


def test_attempts_made_at_once_are_all_counted(app: Flask) -> None:
    failures: list[Exception] = []

    def attempt(together: threading.Barrier) -> None:
        with app.app_context():
            together.wait()
            try:
                LIMIT.count("claire", "réseau")
            except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
                failures.append(error)

    for _ in range(3):
        together = threading.Barrier(4)
        threads = [threading.Thread(target=attempt, args=(together,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    with app.app_context():
        counted = {one.count for one in db.session.scalars(db.select(Attempts))}
        db.session.remove()
    assert (failures, counted) == ([], {12})


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.77", "198.51.100.0/24"),
        ("::ffff:198.51.100.77", "198.51.100.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (None, ""),
        ("unix:", "unix:"),
    ],
)
def test_network_of_an_address_is_the_same_however_the_server_listens(address: str | None, network: str) -> None:
    assert network_of(address) == network


def test_of_attempts_made_at_once_only_as_many_go_on_as_may(app: Flask) -> None:
    together, went_on, refused = threading.Barrier(8), [], []

    def attempt() -> None:
        with app.app_context():
            together.wait()
            try:
                LIMIT.take("claire")
                went_on.append(1)
            except TooManyError as refusal:
                refused.append(refusal.retry_after)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=attempt, daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (len(went_on), len(refused)) == (3, 5)
    assert all(1 <= wait <= 11 for wait in refused)


def test_taking_starts_again_after_a_rest(context: Flask) -> None:
    for _ in range(3):
        LIMIT.take("claire", "port-elvain")
    with pytest.raises(TooManyError):
        LIMIT.take("claire")
    later = clock.now() + timedelta(hours=2)
    clock.set_clock(lambda: later)
    LIMIT.take("claire")
    assert db.session.get_one(Attempts, LIMIT.key("claire")).count == 1


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (timedelta(milliseconds=200), "Attendez une seconde,"),
        (timedelta(seconds=9.5), "Attendez 10 secondes,"),
        (timedelta(minutes=14, seconds=30), "Attendez 15 minutes,"),
    ],
)
def test_wait_is_said_as_people_count_it(context: Flask, wait: timedelta, words: str) -> None:
    with pytest.raises(TooManyError, match=words):
        throttle._refuse_for(wait)
