"""A form whose sending was held up, by a session that had ended or a step to take first: its page shows it again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import has_request_context, request, session

from app.core.access import anybody
from app.core.clock import now
from app.core.drafts import draft_for, keep_draft

#: The page of the form, which sends to itself, and until when ("until", a timestamp) it begins with what was sent.
_RESUMED = "resumed"
LONG_ENOUGH = timedelta(minutes=30)


def keep_for_later(who: Any, page: str | None, key: str, typed: dict[str, str]) -> None:
    """Keep what was being sent to a path as a draft, inside a transaction; a form there will begin with it for a while.

    ``page`` is where the form stood: one that sends elsewhere has but the draft, which its page may read.
    """
    keep_draft(who, key, typed)
    if urlsplit(page or key).path == key:
        session[_RESUMED] = {"page": key, "until": (now() + LONG_ENOUGH).timestamp()}


def sent_from_this_page() -> dict[str, Any]:
    """Return what was being sent from the page being read: nothing on any other, or once it was sent again."""
    kept = session.get(_RESUMED) if has_request_context() else None
    if not isinstance(kept, dict) or request.path != kept["page"]:
        return {}
    if request.method == "POST" or now().timestamp() > kept["until"]:
        session.pop(_RESUMED)
        return {}
    me = anybody()
    return draft_for(me, kept["page"]) if me is not None else {}
