"""How long until what was just published is found: through a worker process, as on a running site."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from app.core.jobs import QUEUED, RUNNING
from app.core.queues import counts
from app.extensions import db
from benchmarks.network import Place
from benchmarks.subjects import FETCH, Reader, WrongAnswerError
from benchmarks.words import pdf
from config import ROOT

LONGEST = 60.0
LONGEST_WORK = 300.0
ASK_EVERY = 0.05
WORKER_STOPS = 60.0  # it finishes the job in hand first


@contextmanager
def worker(place: Place) -> Iterator[None]:
    """Have a worker process at work on the network while the body runs."""
    settings = place.app.config["SETTINGS"]
    environ = os.environ | {
        "BEFFROI_INSTANCE": str(settings.instance),
        "BEFFROI_DEMO": "0",
        "BEFFROI_LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "work"]
    process = subprocess.Popen(command, cwd=ROOT, env=environ)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=WORKER_STOPS)
        finally:
            process.kill()
            process.wait()


def seconds_until_found(place: Place) -> dict[str, float]:
    """Return the seconds from publishing to being found: of a reply, and of a word on page 2 of a document."""
    reader = Reader(place)
    with worker(place):
        until_idle(place)
        return {
            "reply, published → found": _reply(reader, "xylotomie"),
            "document of 10 pages, published → found": _document(reader, "zygomorphe"),
        }


def until_idle(place: Place) -> None:
    """Wait until the worker has started and done all that was left by the other measures."""
    deadline = time.perf_counter() + LONGEST_WORK
    while time.perf_counter() < deadline:
        with place.app.app_context():
            waiting = counts()
            db.session.remove()
        if not waiting.keys() & {QUEUED, RUNNING}:
            return
        time.sleep(ASK_EVERY)
    raise WrongAnswerError(f"the worker was not done within {LONGEST_WORK:g} s: {waiting}")


def _reply(reader: Reader, word: str) -> float:
    start = time.perf_counter()
    reader.post(f"{reader.place.other_thread}/reponses", {"body": f"Le mot {word}."}, 302)
    return _until_found(reader, word, start)


def _document(reader: Reader, word: str) -> float:
    """Send a file, publish its resource; the time runs from the answer to the publication."""
    form = f"/espaces/{reader.place.space}/ressources/nouvelle"
    pages = ["Première page."] + [f"Le mot {word} à la page {n}." for n in range(2, 11)]
    reader.post(form, {"files": (io.BytesIO(pdf(pages)), "attente.pdf")}, 201, headers=FETCH)
    typed = {"kind": "report", "title": "Attente", "audience": "space", "lang": "fr", "publier": "1"}
    start = time.perf_counter()
    reader.post(form, typed, 302)
    return _until_found(reader, word, start)


def _until_found(reader: Reader, word: str, start: float) -> float:
    while time.perf_counter() - start < LONGEST:
        if f"<mark>{word}</mark>" in reader.client.get(f"/recherche?q={word}").get_data(as_text=True):
            return time.perf_counter() - start
        time.sleep(ASK_EVERY)
    raise WrongAnswerError(f"{word} was not found within {LONGEST:g} s")
