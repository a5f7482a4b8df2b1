"""The way back from a thing to the results of a search, for who comes from there."""

from __future__ import annotations

from flask import request

from app.core.i18n import gettext as _
from app.core.navigation import safe_next
from app.core.text import one_line

LONGEST_SHOWN = 60


def way_back() -> tuple[str, str] | None:
    """Return how the results are called that the reader comes from, and their address with all their filters.

    None when the last page was not one of results.
    """
    came_from = (request.referrer or "").removeprefix(request.host_url.rstrip("/"))
    results = safe_next(came_from) if came_from.startswith("/recherche?") else None
    words = one_line(request.args.get("q", ""))[:LONGEST_SHOWN]
    if not results:
        return None
    return (_("Résultats pour « %(words)s »", words=words) if words else _("Résultats"), results)
