"""How what resembles a thing is answered: a list for the page that brings it in later, else a page of its own."""

from __future__ import annotations

from collections.abc import Sequence

from flask import get_template_attribute, render_template

from app.core.errors import wants_json
from app.search.similar import Similar


def similar_answer(found: Sequence[Similar], title: str, back: str) -> str:
    """Return the list alone to our script (empty where there is nothing), the page to a reader."""
    if wants_json():
        return str(get_template_attribute("components/similar.html", "similar_list")(found))
    return render_template("search/similar.html", found=found, title=title, back=back)
