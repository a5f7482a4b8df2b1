"""One's own saved searches: the list, saving one, the page of one with what is new, changing and removing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from app.accounts.models import User
from app.alerts.describing import Asked, described
from app.alerts.forms import RHYTHMS, SaveForm
from app.alerts.matching import start
from app.alerts.models import LONGEST_NAME, Finding, Rhythm, SavedSearch, Watch
from app.alerts.operations import (
    MOST_FOLLOWED,
    remove,
    rename,
    restore,
    save_search,
    see,
    set_rhythm,
    unsubscribe,
)
from app.alerts.queries import (
    findings_of,
    news_of,
    removed_search_for,
    shareable_spaces,
    watch_asking,
    watch_for,
    watches_of,
)
from app.alerts.showing import lines_of_findings
from app.alerts.views.doors import alerts
from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.errors import DomainError, NotFoundError, sentence_of
from app.core.forms import number_in
from app.core.i18n import gettext as _
from app.core.navigation import NavigationEntry
from app.core.paging import Page, page_number
from app.core.slots import fill
from app.search.audience import catalogue
from app.search.kept import kept
from app.search.matching import Reader
from app.search.state import State

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PER_PAGE = 20
ADDRESS = "/recherches/<string(length=10):public_id>"
REMOVED = "supprimee"
"""The argument that names a search just removed, to offer to put it back."""


@fill("account.menu", order=31)
def searches_entry() -> NavigationEntry:
    """Return the entry of what the person follows."""
    url = url_for("alerts.searches_page")
    return NavigationEntry(url, _("Mes recherches"), "bell", url)


@dataclass(frozen=True)
class Row:
    """A saved search in the list: what it asks, how many things are new."""

    watch: Watch
    asked: Asked
    news: int


@alerts.get("/recherches")
@signed_in
def searches_page() -> ResponseReturnValue:
    """List what the person follows, with how much is new in each."""
    me = person()
    watches = watches_of(me)
    news = news_of(me, watches)
    asked = described(me, [one.search.asked for one in watches])
    rows = [Row(one, what, news.get(one.id, 0)) for one, what in zip(watches, asked, strict=True)]
    return render_template(
        "alerts/list.html", rows=rows, rhythms=RHYTHMS, most=MOST_FOLLOWED, removed=_removed(me), me=me
    )


def _removed(me: User) -> SavedSearch | None:
    """Return the search just removed, to offer to put it back."""
    try:
        return removed_search_for(me, request.args.get(REMOVED, ""))
    except NotFoundError:
        return None


@alerts.route("/recherches/nouvelle", methods=["GET", "POST"])
@signed_in
def save_page() -> ResponseReturnValue:
    """Save the search that stands in the address under a name, with an alert or none."""
    me, state = person(), State.of(request.args)
    if state.query.is_empty and not state.narrows:
        flash(_("Cherchez d'abord quelque chose : c'est cette recherche que vous enregistrerez."), "error")
        return redirect(url_for("search.results_page"))
    question = kept(state)
    known = watch_asking(me, question)
    if known is not None:
        return redirect(_page(known))
    [asked] = described(me, [question])
    form = SaveForm(data={"name": asked.name[:LONGEST_NAME]} if request.method == "GET" else None)
    problem = ""
    if form.validate_on_submit():
        begin = start(me, question)
        try:
            with transaction():
                watch = save_search(me, question, form.name.data or "", form.rhythm.data, begin)
        except DomainError as error:
            problem = sentence_of(error)
        else:
            flash(_saved(watch))
            return redirect(_page(watch))
    any_word = len(state.query.items) > 1 and not state.query.required
    page = render_template("alerts/save.html", form=form, asked=asked, problem=problem, any_word=any_word)
    return page, 200 if request.method == "GET" else 422


def _saved(watch: Watch) -> str:
    if watch.rhythm == Rhythm.NONE:
        return _("La recherche est enregistrée.")
    return _("La recherche est enregistrée ; un courriel vous dira ce qui arrive.")


def _page(watch: Watch) -> str:
    return url_for("alerts.search_page", public_id=watch.search.public_id)


@alerts.route(ADDRESS, methods=["GET", "POST"])
@signed_in
def search_page(public_id: str) -> ResponseReturnValue:
    """Show one saved search with what came into its results, or change its name and its rhythm."""
    me, watch = person(), watch_for(person(), public_id)
    own = watch.search.user_id == me.id
    form = SaveForm(data={"name": watch.search.name, "rhythm": watch.rhythm} if request.method == "GET" else None)
    if not own:
        form.name.data = watch.search.name
    if form.validate_on_submit():
        with transaction():
            watch = watch_for(me, public_id)
            if own:
                rename(me, watch.search, form.name.data or "")
            set_rhythm(watch, form.rhythm.data)
        flash(_("Vos choix sont enregistrés."))
        return redirect(_page(watch))
    return _search_page(watch, form, own=own), 200 if request.method == "GET" else 422


def _search_page(watch: Watch, form: SaveForm, *, own: bool) -> str:
    me = person()
    [asked] = described(me, [watch.search.asked])
    found = findings_of(me, watch)
    page = _cut(found)
    return render_template(
        "alerts/search.html",
        watch=watch,
        own=own,
        form=form,
        asked=asked,
        page=page,
        lines=lines_of_findings(Reader.of(me, catalogue()), watch, page.items),
        upto=max((one.id for one in found), default=0),
        any_new=any(one.is_new for one in found),
        may_share=own and bool(shareable_spaces(me)),
    )


def _cut(found: list[Finding]) -> Page[Finding]:
    last = max(1, -(-len(found) // PER_PAGE))
    number = min(page_number(), last)
    return Page(found[(number - 1) * PER_PAGE : number * PER_PAGE], number, PER_PAGE, len(found))


@alerts.post(f"{ADDRESS}/rythme")
@signed_in
def rhythm_view(public_id: str) -> ResponseReturnValue:
    """Choose from the list when one is told; a rhythm there is not changes nothing."""
    try:
        with transaction():
            watch = watch_for(person(), public_id)
            set_rhythm(watch, request.form.get("rhythm", ""))
    except DomainError as error:
        flash(sentence_of(error), "error")
    else:
        flash(_("« %(name)s » : %(rhythm)s.", name=watch.search.name, rhythm=_within(str(RHYTHMS[watch.rhythm]))))
    return redirect(url_for("alerts.searches_page"))


def _within(words: str) -> str:
    """Return words as they stand within a sentence; « Monday » keeps its capital."""
    return words[:1].lower() + words[1:]


@alerts.post(f"{ADDRESS}/vues")
@signed_in
def seen_view(public_id: str) -> ResponseReturnValue:
    """Say that what was found has been seen."""
    with transaction():
        watch = watch_for(person(), public_id)
        see(watch, number_in(request.form.get("upto")) or 0)
    return redirect(_page(watch))


@alerts.post(f"{ADDRESS}/supprimer")
@signed_in
def remove_view(public_id: str) -> ResponseReturnValue:
    """Remove a search of one's own, which can be put back; or follow one of a space no more."""
    me = person()
    with transaction():
        watch = watch_for(me, public_id)
        own = watch.search.user_id == me.id
        remove(me, watch.search) if own else unsubscribe(watch)
    if own:
        return redirect(url_for("alerts.searches_page", supprimee=public_id))
    flash(_("Vous ne suivez plus cette recherche ; elle reste dans l'espace."))
    return redirect(url_for("alerts.searches_page"))


@alerts.post(f"{ADDRESS}/retablir")
@signed_in
def restore_view(public_id: str) -> ResponseReturnValue:
    """Put a removed search back: one's own, or one of a space the person tends."""
    me = person()
    try:
        with transaction():
            search = removed_search_for(me, public_id)
            restore(me, search)
    except DomainError as error:
        flash(sentence_of(error), "error")
        return redirect(url_for("alerts.searches_page", supprimee=public_id))
    flash(_("La recherche est rétablie."))
    if search.space is not None:
        return redirect(url_for("space_alerts.space_searches_page", slug=search.space.slug))
    return redirect(url_for("alerts.searches_page"))
