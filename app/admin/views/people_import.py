"""Bringing many people in: the table, what it means, the trial, the work and its report."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug import Response

from app.admin.import_forms import OptionsForm, SheetForm
from app.admin.person import organisation_names
from app.core.access import administrators, person
from app.core.db import transaction
from app.core.errors import DomainError, TooLargeError
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.paging import page_number
from app.core.sheets import LARGEST_SHEET, Sheet, SheetRefusedError, read_sheet, read_text
from app.core.tables import csv_answer
from app.core.throttle import Limit
from app.extensions import db
from app.spaces.importing.columns import MEANINGS, Meaning, said_in
from app.spaces.importing.judging import DOES, Outcome
from app.spaces.importing.operations import choose, give_up, keep_sheet, outcomes_of, start
from app.spaces.importing.options import Options
from app.spaces.importing.persons import named_in
from app.spaces.importing.queries import (
    counted,
    first_cells,
    import_for,
    imports_of,
    new_places,
    part_of,
    rows_of,
    rows_page,
    trial,
)
from app.spaces.importing.sentences import heading, sentence, tone
from app.spaces.models import ImportState, PeopleImport

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("admin_import", __name__, url_prefix="/administration/personnes/importer")
UPLOADS = Limit("people import", free=30, first=timedelta(minutes=1))
LOOKED_AT, SHOWN = 20, 3  # rows in which examples of a column are looked for, examples shown
FORM_OVERHEAD = 64 * 1024
PASTED = _l("Liste collée")


@blueprint.route("", methods=["GET", "POST"])
@administrators
def sheet_page() -> ResponseReturnValue:
    """Take a table in, as a file or pasted."""
    form, refusal = SheetForm(), None
    if form.is_submitted():
        me = person()
        UPLOADS.take(str(me.id))
        try:
            name, sheet = _sheet_sent(form)
        except DomainError as error:
            refusal = error
        else:
            with transaction():
                public_id = keep_sheet(person(), name, sheet).public_id
            return _to("columns_page", public_id)
    page = render_template("admin/import_sheet.html", form=form, refusal=refusal, imports=imports_of(person()))
    return page, refusal.status if refusal else 200


def _sheet_sent(form: SheetForm) -> tuple[str, Sheet]:
    """Return the table sent and its name. Raises DomainError, before reading what is too long."""
    if (request.content_length or 0) > LARGEST_SHEET + FORM_OVERHEAD:
        raise TooLargeError(_l("Ce fichier dépasse 5 Mo. Retirez les colonnes inutiles ou partagez-le en deux."))
    sent = form.file.data
    if sent:
        return sent.filename or "", read_sheet(sent.stream.read(LARGEST_SHEET + 1))
    if not (form.pasted.data or "").strip():
        raise SheetRefusedError(_l("Choisissez un fichier, ou collez votre liste."))
    return str(PASTED), read_text(form.pasted.data or "")


@blueprint.route("/<public_id>", methods=["GET", "POST"])
@administrators
def columns_page(public_id: str) -> ResponseReturnValue:
    """Say what the columns mean and how people come in."""
    kept = import_for(person(), public_id)
    if kept.state != ImportState.DRAFT:
        return _to("report_page", public_id)
    options = Options.of(kept)
    place = options.organisation()
    chosen = {**options.plain, "spaces": options.space_ids, "organisation": place.name if place else ""}
    form, refusal = OptionsForm(data={**chosen, "language": options.language or person().language}), None
    form.offer(person())
    mapping = _mapping_sent(kept) if form.is_submitted() else kept.mapping
    try:
        if form.validate_on_submit():
            with transaction():
                choose(kept, mapping, form.options)
            return _to("trial_page", public_id)
    except DomainError as error:
        refusal = error
    return _columns(kept, form, mapping, refusal), 422 if refusal or form.errors else 200


def _mapping_sent(kept: PeopleImport) -> dict[str, str]:
    sent = {str(i): request.form.get(f"column-{i}", "") for i in range(len(kept.columns))}
    return {index: meaning for index, meaning in sent.items() if meaning}


def _columns(kept: PeopleImport, form: OptionsForm, mapping: dict[str, str], refusal: DomainError | None) -> str:
    rows = first_cells(kept, LOOKED_AT)
    columns = [
        (
            i,
            heading or _("Colonne %(number)s", number=i + 1),
            mapping.get(str(i), ""),
            [row[i] for row in rows if row[i]][:SHOWN],
        )
        for i, heading in enumerate(kept.columns)
    ]
    return render_template(
        "admin/import_columns.html",
        kept=kept,
        form=form,
        columns=columns,
        meanings=MEANINGS.items(),
        refusal=refusal,
        organisations=organisation_names(),
    )


@blueprint.get("/<public_id>/apercu")
@administrators
def trial_page(public_id: str) -> ResponseReturnValue:
    """Show what would happen, row by row; nothing is written."""
    kept = import_for(person(), public_id)
    if kept.state != ImportState.DRAFT:
        return _to("report_page", public_id)
    if Meaning.EMAIL not in kept.mapping.values():
        return _to("columns_page", public_id)
    judged, outcome = trial(kept, person()), _outcome_asked()
    numbers = counted(judged)
    return render_template(
        "admin/import_trial.html",
        kept=kept,
        page=part_of(judged, outcome, page_number()),
        numbers=numbers,
        number=sum(numbers.get(one, 0) for one in DOES),
        places=new_places(judged),
        outcome=outcome,
        heading=heading,
        sentence=sentence,
        tone=tone,
    )


def _outcome_asked() -> str:
    asked = request.args.get("issue", "")
    return asked if asked in set(Outcome) else ""


@blueprint.post("/<public_id>/lancer")
@administrators
def start_import(public_id: str) -> ResponseReturnValue:
    """Begin inviting."""
    kept = import_for(person(), public_id)
    with transaction():
        start(person(), kept)
    return _to("report_page", public_id)


@blueprint.post("/<public_id>/arreter")
@administrators
def stop_import(public_id: str) -> ResponseReturnValue:
    """Stop the work where it is, or forget a table that was only prepared."""
    kept = import_for(person(), public_id)
    was_draft = kept.state == ImportState.DRAFT
    with transaction():
        give_up(person(), kept)
    if was_draft:
        flash(_("La liste préparée est oubliée."))
        return redirect(url_for("admin_import.sheet_page"))
    flash(_("L'import est arrêté. Les personnes déjà invitées le restent."))
    return _to("report_page", public_id)


@blueprint.get("/<public_id>/rapport")
@administrators
def report_page(public_id: str) -> ResponseReturnValue:
    """Show how far the work has come, then what became of each row."""
    kept = import_for(person(), public_id)
    if kept.state == ImportState.DRAFT:
        return _to("columns_page", public_id)
    outcome = _outcome_asked()
    page = rows_page(kept, outcome, page_number())
    return render_template(
        "admin/import_report.html",
        kept=kept,
        page=page,
        people=[named_in(said_in(row.cells, kept.mapping)) for row in page.items],
        numbers=outcomes_of(kept),
        outcome=outcome,
        heading=heading,
        sentence=sentence,
        tone=tone,
    )


@blueprint.get("/<public_id>/avancement")
@administrators
def progress_fragment(public_id: str) -> ResponseReturnValue:
    """Give the part of the page that says how far the work has come."""
    kept = import_for(person(), public_id)
    return render_template("admin/import_progress.html", kept=kept, numbers=outcomes_of(kept), alone=True)


@blueprint.get("/<public_id>/rapport.csv")
@administrators
def report_csv(public_id: str) -> ResponseReturnValue:
    """Give the report as a table: the row as it was sent, what became of it, why."""
    kept = import_for(person(), public_id)
    heads = [_("Ligne"), *kept.columns, _("Résultat"), _("Explication")]
    rows = [
        [row.n, *row.cells, row.outcome, sentence(row.outcome, row.detail, done=True) if row.outcome else ""]
        for row in db.session.scalars(rows_of(kept))
    ]
    return csv_answer("import-personnes", heads, rows)


def _to(endpoint: str, public_id: str) -> Response:
    return redirect(url_for(f"admin_import.{endpoint}", public_id=public_id))
