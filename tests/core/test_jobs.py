"""Rules of the jobs table: nothing is lost, nothing runs twice at once, the young ones wait their turn."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from app.core import claims, clock, jobs, queues
from app.core.db import transaction
from app.core.jobs import Job, PermanentFailureError, enqueue, job
from app.core.leases import release_lease
from app.core.lives import life_sign
from app.core.worker import Worker, run_all
from app.extensions import db
from tests.conftest import new_database_app

seen: list[Any] = []


@pytest.fixture(autouse=True)
def _kinds() -> Iterator[None]:
    seen.clear()
    job("test.note")(lambda payload: seen.append(payload["n"]))
    job("test.batch", batch=10)(lambda payloads: seen.append([one["n"] for one in payloads]))
    job("test.fail", max_attempts=2)(_fail)
    job("test.give_up")(_give_up)
    job("test.alone", lease="test-lease")(lambda payload: seen.append(payload["n"]))
    yield
    for name in [name for name in jobs.KINDS if name.startswith("test.")]:
        del jobs.KINDS[name]


def _fail(_payload: dict[str, Any]) -> None:
    seen.append("tried")
    message = "the printer is on fire"
    raise OSError(message)


def _give_up(_payload: dict[str, Any]) -> None:
    message = "no such address"
    raise PermanentFailureError(message)


def put(name: str, n: int = 0, **options: Any) -> None:
    with transaction():
        enqueue(name, {"n": n}, **options)


def the_job() -> Job:
    db.session.rollback()
    return db.session.scalars(select(Job)).one()


def test_job_runs_after_the_change_is_committed(context: Flask) -> None:
    put("test.note", 1)
    run_all(context)
    assert (seen, the_job().state) == ([1], jobs.DONE)


def test_job_of_a_failed_change_never_exists(context: Flask) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        enqueue("test.note", {"n": 1})
        _ = 1 / 0
    run_all(context)
    assert seen == []


def test_job_outside_of_a_transaction_is_refused(context: Flask) -> None:
    with pytest.raises(RuntimeError, match="outside"):
        enqueue("test.note", {"n": 1})


def test_same_key_is_queued_once_and_takes_the_more_urgent_place(context: Flask) -> None:
    put("test.note", 1, key="k", priority=90)
    put("test.note", 1, key="k", priority=10)
    assert the_job().priority == 10


def test_same_key_asked_for_sooner_runs_sooner(context: Flask) -> None:
    later, soon = clock.now() + timedelta(hours=2), clock.now() + timedelta(minutes=1)
    put("test.note", 1, key="k", run_at=later)
    put("test.note", 1, key="k", run_at=soon)
    put("test.note", 1, key="k", run_at=later)
    assert the_job().run_at == soon


def test_wait_of_a_job_that_failed_very_often_stays_an_hour(context: Flask) -> None:
    job("test.fail", max_attempts=10_000)(_fail)
    put("test.fail")
    with transaction() as session:
        session.scalars(select(Job)).one().attempts = 5_000
    run_all(context)
    assert timedelta(minutes=59) < the_job().run_at - clock.now() <= timedelta(hours=1)


def test_key_may_be_queued_again_while_its_job_runs(context: Flask) -> None:
    put("test.note", 1, key="k")
    with transaction():
        claims.claim("default", "somebody")
    put("test.note", 2, key="k")
    assert db.session.scalars(select(Job.state).order_by(Job.id)).all() == [jobs.RUNNING, jobs.QUEUED]


def test_urgent_jobs_come_first_then_the_oldest(context: Flask) -> None:
    for n, priority in ((1, 50), (2, 90), (3, 10), (4, 50)):
        put("test.note", n, priority=priority)
    run_all(context)
    assert seen == [3, 1, 4, 2]


def test_job_for_later_waits(context: Flask) -> None:
    put("test.note", 1, run_at=clock.now() + timedelta(hours=1))
    run_all(context)
    before = list(seen)
    later = clock.now() + timedelta(hours=2)
    clock.set_clock(lambda: later)
    run_all(context)
    assert (before, seen) == ([], [1])


def test_batch_is_handed_over_whole(context: Flask) -> None:
    for n in range(12):
        put("test.batch", n)
    run_all(context)
    assert seen == [list(range(10)), [10, 11]]


def test_failed_job_is_tried_again_soon_when_the_clock_is_set_back(context: Flask) -> None:
    start = clock.now()
    clock.set_clock(lambda: start + timedelta(days=40))
    put("test.fail")
    put("test.note", 1, run_at=start + timedelta(days=50))
    run_all(context)
    clock.set_clock(lambda: start)
    assert claims.anything_ready("default")
    run_all(context)
    assert seen == ["tried", "tried"]


def test_failed_job_waits_longer_each_time_then_is_kept_with_its_reason(context: Flask) -> None:
    put("test.fail")
    run_all(context)
    first = the_job()
    assert (first.state, first.attempts, first.run_at > clock.now()) == (jobs.QUEUED, 1, True)
    later = clock.now() + timedelta(hours=1)
    clock.set_clock(lambda: later)
    run_all(context)
    assert (the_job().state, seen) == (jobs.FAILED, ["tried", "tried"])
    assert "printer" in (queues.failed_jobs()[0].error or "")


ERROR = """Traceback (most recent call last):
  File "driver.py", line 7, in execute
