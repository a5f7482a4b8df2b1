"""The thesaurus to be read: its tree, a search inside it, the page of each term."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, render_template, request, url_for

from app.core.access import person, signed_in
from app.core.i18n import gettext as _
from app.core.navigation import Tab
from app.core.slots import fill
from app.core.text import one_line
from app.library.models import Tag
from app.library.thesaurus.permissions import keeps_thesaurus
from app.library.thesaurus.queries import history_of, term_for, term_page, terms_holding, tree_for
from app.library.thesaurus.waiting import count_waiting, decides_somewhere
from app.library.views.doors import library

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

LONGEST_WORDS = 80


@library.get("/mots-cles")
@signed_in
def thesaurus_page() -> ResponseReturnValue:
    """Show the common keywords as a tree, or those whose names hold the words typed."""
    words = one_line(request.args.get("q", ""))[:LONGEST_WORDS]
    found = terms_holding(person(), words) if words else None
    return render_template(
        "library/thesaurus.html",
        words=words,
        found=found,
        tree=tree_for(person()) if found is None else [],
        may_keep=keeps_thesaurus(person(), None),
        waiting=count_waiting(person()) if decides_somewhere(person()) else None,
        address_of=term_url,
    )


@fill("admin.tabs", order=55)
def keywords_tab() -> Tab:
    """Return the tab of the keywords, with how many wait."""
    waiting = count_waiting(person())
    return Tab(url_for("library.thesaurus_page"), _("Mots-clés"), waiting or None)


@library.get("/mots-cles/<string(length=10):public_id>", defaults={"slug": ""})
@library.get("/mots-cles/<string(length=10):public_id>-<slug>")
@signed_in
def thesaurus_term(public_id: str, slug: str) -> ResponseReturnValue:
    """Show a term: its names, what it is for, its neighbours, how many resources carry it."""
    tag = term_for(public_id)
    if slug != tag.slug:
        return redirect(term_url(tag), code=301)
    return render_template(
        "library/term.html",
        term=term_page(person(), tag),
        may_keep=keeps_thesaurus(person(), None),
        history=history_of(tag) if keeps_thesaurus(person(), None) else [],
        address_of=term_url,
    )


def term_url(tag: Tag) -> str:
    """Return the address of a term's page."""
    return url_for("library.thesaurus_term", public_id=tag.public_id, slug=tag.slug)
