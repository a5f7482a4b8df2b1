"""The pages of reading lists, and the button that pins a resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.errors import DomainError, NotFoundError, sentence_of
from app.core.forms import BeffroiForm, number_in
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.text import slugify, typographic
from app.library.addresses import resource_url
from app.library.models import Resource
from app.library.queries import published_resource_for
from app.library.reading_lists.addresses import list_url
from app.library.reading_lists.models import ReadingList
from app.library.reading_lists.operations import (
    LONGEST_INTRO,
    LONGEST_WORDS,
    add_to_list,
    edit_list,
    make_list,
    move_entry,
    pin,
    remove_list,
    restore_list,
    take_from_list,
    write_words,
)
from app.library.reading_lists.permissions import can_edit_list, can_make_list
from app.library.reading_lists.queries import (
    entries_of,
    entry_counts,
    list_for,
    lists_in,
    lists_kept_by,
    removed_list_for,
)
from app.library.rows import row_of
from app.library.views.doors import library, space_library
from app.spaces.blueprint import render_space_page
from app.spaces.models import LONGEST_TITLE, Space
from app.spaces.queries import space_for

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

UP, DOWN, TAKE = "monter", "descendre", "retirer"
CONFLICT, REFUSED = 409, 422


class ListForm(BeffroiForm):
    """What a reading list says of itself."""

    title = StringField(
        _l("Titre"),
        [
            DataRequired(_l("Donnez un titre au dossier.")),
            Length(max=LONGEST_TITLE, message=_l("Ce texte est trop long : gardez l'essentiel.")),
        ],
    )
    intro = TextAreaField(
        _l("Présentation"),
        [Length(max=LONGEST_INTRO, message=_l("Ce texte est trop long : gardez l'essentiel."))],
        description=_l("Pour quelle réunion, sur quel thème, par où commencer."),
    )
    seen_version = HiddenField()


class AddForm(BeffroiForm):
    """Into which list a resource goes, and why."""

    reading = SelectField(_l("Dossier"))
    words = TextAreaField(
        _l("Un mot"),
        [Length(max=LONGEST_WORDS, message=_l("Ce texte est trop long : gardez l'essentiel."))],
        description=_l("Ce qu'il faut y lire, et pourquoi."),
    )


@space_library.get("/dossiers")
@signed_in
def lists_page(space: Space) -> ResponseReturnValue:
    """List the reading lists of a space."""
    lists = lists_in(space, person())
    counts = entry_counts(person(), lists)
    lines = [(one, list_url(one), counts.get(one.id, 0)) for one in lists]
    may_make = can_make_list(person(), space)
    return render_space_page("library/lists.html", space, lines=lines, may_make=may_make)


@space_library.route("/dossiers/nouveau", methods=["GET", "POST"])
@signed_in
def new_list(space: Space) -> ResponseReturnValue:
    """Begin a reading list, with a first resource when one is named."""
    can_make_list.require(person(), space)
    form, first = ListForm(), request.values.get("ressource", "")
    if not form.validate_on_submit():
        page = render_space_page("library/list_new.html", space, form=form, first=first)
        return page, REFUSED if request.method == "POST" else 200
    resource = _first(first)
    with transaction():
        reading = make_list(person(), space, form.title.data or "", form.intro.data or "")
        if resource is not None:
            add_to_list(person(), reading, resource)
    flash(_("Le dossier est commencé."))
    return redirect(list_url(reading))


def _first(public_id: str) -> Any:
    try:
        return published_resource_for(person(), public_id) if public_id else None
    except DomainError:
        return None


@library.get("/dossiers/<string(length=10):public_id>", defaults={"slug": ""})
@library.get("/dossiers/<string(length=10):public_id>-<slug>")
@signed_in
def list_page(public_id: str, slug: str) -> ResponseReturnValue:
    """Show a reading list: what this reader may read of it, in its order."""
    reading = list_for(person(), public_id)
    if slug != slugify(reading.title):
        return redirect(list_url(reading), code=301)
    entries = entries_of(person(), reading)
    return render_template(
        "library/reading_list.html",
        reading=reading,
        intro=typographic(reading.intro_html),
        lines=[(one, row_of(one.resource, person())) for one in entries],
        may_edit=can_edit_list(person(), reading),
    )


@library.route("/dossiers/<string(length=10):public_id>/modifier", methods=["GET", "POST"])
@signed_in
def change_list(public_id: str) -> ResponseReturnValue:
    """Change a list: its words, what it says of each entry, their order. Whatever the button, all words are kept."""
    reading = list_for(person(), public_id)
    can_edit_list.require(person(), reading)
    kept = {"title": reading.title, "intro": reading.intro, "seen_version": str(reading.edit_version)}
    form = ListForm(data=kept if request.method == "GET" else None)
    if request.method == "GET":
        return _edit_page(reading, form)
    if not form.validate():
        return _edit_page(reading, form, status=REFUSED)
    try:
        with transaction():
            _change(reading, form)
    except DomainError as error:
        if error.status != CONFLICT:
            raise
        form.seen_version.data = str(reading.edit_version)
        return _edit_page(reading, form, problem=str(error.message), status=CONFLICT)
    if request.form.keys() & {UP, DOWN, TAKE}:
        return redirect(request.path + "#entrees")
    flash(_("Le dossier est enregistré."))
    return redirect(list_url(reading))


def _change(reading: ReadingList, form: ListForm) -> None:
    me = person()
    write_words(me, reading, _typed())
    if (form.title.data, form.intro.data or "") != (reading.title, reading.intro):
        edit_list(me, reading, form.title.data or "", form.intro.data or "", number_in(form.seen_version.data) or 0)
    for name, step in ((UP, -1), (DOWN, 1)):
        if name in request.form:
            move_entry(me, reading, _number(name), step)
    if TAKE in request.form:
        take_from_list(me, reading, _number(TAKE))


def _number(name: str) -> int:
    number = number_in(request.form.get(name))
    if number is None:
        raise NotFoundError
    return number


def _typed() -> dict[int, str]:
    """Return the words typed for each entry, by its number."""
    found = ((number_in(name.removeprefix("mot-")), value) for name, value in request.form.items())
    return {number: value for number, value in found if number is not None}


def _edit_page(reading: ReadingList, form: ListForm, *, problem: str = "", status: int = 200) -> ResponseReturnValue:
    typed = _typed()
    lines = [(one, typed.get(one.id, one.words)) for one in entries_of(person(), reading)]
    page = render_template(
        "library/list_edit.html", reading=reading, form=form, lines=lines, problem=problem, back=list_url(reading)
    )
    return page, status


@library.route("/dossiers/<string(length=10):public_id>/supprimer", methods=["GET", "POST"])
@signed_in
def remove_list_page(public_id: str) -> ResponseReturnValue:
    """Ask, then put a list away."""
    reading = list_for(person(), public_id)
    can_edit_list.require(person(), reading)
    if request.method == "GET":
        return render_template("library/list_remove.html", reading=reading, back=list_url(reading))
    with transaction():
        remove_list(person(), reading)
    return redirect(url_for("library.restore_list_page", public_id=public_id))


@library.route("/dossiers/<string(length=10):public_id>/retablir", methods=["GET", "POST"])
@signed_in
def restore_list_page(public_id: str) -> ResponseReturnValue:
    """Say that a list is put away, and put it back."""
    reading = removed_list_for(person(), public_id)
    if request.method == "GET":
        return render_template("library/list_removed.html", reading=reading)
    with transaction():
        restore_list(person(), reading)
    flash(_("Le dossier est rétabli."))
    return redirect(list_url(reading))


@library.route("/ressources/<string(length=10):public_id>/dossier", methods=["GET", "POST"])
@signed_in
def add_to_list_page(public_id: str) -> ResponseReturnValue:
    """Put a resource into a reading list."""
    resource = published_resource_for(person(), public_id)
    lists = lists_kept_by(person())
    form = AddForm()
    form.reading.choices = [SelectChoice(one.public_id, f"{one.title} ({one.space.label})") for one in lists]
    if lists and form.validate_on_submit():
        reading = list_for(person(), form.reading.data)
        try:
            with transaction():
                added = add_to_list(person(), reading, resource, form.words.data or "")
        except DomainError as error:
            form.reading.errors = [sentence_of(error)]
            return _add_page(resource, form), REFUSED
        flash(_("Elle est dans le dossier.") if added else _("Elle était déjà dans ce dossier."))
        return redirect(list_url(reading))
    return _add_page(resource, form), REFUSED if request.method == "POST" else 200


def _add_page(resource: Resource, form: AddForm) -> str:
    return render_template(
        "library/list_add.html",
        resource=resource,
        form=form,
        back=resource_url(resource),
        may_begin=can_make_list(person(), resource.space),
    )


@library.post("/ressources/<string(length=10):public_id>/epingler")
@signed_in
def pin_view(public_id: str) -> ResponseReturnValue:
    """Pin a resource in its space, or in another whose library shows it; or take the pin out."""
    resource, on = published_resource_for(person(), public_id), request.form.get("oui") != "0"
    other = request.form.get("espace", "")
    space = space_for(person(), other) if other else resource.space
    try:
        with transaction():
            pin(person(), space, resource, on=on)
    except DomainError as error:
        flash(sentence_of(error), "error")
    else:
        flash(_("Elle est en tête des ressources de l'espace.") if on else _("Elle n'est plus épinglée."))
    return redirect(url_for("library.shelves_page", public_id=public_id) if other else resource_url(resource))