psycopg.errors.UniqueViolation: duplicate key
The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "work.py", line 3, in remember
    ~~~~^^^
sqlalchemy.exc.IntegrityError: (psycopg.errors.UniqueViolation) duplicate key
DETAIL:  Key (words)=(bruit des terrasses) already exists.
[SQL: INSERT INTO words
VALUES (%s)]
(Background on this error at: https://sqlalche.me)
"""


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ERROR, "sqlalchemy.exc.IntegrityError: (psycopg.errors.UniqueViolation) duplicate key"),
        ("the file is gone\nsince yesterday", "the file is gone"),
        ("x" * 1000, "x" * 300),
        ("", ""),
    ],
)
def test_reason_of_a_failure_is_one_line_without_what_somebody_wrote(error: str, reason: str) -> None:
    assert queues.reason_of(error) == reason


def test_permanent_failure_is_not_tried_again(context: Flask) -> None:
    put("test.give_up")
    run_all(context)
    assert (the_job().state, the_job().attempts) == (jobs.FAILED, 1)


def test_given_up_job_runs_again_on_demand(context: Flask) -> None:
    put("test.give_up")
    run_all(context)
    job("test.give_up")(lambda payload: seen.append(payload["n"]))
    with transaction():
        assert queues.retry() == 1
    run_all(context)
    assert (seen, the_job().state) == ([0], jobs.DONE)


def test_command_says_when_no_such_job_was_given_up(app: Flask) -> None:
    retry = app.test_cli_runner().invoke
    assert retry(args=["jobs", "retry", "99999"]).exit_code == 1
    assert retry(args=["jobs", "retry"]).output == "0 queued again\n"


def test_job_of_a_dead_worker_is_taken_again(context: Flask) -> None:
    put("test.note", 7)
    with transaction():
        assert len(claims.claim("default", "worker that dies")) == 1
    run_all(context)
    before = list(seen)
    later = clock.now() + timedelta(minutes=3)
    clock.set_clock(lambda: later)
    run_all(context)
    assert (before, seen, the_job().attempts) == ([], [7], 2)


def test_worker_that_lost_its_lease_cannot_end_the_job(context: Flask) -> None:
    put("test.note", 7)
    with transaction():
        ids = [one.id for one in claims.claim("default", "slow worker")]
    later = clock.now() + timedelta(minutes=3)
    clock.set_clock(lambda: later)
    with transaction():
        claims.claim("default", "second worker")
    with transaction():
        claims.succeed(ids, "slow worker")
    assert (the_job().state, the_job().lease_owner) == (jobs.RUNNING, "second worker")


def test_work_under_a_named_lease_runs_in_one_place(context: Flask) -> None:
    put("test.alone", 1)
    put("test.alone", 2)
    with transaction():
        first = claims.claim("default", "one")
    with transaction():
        second = claims.claim("default", "two")
    assert (len(first), second) == (1, [])
    with transaction():
        release_lease("test-lease", "one")
    with transaction():
        assert len(claims.claim("default", "two")) == 1


def test_two_workers_at_once_share_the_jobs_without_doubles(app: Flask) -> None:
    with app.app_context():
        for n in range(30):
            put("test.note", n)
    threads = [threading.Thread(target=run_all, args=(app,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == list(range(30))


def test_periodic_job_is_queued_once_a_period_whatever_the_clock_does(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    periodic = "test.periodic"
    for other in list(jobs.KINDS):  # a site has them, and they would all run
        monkeypatch.delitem(jobs.KINDS, other)
    job(periodic, every=timedelta(hours=1))(lambda _payload: seen.append(periodic))
    start = clock.now()

    def queued_at(hours: float) -> int:
        clock.set_clock(lambda: start + timedelta(hours=hours))
        with transaction():
            jobs.queue_periodic()
        run_all(context)
        return seen.count(periodic)

    assert [queued_at(0), queued_at(0.5), queued_at(1.5), queued_at(960)] == [1, 1, 2, 3]
    # Set back, the interval passes from there: nobody waits forty days to hear of it.
    assert [queued_at(-48), queued_at(-47.5), queued_at(-46.5), queued_at(-46)] == [3, 3, 4, 4]


def test_job_of_each_start_runs_when_a_worker_starts_though_its_time_has_not_come(
    context: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    for other in list(jobs.KINDS):  # a site has them, and they would all run
        monkeypatch.delitem(jobs.KINDS, other)
    job("test.start", every=timedelta(hours=1))(lambda _payload: seen.append("test.start"))
    job("test.hourly", every=timedelta(hours=1))(lambda _payload: seen.append("test.hourly"))
    jobs.run_at_each_start("test.start")
    for starting in (True, False, True):
        with transaction():
            jobs.queue_periodic(starting=starting)
        run_all(context)
    assert (seen.count("test.start"), seen.count("test.hourly")) == (2, 1)


KILLED = """
import sys, time
from app import create_app
from app.core import worker
from app.core.jobs import job
from app.core.leases import release_lease
from app.core.lives import life_sign
from app.core.worker import Worker
app = create_app()
@job("test.slow", lease="test-lease", timeout=int(sys.argv[1]))
def slow(payload):
    print("started", flush=True)
    time.sleep(60)
worker.LEAVING_SECONDS = 0.5
Worker(app, ("default",)).run()
"""


@pytest.mark.slow
def test_killed_worker_loses_nothing(tmp_path: Path) -> None:
    job("test.slow", timeout=2)(lambda payload: seen.append(payload["n"]))
    with new_database_app("sqlite", tmp_path) as app:
        with app.app_context():
            upgrade()
            put("test.slow", 5, priority=1)
        _start_and_kill(tmp_path)
        deadline = time.monotonic() + 15
        while not seen and time.monotonic() < deadline:
            Worker(app).run_once("default")
            time.sleep(0.2)
        assert seen == [5]
        with app.app_context():
            db.engine.dispose()


def _start_and_kill(folder: Path, timeout: int = 2, number: signal.Signals = signal.SIGKILL) -> None:
    environ = {**os.environ, "BEFFROI_INSTANCE": str(folder), "BEFFROI_DEMO": "0"}
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(timeout)], env=environ, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    os.kill(process.pid, number)
    process.wait(timeout=30)
    process.stdout.close()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_what_a_worker_that_had_to_leave_held_is_taken_again_at_the_next_start(
    tmp_path: Path, number: signal.Signals
) -> None:
    job("test.slow", lease="test-lease", timeout=300)(lambda payload: seen.append(payload["n"]))
    with new_database_app("sqlite", tmp_path) as app:
        with app.app_context():
            upgrade()
            put("test.slow", 5, priority=1)
        _start_and_kill(tmp_path, timeout=300, number=number)
        run_all(app)
        assert seen == [5]
        with app.app_context():
            db.engine.dispose()


def test_living_worker_keeps_what_it_has_in_hand(context: Flask) -> None:
    put("test.alone", 1)
    worker = Worker(context)
    with life_sign(worker.instance, worker.name):
        with transaction():
            claims.claim("default", f"{worker.name}-default")
        Worker(context).take_over()
        run_all(context)
        assert (seen, the_job().state) == ([], jobs.RUNNING)


def test_job_that_kills_its_workers_waits_longer_each_time(context: Flask) -> None:
    put("test.note", 1)
    for _ in range(7):
        with transaction():
            the_job().lease_until = clock.now() - timedelta(seconds=1)
            claims.claim("default", "killed-default")
        with transaction():
            claims.take_back("killed")
    waits = (the_job().lease_until or clock.now()) - clock.now()
    assert timedelta(seconds=10) < waits < timedelta(seconds=25)


def test_what_a_job_was_about_is_forgotten_once_it_is_done(context: Flask) -> None:
    with transaction():
        enqueue("test.note", {"n": 7})
    run_all(context)
    db.session.expire_all()
    assert [(one.state, one.payload) for one in db.session.scalars(select(Job))] == [(jobs.DONE, "{}")]
