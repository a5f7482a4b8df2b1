"""What saved searches show on pages that are not their own: the results, the front page of a space, the home page."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for
from markupsafe import Markup

from app.alerts.describing import described
from app.alerts.queries import news_of, searches_in, watch_asking, watches_of
from app.core.access import person
from app.core.slots import fill
from app.search.kept import kept
from app.search.state import State
from app.spaces.models import Space

SHOWN_IN_SPACE = 5


@fill("search.head")
def alert_link(state: State) -> Markup:
    """Return the way to save this search, or to what it has become."""
    known = watch_asking(person(), kept(state))
    arguments: dict[str, Any] = state.arguments()
    return Markup(  # noqa: S704 - our own template
        render_template(
            "alerts/link.html",
            known=known,
            news=news_of(person(), [known]).get(known.id, 0) if known else 0,
            save_url=url_for("alerts.save_page", **arguments),
        )
    )


@fill("space.aside", order=40)
def shared_panel(space: Space) -> Markup | None:
    """Return the panel of the searches shared in a space; none while there is none."""
    searches = searches_in(space)
    if not searches:
        return None
    shown = searches[:SHOWN_IN_SPACE]
    asked = described(person(), [one.asked for one in shown])
    rows = list(zip(shown, asked, strict=True))
    return Markup(render_template("alerts/space_panel.html", space=space, rows=rows, total=len(searches)))  # noqa: S704 - same


@fill("home.aside", order=20)
def news_panel() -> Markup | None:
    """Return the panel of the searches in which something is new; none when nothing is."""
    me = person()
    watches = watches_of(me)
    news = news_of(me, watches)
    rows = [(one, news[one.id]) for one in watches if news.get(one.id)]
    if not rows:
        return None
    return Markup(render_template("alerts/home_panel.html", rows=rows))  # noqa: S704 - same
