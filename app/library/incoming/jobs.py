"""The work behind a list of references."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.core.db import transaction
from app.core.jobs import job
from app.library.incoming.operations import JOB, forget_old, go_on, work_on


@job(JOB, timeout=120)
def import_references(payload: dict[str, Any]) -> None:
    """Bring in the next references of a list; taken again after a crash, it goes on where it was."""
    if work_on(payload["id"]):
        with transaction():
            go_on(payload["id"])


@job("library.forget_imports", every=timedelta(days=1))
def forget_imports(_payload: dict[str, Any]) -> None:
    """Forget lists of references that serve no more."""
    with transaction():
        forget_old()
