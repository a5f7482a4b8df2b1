"""The door of the administration of search: its address, its tab, the pages behind it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for

from app.core.i18n import gettext as _
from app.core.i18n import pgettext
from app.core.navigation import Tab
from app.core.slots import fill

PREFIX = "/administration/recherche"
blueprint = Blueprint("admin_search", __name__, url_prefix=PREFIX)


@fill("admin.tabs", order=60)
def search_tab() -> Tab:
    """Return the tab of search."""
    return Tab(
        url_for("admin_search.state_page"), pgettext("search page", "Recherche"), active=request.path.startswith(PREFIX)
    )


@blueprint.context_processor
def _sections() -> dict[str, Any]:
    return {"sections": sections()}


def sections() -> list[Tab]:
    """Return the pages of the administration of search."""
    pages = {
        "state_page": _("État"),
        "synonyms_page": _("Synonymes"),
        "ignored_page": _("Mots ignorés"),
        "first_page": _("En tête"),
        "log_page": _("Recherches faites"),
        "ranking_page": _("Classement"),
    }
    urls = {url_for(f"admin_search.{endpoint}"): label for endpoint, label in pages.items()}
    return [Tab(url, label, active=_is_here(url)) for url, label in urls.items()]


def _is_here(url: str) -> bool:
    return request.path == url or (url != PREFIX and request.path.startswith(f"{url}/"))
