"""The link of a mail that stops mails: it works without signing in, and opening it changes nothing.

Programs that look at every link of a mail open them; only the button, or the request of a mail program on behalf of its
reader (RFC 8058), stops anything. That request comes from another site: the secret of the address is its proof.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, render_template, request, session

from app.accounts.language import takes_language
from app.accounts.models import User
from app.alerts.models import Watch
from app.alerts.operations import stop, take_up
from app.alerts.telling import stopped_by
from app.alerts.views.doors import alerts
from app.core.access import anyone
from app.core.db import transaction
from app.core.i18n import LANGUAGE_KEY, written_for
from app.extensions import csrf, db

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

NO_REFERRER = {"Referrer-Policy": "no-referrer"}
ONE_CLICK = "List-Unsubscribe"


@alerts.route("/alertes/arreter/<secret>", methods=["GET", "POST"])
@anyone
@csrf.exempt
@takes_language
def stop_page(secret: str) -> ResponseReturnValue:
    """Ask whether mails are to be stopped, or stop them."""
    stopped = stopped_by(secret)
    if stopped is None:
        return render_template("alerts/stop_over.html"), 404, NO_REFERRER
    who, watch_id = stopped
    if request.method == "GET":
        return _page("alerts/stop.html", secret, who, watch_id)
    with transaction():
        stop(who, watch_id)
    if ONE_CLICK in request.form:
        return Response(status=200)
    return _page("alerts/stopped.html", secret, who, watch_id)


@alerts.post("/alertes/reprendre/<secret>")
@anyone
def take_up_view(secret: str) -> ResponseReturnValue:
    """Take the mails up again that this link has stopped."""
    stopped = stopped_by(secret)
    if stopped is None:
        return render_template("alerts/stop_over.html"), 404, NO_REFERRER
    who, watch_id = stopped
    with transaction():
        take_up(who, watch_id)
    return _page("alerts/taken_up.html", secret, who, watch_id)


def _page(template: str, secret: str, who: User, watch_id: int | None) -> ResponseReturnValue:
    """Show a page in the language of whose mails they are, unless another was chosen; name a search of their own."""
    watch = db.session.get(Watch, watch_id) if watch_id is not None else None
    mine = watch is not None and watch.user_id == who.id and watch.search.user_id == who.id
    name = watch.search.name if watch is not None and mine else ""
    with written_for(session.get(LANGUAGE_KEY) or who.language, who.timezone):
        page = render_template(template, secret=secret, one=watch_id is not None, name=name)
    return page, 200, NO_REFERRER
