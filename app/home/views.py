"""The front page, the legal pages and the small files every browser asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from sqlalchemy import select

from app.accounts.charter import charter_numbered, charter_text, last_charter_number
from app.accounts.models import User
from app.core.access import anyone, person, signed_in
from app.core.errors import NotFoundError
from app.core.forms import number_in
from app.core.i18n import gettext as _
from app.core.navigation import NavigationEntry, Tab
from app.core.news import DISCUSSION, RESOURCE, NewsItem
from app.core.paging import Page, page_number
from app.core.slots import fill
from app.discussions.permissions import can_start_thread
from app.extensions import db
from app.home.feed import LINES_PER_PAGE, Feed, by_day, feed_for, lead
from app.spaces.models import Membership
from app.spaces.permissions import memberships_of
from app.spaces.queries import spaces_of, writable_spaces

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

FILTERS = {"ressources": RESOURCE, "discussions": DISCUSSION}

blueprint = Blueprint("home", __name__)


@fill("navigation", order=10)
def navigation_entry() -> NavigationEntry:
    """Return the entry « Accueil » of the main navigation."""
    return NavigationEntry(url_for("home.home_page"), _("Accueil"), "home", "/")


@blueprint.get("/")
@signed_in
def home_page() -> ResponseReturnValue:
    """Show what is new for the person since they last came."""
    me = person()
    if me.is_guest and not memberships_of(me):
        return render_template("home/stay_over.html", **_last_stay(me))
    feed = feed_for(me)
    chosen = request.args.get("voir", "")
    page = _page_of(feed, FILTERS.get(chosen))
    return render_template(
        "home/home.html",
        lead=lead(feed),
        feed=feed,
        chosen=chosen if chosen in FILTERS else "",
        choices=_choices(chosen),
        page=page,
        days=by_day(list(page.items)),
        spaces=[(one, feed.by_space[one.id]) for one in spaces_of(me)],
        actions=_actions(me),
    )


def _last_stay(guest: User) -> dict[str, Any]:
    """Return when a guest's last access ended, and who answered for them if they still have an account."""
    query = select(Membership).where(Membership.user_id == guest.id).order_by(Membership.expires_at.desc())
    last = db.session.scalar(query.limit(1))
    sponsor = last.sponsor if last is not None and last.sponsor is not None and last.sponsor.is_member else None
    return {"ended": last.expires_at if last is not None else None, "sponsor": sponsor}


def _actions(me: User) -> list[Tab]:
    """Return what a person may begin from here, the main action first; nothing without a space to write in."""
    if not writable_spaces(me):
        return []
    share = Tab(url_for("library.choose_space_page"), _("Partager une ressource"))
    return [share, Tab(url_for("home.ask_page"), _("Poser une question"))]


@blueprint.get("/discussions/nouvelle")
@signed_in
def ask_page() -> ResponseReturnValue:
    """Ask in which space a question is to be put, its title begun or not; go there at once when there is only one."""
    spaces = [one for one in writable_spaces(person()) if can_start_thread(person(), one)]
    title = request.args.get("titre") or None
    if len(spaces) == 1:
        return redirect(url_for("space_discussions.new_thread_page", slug=spaces[0].slug, titre=title))
    return render_template("home/ask.html", spaces=spaces, title=title)


def _page_of(feed: Feed, wanted: str | None) -> Page[NewsItem]:
    """Cut one page out of the lines of a type."""
    lines = feed.of_type(wanted)
    pages = max(1, -(-len(lines) // LINES_PER_PAGE))
    number = min(page_number(), pages)
    start = (number - 1) * LINES_PER_PAGE
    return Page(lines[start : start + LINES_PER_PAGE], number, LINES_PER_PAGE, len(lines))


def _choices(chosen: str) -> list[Tab]:
    """Return the filters of the news, kept in the address."""
    here = url_for("home.home_page")
    return [
        Tab(here, _("Tout"), active=chosen not in FILTERS),
        Tab(f"{here}?voir=ressources", _("Ressources"), active=chosen == "ressources"),
        Tab(f"{here}?voir=discussions", _("Discussions"), active=chosen == "discussions"),
    ]


@blueprint.get("/mentions-legales")
@anyone
def legal_page() -> ResponseReturnValue:
    """Say who publishes the site."""
    return render_template("home/legal.html")


@blueprint.get("/accessibilite")
@anyone
def accessibility_page() -> ResponseReturnValue:
    """Declare how accessible the site is; no better status than an audit has given."""
    return render_template("home/accessibility.html")


@blueprint.get("/donnees-personnelles")
@anyone
def privacy_page() -> ResponseReturnValue:
    """Say what is kept about people, why and for how long."""
    return render_template("home/privacy.html")


@blueprint.get("/charte")
@anyone
def charter_page() -> ResponseReturnValue:
    """Say how one behaves here: the version asked for, the one in force otherwise; the site's own text before any."""
    asked = number_in(request.args.get("version"))
    version = charter_numbered(asked if asked is not None else last_charter_number())
    if version is None and asked is not None:
        raise NotFoundError
    return render_template("home/charter.html", version=version, text=charter_text(version), last=last_charter_number())


@blueprint.get("/robots.txt")
@anyone
def robots() -> ResponseReturnValue:
    """Ask robots to stay away: everything here is for members."""
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")


@blueprint.get("/favicon.ico")
@anyone
def favicon() -> ResponseReturnValue:
    """Give the mark of the site to browsers that ask for the old name."""
    return current_app.send_static_file("img/favicon.svg")
