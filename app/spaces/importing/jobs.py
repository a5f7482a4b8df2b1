"""The work behind a table of people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.core.db import transaction
from app.core.jobs import job
from app.spaces.importing.operations import JOB, forget_old, go_on, work_on

STEPS = 4


@job(JOB, timeout=60)
def import_people(payload: dict[str, Any]) -> None:
    """Invite the next people of a table; taken again after a crash, it goes on where it was.

    A hundred rows at a time, so that a link to sign in never waits behind a long table.
    """
    if work_on(payload["id"], STEPS):
        with transaction():
            go_on(payload["id"])


@job("people.forget_imports", every=timedelta(days=1))
def forget_imports(_payload: dict[str, Any]) -> None:
    """Forget tables of people that serve no more."""
    with transaction():
        forget_old()
