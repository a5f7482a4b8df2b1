"""Saved searches shared to a space: sharing one, their page in the space, following one, tending them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from app.alerts.describing import described
from app.alerts.forms import RHYTHMS, ShareForm
from app.alerts.matching import start
from app.alerts.models import LONGEST_NAME, SavedSearch
from app.alerts.operations import remove, rename, share, subscribe
from app.alerts.permissions import can_share_searches
from app.alerts.queries import (
    removed_search_for,
    searches_in,
    shareable_spaces,
    shared_search_for,
    watch_for,
    watches_of,
)
from app.alerts.views.doors import alerts, space_alerts
from app.alerts.views.own import ADDRESS, REMOVED
from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.errors import DomainError, NotFoundError, sentence_of
from app.core.i18n import gettext as _
from app.core.text import one_line
from app.spaces.blueprint import render_space_page
from app.spaces.models import Space
from app.spaces.queries import space_for

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

SEARCHES = "/recherches"
ONE = f"{SEARCHES}/<string(length=10):public_id>"


@alerts.route(f"{ADDRESS}/partager", methods=["GET", "POST"])
@signed_in
def share_page(public_id: str) -> ResponseReturnValue:
    """Share a search of one's own to a space one runs."""
    me, watch = person(), watch_for(person(), public_id)
    spaces = shareable_spaces(me)
    if watch.search.user_id != me.id or not spaces:
        raise NotFoundError
    search, problem = watch.search, ""
    choices = [(one.slug, one.name) for one in spaces]
    form = ShareForm(choices, data={"name": search.name} if request.method == "GET" else None)
    if form.validate_on_submit():
        try:
            with transaction():
                space = space_for(me, form.space.data)
                share(me, watch_for(me, public_id).search, space, form.name.data or "")
        except DomainError as error:
            problem = sentence_of(error)
        else:
            flash(_("La recherche est partagée : ceux qui lisent l'espace peuvent la suivre."))
            return redirect(url_for("space_alerts.space_searches_page", slug=space.slug))
    [asked] = described(me, [search.asked])
    page = render_template("alerts/share.html", search=search, form=form, asked=asked, problem=problem)
    return page, 200 if request.method == "GET" else 422


@space_alerts.get(SEARCHES)
@signed_in
def space_searches_page(space: Space) -> ResponseReturnValue:
    """List the searches shared in a space, with what the person follows of them."""
    return _searches_page(space)


def _searches_page(space: Space, wrong: str = "", problem: str = "") -> str:
    me = person()
    searches = searches_in(space)
    asked = described(me, [one.asked for one in searches])
    mine = {one.search_id: one for one in watches_of(me)}
    rows = [(one, what, mine.get(one.id)) for one, what in zip(searches, asked, strict=True)]
    tends = can_share_searches(me, space)
    return render_space_page(
        "alerts/space.html",
        space,
        rows=rows,
        rhythms=RHYTHMS,
        tends=tends,
        removed=_removed(space) if tends else None,
        wrong=wrong,
        problem=problem,
        longest=LONGEST_NAME,
    )


def _removed(space: Space) -> SavedSearch | None:
    try:
        search = removed_search_for(person(), request.args.get(REMOVED, ""))
    except NotFoundError:
        return None
    return search if search.space_id == space.id else None


@space_alerts.post(f"{ONE}/suivre")
@signed_in
def follow_view(space: Space, public_id: str) -> ResponseReturnValue:
    """Follow a search of the space with a rhythm of one's own."""
    begin = start(person(), shared_search_for(person(), space, public_id).asked)
    try:
        with transaction():
            search = shared_search_for(person(), space, public_id)
            subscribe(person(), search, request.form.get("rhythm", ""), begin)
    except DomainError as error:
        return _searches_page(space, public_id, sentence_of(error)), 422
    flash(_("Vous suivez « %(name)s ». Vous la retrouvez dans vos recherches.", name=search.name))
    return redirect(_address(space))


@space_alerts.post(f"{ONE}/renommer")
@signed_in
def rename_view(space: Space, public_id: str) -> ResponseReturnValue:
    """Give a search of the space another name, for those who run it."""
    can_share_searches.require(person(), space)
    name = one_line(request.form.get("name", ""))
    try:
        with transaction():
            rename(person(), shared_search_for(person(), space, public_id), name)
    except DomainError as error:
        return _searches_page(space, public_id, sentence_of(error)), 422
    flash(_("La recherche est renommée."))
    return redirect(_address(space))


@space_alerts.post(f"{ONE}/retirer")
@signed_in
def unshare_view(space: Space, public_id: str) -> ResponseReturnValue:
    """Take a search out of the space, for those who run it; it can be put back, with those who follow it."""
    can_share_searches.require(person(), space)
    with transaction():
        remove(person(), shared_search_for(person(), space, public_id))
    return redirect(_address(space, public_id))


def _address(space: Space, removed: str | None = None) -> str:
    return url_for("space_alerts.space_searches_page", slug=space.slug, supprimee=removed)
