"""People among the results of a search: how many the directory finds for the same words, and where they are."""

from __future__ import annotations

from flask import url_for

from app.core.access import person
from app.core.i18n import gettext as _
from app.core.navigation import Tab
from app.core.slots import fill
from app.directory import people
from app.search.beginnings import begun


@fill("search.tabs")
def people_tab(words: str) -> Tab | None:
    """Return the tab of the people this member finds in the directory for some words; none for a guest."""
    typed = begun(words)
    if not typed or not person().is_member:
        return None
    return Tab(url_for("directory.people_page", q=words), _("Membres"), people.count_named(person(), typed))
