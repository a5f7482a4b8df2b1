"""Mails keep their identity from the moment they are queued."""

from __future__ import annotations

import json
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask

from app.core.db import transaction
from app.core.jobs import Job
from app.core.mail import MAIL, FolderTransport, deliver, send
from app.extensions import db
from tests.people import MEMBER, Cast
from tests.support import loaded


def test_mail_sent_again_by_a_worker_killed_half_way_is_the_same_mail(context: Flask, cast: Cast) -> None:
    with transaction():
        for _ in range(2):
            send(MEMBER, "Bonjour Malik", "erased", user=loaded(MEMBER))
    folder = context.extensions["mail_transport"]
    before = len(list(folder.folder.glob("*.eml")))
    queued = [json.loads(job.payload) for job in db.session.scalars(db.select(Job).where(Job.name == MAIL))]
    for payload in [*queued, *queued]:
        deliver(payload)
    assert len(list(folder.folder.glob("*.eml"))) == before + 2
    assert len({one["Message-ID"] for one in folder.messages(2)}) == 2


def test_mail_half_written_is_no_mail_yet_and_is_written_when_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = FolderTransport(tmp_path)
    message = EmailMessage()
    message["Message-ID"] = "<1@montclair.example>"
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", _killed)
        with pytest.raises(KeyboardInterrupt):
            outbox.deliver(message)
    assert outbox.messages() == []
    outbox.deliver(message)
    assert [one["Message-ID"] for one in outbox.messages()] == ["<1@montclair.example>"]
    assert len(list(tmp_path.iterdir())) == 1


def _killed(_path: Path, _target: Path) -> Path:
    raise KeyboardInterrupt
