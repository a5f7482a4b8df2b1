"""The fetching itself, behind the request that asked for it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import current_app

from app.accounts.models import User
from app.core.db import transaction
from app.core.jobs import job
from app.extensions import db
from app.library.collecting.models import FetchedPage, PageState
from app.library.collecting.operations import JOB, NOT_TAKEN, forget_old, take_file, take_page
from app.library.reading.fetch import Asking, Page, open_page
from app.library.reading.names import safe_name, split_extension
from app.library.receiving import FileRefusedError, Received, receive
from config import MEBIBYTE


@job(JOB, queue="outside", timeout=90, max_attempts=2)
def fetch_page(payload: dict[str, Any]) -> None:
    """Fetch a page somebody named and keep what it says. Run again, it changes nothing."""
    kept = db.session.get(FetchedPage, payload["id"])
    db.session.rollback()  # the other site takes seconds: no transaction stays open meanwhile
    if kept is None or kept.state != PageState.WAITING:
        return
    with open_page(kept.address, asking()) as came:
        received = _received(came) if came.form == "pdf" else None
        with transaction() as session:
            kept = session.get(FetchedPage, payload["id"])
            by = session.get(User, kept.by_id) if kept is not None and kept.by_id is not None else None
            if kept is None or by is None:
                return  # the form was published or left meanwhile
            if came.form != "pdf":
                take_page(kept, came)
            elif received is not None:
                take_file(by, kept, received)
            else:
                take_page(kept, Page(refusal=NOT_TAKEN))


def asking() -> Asking:
    """Return how this site asks for pages; a test may name servers of its own that need not be public."""
    settings = current_app.config["SETTINGS"]
    return Asking(
        agent=f"Beffroi (+{settings.public_url})",
        languages=", ".join(settings.language_codes),
        file_most=settings.max_file_mb * MEBIBYTE,
        **current_app.config.get("FETCHING", {}),
    )


def _received(came: Page) -> Received | None:
    """Take in a document that stood where an article was expected; None when it is not one we accept."""
    name = split_extension(safe_name(unquote(urlsplit(came.url).path)))[0] + ".pdf"
    try:
        with Path(came.path or "").open("rb") as stream:
            return receive(stream, name)
    except FileRefusedError:
        return None


@job("library.forget_pages", every=timedelta(days=1))
def forget_pages(_payload: dict[str, Any]) -> None:
    """Forget pages fetched for forms that were never published."""
    with transaction():
        forget_old()
