"""Getting the published places ready before anybody looks for one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.accounts.places.finding import compile_places
from app.core.jobs import job


@job("places.compile", every=timedelta(days=1))
def compile_soon(_payload: dict[str, Any]) -> None:
    """Compile the published places into one file, when they are new; otherwise do nothing."""
    compile_places()
