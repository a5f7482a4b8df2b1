"""Asking for a page and taking what came of it. Plain functions, inside ``transaction()``."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import delete

from app.accounts.models import User
from app.core.audit import record
from app.core.clock import now
from app.core.jobs import enqueue
from app.extensions import db
from app.library.collecting.claiming import forget_page
from app.library.collecting.models import FetchedPage, PageState
from app.library.files import keep_received
from app.library.permissions import can_add_resource
from app.library.reading.fetch import Page
from app.library.receiving import Received
from app.spaces.models import Space

JOB = "library.fetch_page"
OFF, NOT_ARTICLE, NOT_TAKEN = "off", "not_article", "not_taken"
KEPT = timedelta(days=3)


def ask_for_page(by: User, space: Space, form: str, address: str) -> FetchedPage:
    """Have a page fetched for a form, in place of what was fetched for it before; ``address`` was read by its type.

    Where the site may not fetch pages, the row says so and proposes the address alone. Raises RefusedError.
    """
    can_add_resource.require(by, space)
    forget_page(by, form)
    page = FetchedPage(by_id=by.id, form=form[:300], address=address, found={"address": address})
    db.session.add(page)
    db.session.flush()
    if current_app.config["SETTINGS"].may_fetch_pages:
        enqueue(JOB, {"id": page.id}, key=f"{JOB}:{page.id}")
        record("library.page_asked", by, space, site=(urlsplit(address).hostname or "")[:200])
    else:
        page.state, page.refusal = PageState.REFUSED, OFF
    return page


def take_page(kept: FetchedPage, came: Page) -> None:
    """Keep what a page says, or why there is nothing."""
    if came.refusal:
        kept.state, kept.refusal = PageState.REFUSED, came.refusal[:20]
        return
    kept.state = PageState.FOUND
    kept.found, kept.text = proposals(came), came.text
    if not came.is_article:
        kept.refusal = NOT_ARTICLE


def take_file(by: User, kept: FetchedPage, received: Received) -> None:
    """Keep a document that stood at the address with the files of the form."""
    kept.state = PageState.FILE
    keep_received(by, kept.form, received, whatever_place=True)


def proposals(came: Page) -> dict[str, str]:
    """Return what a page proposes, by the names of the fields of the form, as it would be typed."""
    said = {
        "title": came.title,
        "outlet": came.outlet,
        "authors": "; ".join(came.authors) + ";" if came.authors else "",
        "dated_on": came.date,
        "address": came.address,
        "summary": came.summary,
        "lang": came.lang,
    }
    return {name: value for name, value in said.items() if value}


def forget_old() -> None:
    """Forget pages fetched for forms that were never published."""
    old = FetchedPage.resource_id.is_(None) & (FetchedPage.created_at < now() - KEPT)
    db.session.execute(delete(FetchedPage).where(old).execution_options(synchronize_session=False))


def forget_pages_of(person: User) -> None:
    """Forget what a person had fetched for forms; what became a resource stays with it."""
    mine = FetchedPage.resource_id.is_(None) & (FetchedPage.by_id == person.id)
    db.session.execute(delete(FetchedPage).where(mine))
