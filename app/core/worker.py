"""The worker: one thread per queue takes jobs, runs their handlers and keeps their leases alive."""

from __future__ import annotations

import json
import logging
import os
import secrets
import signal
import threading
import time
import traceback
from datetime import timedelta
from typing import TYPE_CHECKING

from app.core import claims, jobs
from app.core.db import keep_one_connection, transaction
from app.core.leases import release_lease
from app.core.lives import bury, life_sign, the_dead
from app.core.queues import reason_of
from app.extensions import db

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask

IDLE_SECONDS = 0.3
PERIODIC_SECONDS = 20.0
# Less than the supervisor's patience, and all queues together: who was killed with its supervisor leaves in time too.
LEAVING_SECONDS = 10.0
log = logging.getLogger("beffroi.worker")


class Worker:
    """Runs the jobs of some queues until told to stop."""

    def __init__(self, app: Flask, queues: tuple[str, ...] = jobs.QUEUES) -> None:
        self.app = app
        self.queues = queues
        self.stopping = threading.Event()
        self.instance = app.config["SETTINGS"].instance
        self.name = f"{os.uname().nodename[:30]}-{os.getpid()}-{secrets.token_hex(3)}"

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; a job in hand is finished first, for ten seconds at most."""
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, lambda *_: self.stopping.set())
        with life_sign(self.instance, self.name):
            self._run_queues()

    def _run_queues(self) -> None:
        keep_one_connection(self.app)
        threads = [threading.Thread(target=self._work, args=(queue,), name=queue, daemon=True) for queue in self.queues]
        for thread in threads:
            thread.start()
        starting = True
        while not self.stopping.is_set():
            queued = self._queue_periodic(starting=starting)
            starting = starting and not queued
            self.stopping.wait(PERIODIC_SECONDS if queued else 1.0)
        _leave(threads)

    def _queue_periodic(self, *, starting: bool) -> bool:
        try:
            self.take_over()
            with self.app.app_context(), transaction():
                jobs.queue_periodic(starting=starting)
        except Exception:
            log.exception("periodic jobs could not be queued")
            return False
        return True

    def take_over(self) -> None:
        """Take back what workers of this instance held when they were killed."""
        for name in the_dead(self.instance):
            log.warning("worker %s died: what it had in hand is taken again", name)
            with self.app.app_context(), transaction():
                claims.take_back(name)
            bury(self.instance, name)

    def _work(self, queue: str) -> None:
        while not self.stopping.is_set():
            try:
                worked = self.run_once(queue)
            except Exception:
                log.exception("queue %s", queue)
                worked = False
                self.stopping.wait(1.0)
            if not worked:
                self.stopping.wait(IDLE_SECONDS)

    def run_once(self, queue: str) -> bool:
        """Take and run the next work of a queue; return whether there was any."""
        owner = f"{self.name}-{queue}"
        with self.app.app_context():
            ready = claims.anything_ready(queue)
            db.session.rollback()
            if not ready:
                return False
            with transaction():
                taken = claims.claim(queue, owner)
            if not taken:
                return False
            kind, ids = jobs.KINDS[taken[0].name], [one.id for one in taken]
            payloads = [json.loads(one.payload) for one in taken]
            db.session.rollback()
            self._run(kind, ids, payloads, owner)
            return True

    def _run(self, kind: jobs.JobKind, ids: list[int], payloads: list[dict[str, object]], owner: str) -> None:
        with _Heartbeat(self.app, kind, ids, owner):
            error, permanent = _error_of(kind, payloads)
        with transaction():
            if error is None:
                claims.succeed(ids, owner)
            else:
                log.error("job %s %s: %s", kind.name, ids, reason_of(error))
                claims.fail(ids, owner, error, permanent=permanent)
            if kind.lease:
                release_lease(kind.lease, owner)


def _leave(threads: Sequence[threading.Thread]) -> None:
    """Wait for what is in hand, so long for all queues together; then end the process with it, as if it were killed.

    The sign of life then stays without a lock, and the next worker takes what was in hand again at once.
    """
    deadline = time.monotonic() + LEAVING_SECONDS
    for thread in threads:
        thread.join(timeout=max(0.0, deadline - time.monotonic()))
    if any(thread.is_alive() for thread in threads):
        log.warning("left before what was in hand was done: it is taken again")
        os._exit(0)


def _error_of(kind: jobs.JobKind, payloads: list[dict[str, object]]) -> tuple[str | None, bool]:
    """Run a handler; return the text of what went wrong, if anything, and whether trying again is useless."""
    try:
        kind.handler(payloads if kind.batch > 1 else payloads[0])
    except jobs.PermanentFailureError as error:
        return str(error) or "given up", True
    except Exception:  # noqa: BLE001 - whatever a handler raises is kept with its job
        return traceback.format_exc(), False
    finally:
        db.session.rollback()
    return None, False


class _Heartbeat:
    """Keeps the leases of running jobs alive from a thread of its own."""

    def __init__(self, app: Flask, kind: jobs.JobKind, ids: list[int], owner: str) -> None:
        self.app, self.kind, self.ids, self.owner = app, kind, ids, owner
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    def _beat(self) -> None:
        while not self.over.wait(self.kind.timeout / timedelta(seconds=3)):
            try:
                with self.app.app_context(), transaction():
                    claims.prolong(self.ids, self.owner, self.kind)
            except Exception:
                log.exception("lease of %s not prolonged", self.kind.name)


def run_all(app: Flask, limit: int = 10_000) -> int:
    """Run everything that is ready now, in this thread, and return how many batches ran (commands and tests)."""
    worker, count = Worker(app), 0
    files_first = worker.queues[::-1]  # so that what was read in many files is indexed in one batch
    with life_sign(worker.instance, worker.name):
        worker.take_over()
        while count < limit and any(worker.run_once(queue) for queue in files_first):
            count += 1
    return count
