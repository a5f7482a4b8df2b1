"""Words that stand nowhere any more are forgotten: every day those no document holds, all of them after a rebuild."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.core.jobs import job
from app.search.engine import IndexUnavailableError
from app.search.operations import engine
from app.search.query import Item, Query
from app.search.terms import terms_of
from app.search.words import forget, words_after

AT_ONCE = 500


@job("search.sweep_words", queue="slow", every=timedelta(days=1), timeout=1800)
def sweep_words(_payload: dict[str, Any]) -> None:
    """Forget the words whose terms no document of the index holds: those of what was erased or written anew."""
    after = ""
    try:
        while forms := words_after(after, AT_ONCE):
            standing = engine().standing([terms_of(Query((Item(form),))).wanted[0] for form in forms])
            forget([form for form, stands in zip(forms, standing, strict=True) if not stands])
            after = forms[-1]
    except IndexUnavailableError:
        return
