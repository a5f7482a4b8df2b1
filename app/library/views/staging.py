"""Completing what has been received: one table, one form, and every button of it keeps what is typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from werkzeug import Response
from wtforms.fields.choices import SelectChoice

from app.core.access import person, signed_in
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import DomainError, NotFoundError, wants_json
from app.core.i18n import format_time, ngettext
from app.core.i18n import gettext as _
from app.core.parts import parts
from app.library.addresses import resource_url
from app.library.files import received_file_for
from app.library.forms import LANGUAGES, form_class, offer_audiences
from app.library.kinds import KINDS, kind_of
from app.library.lines import TAKE_OUT
from app.library.operations import ResourceDetails
from app.library.permissions import can_add_resource, can_publish_at_once
from app.library.queries import resources_just_shared
from app.library.receiving import MOST_FILES, accepted_for_field
from app.library.staging.models import FORM, StagedPublication, StagedResource
from app.library.staging.operations import (
    READ,
    TYPED,
    fill_rows,
    group_rows,
    keep_typed,
    part_row,
    publish_row,
    remove_row,
    stage,
)
from app.library.staging.publishing import AT_ONCE, begin_publication, publication_for, refusals_of, running_for
from app.library.staging.queries import expiry_of, files_of, staged_for, staged_of
from app.library.staging.table import RowForm, rows_of, values_of
from app.library.uploads.operations import finish, give_up
from app.library.uploads.queries import come_of, named, unfinished_of, upload_for
from app.library.views.answering import REFUSED
from app.library.views.desk import members
from app.library.views.doors import space_library
from app.library.views.sending import take_in, take_out_of_mail
from app.spaces.blueprint import render_space_page
from app.spaces.models import Audience, Space

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

BASE = "/ressources/depot"
TICKED, CHECKED, MADE = "ligne", "revoir", "fait"
PUBLISH, DRAFT, FILL, GROUP, PART, REMOVE, TICK = (
    "publier",
    "brouillon",
    "appliquer",
    "reunir",
    "separer",
    "retirer",
    "cocher",
)
#: The fields that fill the ticked rows at once begin so.
FOR_ALL = "toutes"


@space_library.route(BASE, methods=["GET", "POST"])
@signed_in
def staging_page(space: Space) -> ResponseReturnValue:
    """Complete what waits in this space: keep, fill, put together, publish."""
    can_add_resource.require(person(), space)
    if request.method == "GET":
        return _page(space)
    kept, problems = take_in(lambda received: stage(person(), space, received))
    problems += _take_out_of_mail(space)
    if wants_json():  # our script, where there is no client of the protocol: one file, whole
        return (
            _row_alone(space, kept[0])
            if kept
            else (jsonify(error=(problems or [_("Choisissez un fichier.")])[0]), REFUSED)
        )
    _keep_all(space)
    try:
        answer = _do(space)
    except DomainError as error:
        if isinstance(error, NotFoundError):
            raise
        problems.append(str(error.message))
        answer = None
    if problems:
        return _page(space, problems), REFUSED
    if answer is None:
        flash(_("Votre saisie est enregistrée."))
    return answer or _back(space)


def _take_out_of_mail(space: Space) -> list[str]:
    """Join the ticked files of a mail to the row it waits in; return a sentence for each one refused."""
    if TAKE_OUT not in request.form:
        return []
    form = received_file_for(person(), request.form[TAKE_OUT]).form
    problems = take_out_of_mail(staged_for(person(), space, form.removeprefix(FORM)).form)
    if not problems:
        flash(_("Les pièces sont jointes à leur message. « Séparer » donne une ligne à chacune."))
    return problems


@space_library.post(f"{BASE}/brouillon")
@signed_in
def keep_staging(space: Space) -> ResponseReturnValue:
    """Keep what is being typed in the table."""
    can_add_resource.require(person(), space)
    _keep_all(space)
    return jsonify(saved=_("Brouillon enregistré à %(time)s", time=format_time(now())))


@space_library.get(f"{BASE}/inacheves")
@signed_in
def unfinished_uploads(space: Space) -> ResponseReturnValue:
    """Tell our script which files are on their way, so that one chosen again goes on where it stopped."""
    can_add_resource.require(person(), space)
    return jsonify(
        [
            {"url": _upload_url(space, one.public_id), "name": named(one), "size": one.size, "modified": one.modified}
            for one in unfinished_of(person(), space)
        ]
    )


@space_library.post(f"{BASE}/envois/<string(length=10):public_id>/ranger")
@signed_in
def settle_upload(space: Space, public_id: str) -> ResponseReturnValue:
    """Take a whole file in, unless it was already; answer with its row."""
    can_add_resource.require(person(), space)
    staged = finish(person(), upload_for(person(), space, public_id))
    return _row_alone(space, staged) if staged is not None else jsonify(html="", id="")


def _row_alone(space: Space, staged: StagedResource) -> Response:
    row = rows_of(person(), [staged])[0]
    html = render_template("library/staged_row_alone.html", row=row, **_choices(space))
    said = _("Déjà dans la bibliothèque : « %(title)s »", title=row.known[0][0]) if row.known else ""
    return jsonify(html=html, id=row.public_id, said=said)


@space_library.post(f"{BASE}/envois/<string(length=10):public_id>/abandonner")
@signed_in
def abandon_upload(space: Space, public_id: str) -> ResponseReturnValue:
    """Give up a file that never came whole: the button of the page."""
    upload = upload_for(person(), space, public_id)
    with transaction():
        part = give_up(upload)
    parts().remove(part)
    flash(_("L'envoi est abandonné."))
    return redirect(_address(space))


@space_library.get(f"{BASE}/etats")
@signed_in
def staged_states(space: Space) -> ResponseReturnValue:
    """Show what became of the files of some rows, all in one answer: asked again until they have been read."""
    can_add_resource.require(person(), space)
    rows = rows_of(person(), staged_of(person(), space, request.args.getlist(TICKED)))
    return render_template("library/staged_states.html", rows=rows)


def _keep_all(space: Space) -> None:
    """Keep every row of the form being sent, as it was typed."""
    sent: dict[str, dict[str, str]] = {}
    for key in request.form:
        name, _dash, public_id = key.partition("-")
        if public_id and name in {*TYPED, READ}:
            sent.setdefault(public_id, {})[name] = request.form[key]
    if sent:
        with transaction():
            keep_typed(staged_of(person(), space, sent), sent)


def _do(space: Space) -> Response | None:
    """Do what the button says. Raises DomainError."""
    ticked = request.form.getlist(TICKED)
    if REMOVE in request.form:
        with transaction():
            remove_row(person(), space, request.form[REMOVE])
        flash(_("La ligne est retirée."))
        return _back(space)
    if PART in request.form:
        with transaction():
            part_row(person(), space, staged_for(person(), space, request.form[PART]))
        flash(_("Chaque fichier a de nouveau sa ligne."))
        return _back(space)
    if TAKE_OUT in request.form:
        return _back(space)
    if TICK in request.form:
        return _back(space, [one.public_id for one in staged_of(person(), space)] if request.form[TICK] else [])
    if not request.form.keys() & {PUBLISH, DRAFT, FILL, GROUP}:
        return None
    rows = staged_of(person(), space, ticked)
    if not rows:
        raise DomainError(_("Cochez d'abord une ligne."))
    return _do_with(space, rows)


def _do_with(space: Space, rows: Sequence[StagedResource]) -> Response:
    if FILL in request.form:
        values = {name: request.form.get(f"{FOR_ALL}-{name}", "") for name in TYPED}
        with transaction():
            fill_rows(staged_of(person(), space, [one.public_id for one in rows]), values)
        flash(ngettext("%(num)s ligne remplie", "%(num)s lignes remplies", len(rows)))
        return _back(space, [one.public_id for one in rows])
    if GROUP in request.form:
        with transaction():
            first = group_rows(staged_of(person(), space, [one.public_id for one in rows]))
        flash(_("Ces fichiers formeront une seule ressource."))
        return _back(space, [first.public_id])
    return _publish(space, rows, as_draft=DRAFT in request.form)


def _publish(space: Space, rows: Sequence[StagedResource], *, as_draft: bool) -> Response:
    """Publish the rows that are complete, each whole or not at all; the others say what they lack.

    Many are published by a job, and a page says how far it is.
    """
    audiences, files = _audiences(space), files_of(rows)
    ready, wrong, made = dict[str, ResourceDetails](), [], []
    for row in rows:
        waiting = files[row.form]
        form = RowForm(values_of(row, waiting)[0], audiences, as_draft=as_draft)
        if form.errors:
            wrong.append(row.public_id)
            continue
        ready[row.public_id] = form.details(lang="" if waiting else "fr")
    if len(ready) > AT_ONCE:
        with transaction():
            begun = begin_publication(person(), space, ready, as_draft=as_draft).public_id
        return redirect(_publication_url(space, begun, wrong))
    for public_id, details in ready.items():
        try:
            with transaction():
                made.append(publish_row(person(), space, public_id, details, as_draft=as_draft).public_id)
        except NotFoundError:
            continue  # another tab has published it meanwhile
        except DomainError as error:
            flash(_("%(label)s : %(value)s", label=details.title, value=error.message), "error")
            wrong.append(public_id)
    if made:
        flash(_told(space, len(made), as_draft=as_draft))
    return _back(space, wrong, checked=wrong, made=made)


@space_library.get(f"{BASE}/publications/<string(length=10):public_id>")
@signed_in
def publication_page(space: Space, public_id: str) -> ResponseReturnValue:
    """Show how far the rows published together have come, then what they became and which stay in the table."""
    can_add_resource.require(person(), space)
    kept = publication_for(person(), space, public_id)
    staged = {one.public_id: one for one in staged_of(person(), space, [*kept.refused])}
    names = {row.public_id: row.name for row in rows_of(person(), list(staged.values()))}
    wrong = request.args.getlist(CHECKED)
    return render_space_page(
        "library/publication.html",
        space,
        made=resources_just_shared(person(), space, list(kept.made.values())),
        refused=[(names[one], why) for one, why in kept.refused.items() if one in names],
        address_of=resource_url,
        back=_address(space, **{TICKED: [*names, *wrong], CHECKED: wrong}),
        lacking=len(wrong),
        **_progress(space, kept),
    )


@space_library.get(f"{BASE}/publications/<string(length=10):public_id>/avancement")
@signed_in
def publication_progress(space: Space, public_id: str) -> ResponseReturnValue:
    """Give the part of the page that says how far the rows published together have come."""
    can_add_resource.require(person(), space)
    kept = publication_for(person(), space, public_id)
    return render_template("library/publication_progress.html", space=space, alone=True, **_progress(space, kept))


def _progress(space: Space, kept: StagedPublication) -> dict[str, Any]:
    """Return what ``library/publication_progress.html`` takes."""
    wrong = request.args.getlist(CHECKED)
    return {
        "kept": kept,
        "told": _told(space, len(kept.made), as_draft=kept.as_draft),
        "here": _publication_url(space, kept.public_id, wrong),
        "poll_url": _publication_url(space, kept.public_id, wrong, "space_library.publication_progress"),
    }


def _publication_url(
    space: Space, public_id: str, wrong: Sequence[str] = (), view: str = "space_library.publication_page"
) -> str:
    state: dict[str, Any] = {CHECKED: wrong}
    return url_for(view, slug=space.slug, public_id=public_id, **state)


def _told(space: Space, number: int, *, as_draft: bool) -> str:
    if as_draft:
        return ngettext("%(num)s brouillon enregistré", "%(num)s brouillons enregistrés", number)
    if not can_publish_at_once(person(), space):
        return ngettext("%(num)s ressource proposée", "%(num)s ressources proposées", number)
    return ngettext("%(num)s ressource publiée", "%(num)s ressources publiées", number)


def _address(space: Space, **state: Any) -> str:
    return url_for("space_library.staging_page", slug=space.slug, **state)


def _upload_url(space: Space, public_id: str) -> str:
    return url_for("uploads.add", slug=space.slug, public_id=public_id)


def _back(
    space: Space, ticked: Sequence[str] = (), *, checked: Sequence[str] = (), made: Sequence[str] = ()
) -> Response:
    """Go back to the table, which shows what is ticked, what is to be mended and what has become of the rest."""
    return redirect(_address(space, **{TICKED: ticked, CHECKED: checked, MADE: made}))


def _page(space: Space, problems: Sequence[str] = ()) -> str:
    running = running_for(person(), space)
    on_their_way = {public_id for one in running for public_id in one.rows}
    staged = [one for one in staged_of(person(), space) if one.public_id not in on_their_way]
    choices = _choices(space)
    rows = rows_of(
        person(),
        staged,
        ticked=request.values.getlist(TICKED),
        checked=request.args.getlist(CHECKED),
        audiences=choices["audiences"],
        refused=refusals_of(person(), space, staged),
    )
    unfinished = unfinished_of(person(), space)
    come = come_of(unfinished)
    return render_space_page(
        "library/staging.html",
        space,
        rows=rows,
        problems=problems,
        running=[(one, _publication_url(space, one.public_id)) for one in running],
        unfinished=[
            (one, come[one.public_id], _upload_url(space, one.public_id)) for one in unfinished if come[one.public_id]
        ],
        made=resources_just_shared(person(), space, request.args.getlist(MADE)),
        accept=accepted_for_field(),
        most_files=MOST_FILES,
        until=expiry_of(staged),
        address_of=resource_url,
        publishes=can_publish_at_once(person(), space),
        **choices,
    )


def _audiences(space: Space) -> list[SelectChoice]:
    return _whole_audiences(space)[0]


def _choices(space: Space) -> dict[str, Any]:
    """Return what the lists of a row offer."""
    short, told = _whole_audiences(space)
    return {
        "kinds": [(key, str(kind.label)) for key, kind in KINDS.items()],
        "languages": [("", _("D'après le document")), *LANGUAGES.items(), ("mul", _("Plusieurs langues"))],
        "audiences": short,
        "audience_pairs": [(one.value, one.label) for one in short],
        "readers": told,
    }


def _whole_audiences(space: Space) -> tuple[list[SelectChoice], list[str]]:
    """Return the audiences in short, for a list, and who reads with each, in whole words."""
    form = form_class(kind_of(""))(formdata=None, meta={"csrf": False})
    offer_audiences(form, person(), space, members())
    words = {Audience.SPACE.value: _("L'espace"), Audience.NETWORK.value: _("Tout le réseau")}
    choices = [(str(one.value), str(one.label)) for one in form.audience.choices or ()]
    return [SelectChoice(value, words[value]) for value, _label in choices], [label for _value, label in choices]
