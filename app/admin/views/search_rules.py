"""The rules of the search, kept by administrators: synonyms, words to ignore, what comes first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for

from app.admin.search_forms import FirstForm, IgnoredForm, SynonymsForm
from app.admin.things import DISCUSSION, RESOURCE, thing_at
from app.admin.views.search_door import blueprint
from app.core.access import administrators, person
from app.core.db import transaction
from app.core.errors import DomainError, EditConflictError, sentence_of
from app.core.forms import number_in
from app.core.i18n import gettext as _
from app.core.paging import Page, page_number
from app.search.log.counting import count_asked_soon
from app.search.operations import cards_of
from app.search.query import parse
from app.search.rules import rules
from app.search.rules.judging import Said, first_said, ignored_said, in_force, synonyms_said
from app.search.rules.models import RuleKind, SearchRule
from app.search.rules.sample import sample_of
from app.search.rules.writing import (
    add_rule,
    change_rule,
    lately_changed,
    remove_rule,
    rule_with,
    rules_of,
    undo_rule,
    words_of,
)

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from flask_wtf import FlaskForm
    from wtforms import Field

PER_PAGE = 50
TYPES = {RESOURCE: "resource", DISCUSSION: "thread"}
PAGES = {RuleKind.SYNONYMS: "synonyms_page", RuleKind.IGNORED: "ignored_page", RuleKind.FIRST: "first_page"}
RULE = "/<any(synonymes, ignores, tete):_list>/<string(length=10):public_id>"


@blueprint.route("/synonymes", methods=["GET", "POST"])
@administrators
def synonyms_page() -> ResponseReturnValue:
    """Show the groups of synonyms, what a question becomes under them, and add one."""
    form = SynonymsForm(data=_proposed() if request.method == "GET" else None)
    if request.method == "POST" and form.validate():
        others = in_force(RuleKind.SYNONYMS)
        if _kept(
            RuleKind.SYNONYMS,
            form.words,
            lambda: synonyms_said(form.lines, one_way=form.one_way.data, others=others),
        ):
            return redirect(url_for("admin_search.synonyms_page"))
    asked = request.args.get("q", "")
    sample = sample_of(parse(asked).query, rules()) if asked.strip() else None
    return _shown("admin/search_synonyms.html", RuleKind.SYNONYMS, form, asked=asked, sample=sample)


def _proposed() -> dict[str, Any]:
    """Return the first name of a group, when another page asks for one to be made of it."""
    return {"words": request.args.get("mots", "")[:200]}


@blueprint.route("/synonymes/<string(length=10):public_id>/modifier", methods=["GET", "POST"])
@administrators
def change_synonyms_page(public_id: str) -> ResponseReturnValue:
    """Change a group of synonyms."""
    rule = rule_with(public_id, RuleKind.SYNONYMS)
    said = {"words": "\n".join(rule.said["words"]), "one_way": rule.said["one_way"], "edit_version": rule.edit_version}
    form = SynonymsForm(data=said if request.method == "GET" else None)
    if request.method == "POST" and form.validate() and _changed(form, rule):
        return redirect(url_for("admin_search.synonyms_page"))
    return render_template("admin/search_synonyms_edit.html", form=form, rule=rule), 422 if form.errors else 200


def _changed(form: SynonymsForm, rule: SearchRule) -> bool:
    try:
        others = in_force(RuleKind.SYNONYMS, rule)
        said = synonyms_said(form.lines, one_way=form.one_way.data, others=others)
        with transaction():
            count_asked_soon()
            change_rule(person(), rule, said, number_in(form.edit_version.data))
    except EditConflictError as error:
        form.words.errors = [_("%(why)s Enregistrez de nouveau pour garder votre version.", why=error.message)]
        form.edit_version.data = str(rule_with(rule.public_id).edit_version)
    except DomainError as error:
        form.words.errors = [sentence_of(error)]
    return not form.errors


@blueprint.route("/ignores", methods=["GET", "POST"])
@administrators
def ignored_page() -> ResponseReturnValue:
    """Show the words the site ignores in questions, and add one."""
    form = IgnoredForm()
    if request.method == "POST" and form.validate():
        others = in_force(RuleKind.IGNORED)
        if _kept(RuleKind.IGNORED, form.word, lambda: ignored_said(form.word.data or "", others)):
            return redirect(url_for("admin_search.ignored_page"))
    return _shown("admin/search_ignored.html", RuleKind.IGNORED, form)


@blueprint.route("/tete", methods=["GET", "POST"])
@administrators
def first_page() -> ResponseReturnValue:
    """Show what comes first for which words, and add such a thing."""
    given = {"words": request.args.get("mots", "")[:200], "thing": request.args.get("chose", "")[:500]}
    form = FirstForm(data=given if request.method == "GET" else None)
    if request.method == "POST" and form.validate():
        key = _key_at(form.thing.data or "")
        if key is None:
            form.thing.errors = [_("Cette adresse ne mène à rien que vous puissiez lire. Copiez celle de la page.")]
        others = in_force(RuleKind.FIRST)
        if key and _kept(RuleKind.FIRST, form.words, lambda: first_said(form.words.data or "", key, others)):
            return redirect(url_for("admin_search.first_page"))
    return _shown("admin/search_first.html", RuleKind.FIRST, form)


def _key_at(address: str) -> str | None:
    """Return the key of the thing of an address, None for what the search does not find or this person not read."""
    found = thing_at(address)
    key = f"{TYPES[found.kind]}:{found.it.id}" if found is not None and found.kind in TYPES else ""
    return key if key and cards_of(person(), [key]) else None


@blueprint.post(f"{RULE}/retirer")
@administrators
def remove_view(_list: str, public_id: str) -> ResponseReturnValue:
    """Take a rule away."""
    rule = rule_with(public_id)
    with transaction():
        count_asked_soon()
        remove_rule(person(), rule)
    return redirect(url_for(f"admin_search.{PAGES[RuleKind(rule.kind)]}"))


@blueprint.post(f"{RULE}/annuler")
@administrators
def undo_view(_list: str, public_id: str) -> ResponseReturnValue:
    """Take back the last change of a rule."""
    rule = rule_with(public_id)
    with transaction():
        count_asked_soon()
        undo_rule(person(), rule)
    flash(_("Le changement est annulé."))
    return redirect(url_for(f"admin_search.{PAGES[RuleKind(rule.kind)]}"))


def _kept(kind: RuleKind, field: Field, typed: Callable[[], Said]) -> bool:
    """Make a rule of what was typed; when it cannot be one, say why beside the field."""
    try:
        said = typed()
        with transaction():
            count_asked_soon()
            add_rule(person(), kind, said)
    except DomainError as error:
        field.errors = [sentence_of(error)]
        return False
    return True


def _shown(template: str, kind: RuleKind, form: FlaskForm, **more: Any) -> ResponseReturnValue:
    every, number = rules_of(kind), page_number()
    page = Page(every[(number - 1) * PER_PAGE : number * PER_PAGE], number, PER_PAGE, len(every))
    changed = lately_changed(kind)
    leading = more["sample"].first if more.get("sample") else ()
    shown = render_template(
        template,
        form=form,
        page=page,
        changed=changed,
        words_of=words_of,
        cards=_cards([*page.items, *changed], leading),
        **more,
    )
    return shown, 422 if form.errors else 200


def _cards(shown: Sequence[SearchRule], keys: Sequence[str]) -> dict[str, Any]:
    """Return the cards of the things that rules name, those alone that this administrator may read."""
    named = [rule.said["key"] for rule in shown if rule.kind == RuleKind.FIRST]
    return dict(cards_of(person(), dict.fromkeys([*named, *keys])))
