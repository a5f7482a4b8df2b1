"""The words that wait in one's spaces, the decision on each, and the keywords proposed while one types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for

from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.errors import DomainError, RefusedError, sentence_of
from app.core.i18n import gettext as _
from app.core.paging import page_number
from app.core.text import one_line
from app.library.models import Tag, TagState
from app.library.tags import tag_slug, terms_called
from app.library.thesaurus.completing import completions
from app.library.thesaurus.deciding import decide_on, decision_on, reinstate, take_back_decision
from app.library.thesaurus.forms import WordForm
from app.library.thesaurus.models import Act
from app.library.thesaurus.waiting import (
    count_waiting,
    decisions_to_take_back,
    refused_words,
    resources_with,
    spaces_decided_by,
    waiting_page,
    word_for,
)
from app.library.views.doors import library, space_library
from app.spaces.models import Space

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

LONGEST_WORDS = 80


@space_library.get("/mots-cles/proposer")
@signed_in
def complete_in_space(space: Space) -> ResponseReturnValue:
    """Give the keywords that begin so: terms, and words of this space."""
    return _completed(space)


@library.get("/mots-cles/proposer")
@signed_in
def complete_terms() -> ResponseReturnValue:
    """Give the terms that begin so."""
    return _completed(None)


def _completed(space: Space | None) -> str:
    words = one_line(request.args.get("q", ""))[:LONGEST_WORDS]
    return render_template("library/completions.html", found=completions(person(), words, space))


@library.get("/mots-cles/en-attente")
@signed_in
def waiting_words_page() -> ResponseReturnValue:
    """Show the words that wait to be decided of, in the spaces this person runs."""
    spaces = spaces_decided_by(person())
    if not spaces:
        raise RefusedError
    space = next((one for one in spaces if one.slug == request.args.get("espace")), None)
    return render_template(
        "library/waiting_words.html",
        page=waiting_page(person(), space, page_number()),
        spaces=spaces,
        chosen=space,
        decided=decisions_to_take_back(person()),
        refused=refused_words(person(), space),
        waiting=count_waiting(person()),
    )


@library.route("/mots-cles/en-attente/<string(length=10):public_id>", methods=["GET", "POST"])
@signed_in
def waiting_word_page(public_id: str) -> ResponseReturnValue:
    """Decide of one word: adopt it, make it a synonym, merge it, refuse it."""
    word = word_for(person(), public_id)
    form = WordForm(data={"fr": word.label} if request.method == "GET" else None)
    status = 200
    if request.method == "POST":
        done = form.validate() and _decided(word, form)
        if done:
            return redirect(url_for("library.waiting_words_page"))
        status = 422
    page = render_template(
        "library/waiting_word.html",
        word=word,
        form=form,
        decision=decision_on(word),
        resources=resources_with(person(), word),
    )
    return page, status


def _decided(word: Tag, form: WordForm) -> bool:
    """Take the decision; tell whether it could be taken, and say beside the field why not."""
    act = Act(form.act.data)
    try:
        with transaction():
            decide_on(
                person(),
                word,
                act,
                said=form.said() if act is Act.ADOPT else None,
                target=form.term if act in {Act.SYNONYM, Act.MERGE} else None,
                lang=form.lang.data or "fr",
                reason=form.reason.data or "",
            )
    except DomainError as error:
        form.act.errors = [sentence_of(error)]
        return False
    return True


@library.post("/mots-cles/en-attente/<string(length=10):public_id>/reunir")
@signed_in
def merge_word(public_id: str) -> ResponseReturnValue:
    """Merge a word into the term proposed beside it, in one press."""
    word = word_for(person(), public_id)
    slug = tag_slug(request.form.get("terme", ""))
    target = terms_called([slug]).get(slug)
    if target is None:
        flash(_("Ce terme n'existe plus."), "error")
        return redirect(url_for("library.waiting_words_page"))
    with transaction():
        decide_on(person(), word, Act.MERGE, target=target)
    return redirect(url_for("library.waiting_words_page"))


@library.post("/mots-cles/en-attente/<string(length=10):public_id>/annuler")
@signed_in
def take_word_back(public_id: str) -> ResponseReturnValue:
    """Take back what was just decided, or let a refused word wait again."""
    word = word_for(person(), public_id)
    with transaction():
        if word.state == TagState.REFUSED:
            reinstate(person(), word)
        else:
            take_back_decision(person(), word)
    flash(_("« %(name)s » attend de nouveau.", name=word.label))
    return redirect(url_for("library.waiting_words_page"))
