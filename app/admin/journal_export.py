"""The journal as a table, for the page and for the command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.admin.journal_filter import Wanted
from app.core.i18n import gettext as _
from app.core.i18n import join_sentences
from app.core.journal import lines_of

MOST_EXPORTED = 100_000


def heads() -> list[str]:
    """Return the names of the columns."""
    return [_("Date et heure"), _("Qui"), _("Quoi"), _("Sur quoi"), _("Précisions"), _("Numéro de la requête")]


def rows_of(wanted: Wanted, reader: Any, most: int) -> Iterator[list[Any]]:
    """Yield the lines asked for, newest first, ``most`` in all, as far as this reader may know them."""
    for batch in wanted.batches(most):
        for one in lines_of(batch, reader):
            yield [one.at, one.who, one.action, one.what, join_sentences(one.details), one.request_id]
