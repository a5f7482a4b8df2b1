"""A form whose sending was held up, by a session that had ended or a step to take first: its page shows it again."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import has_request_context, request, session

from app.core.access import anybody
from app.core.drafts import draft_for, keep_draft

#: Where the form stands ("page") and where it is sent to ("key", that of its draft).
_RESUMED = "resumed"


def keep_for_later(who: Any, page: str | None, key: str, typed: dict[str, str]) -> None:
    """Keep what was being sent to a path as a draft, inside a transaction; the form on its page will begin with it."""
    keep_draft(who, key, typed)
    session[_RESUMED] = {"page": urlsplit(page or key).path, "key": key}


def kept_for_this_page() -> dict[str, Any]:
    """Return what the forms of the page being read begin with: nothing on any other, or once it was sent again."""
    kept = session.get(_RESUMED) if has_request_context() else None
    if not isinstance(kept, dict):
        return {}
    if request.method == "POST":
        if request.path == kept["key"]:
            session.pop(_RESUMED)
        return {}
    me = anybody()
    return draft_for(me, kept["key"]) if me is not None and request.path == kept["page"] else {}
