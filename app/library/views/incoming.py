"""Bringing references into a space: the file, the trial, the work and its report."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for
from flask_wtf.file import FileField
from werkzeug import Response

from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.errors import DomainError, TooLargeError
from app.core.forms import BeffroiForm
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.paging import page_number
from app.core.tables import csv_answer
from app.core.throttle import Limit
from app.extensions import db
from app.library.addresses import resource_url
from app.library.exchange import LARGEST_FILE, FileOfReferencesError, read_file
from app.library.exchange.columns import columns_told
from app.library.exchange.references import Reference
from app.library.incoming.judging import DOES, Outcome, heading, tone
from app.library.incoming.operations import AT_ONCE, give_up, keep_list, outcomes_of, start, work_on
from app.library.incoming.queries import (
    counted,
    list_for,
    lists_of,
    part_of,
    resources_of,
    rows_of,
    rows_page,
    trial,
)
from app.library.permissions import can_add_resource
from app.library.views.doors import space_library
from app.spaces.blueprint import render_space_page
from app.spaces.models import ImportState, Space

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

UPLOADS = Limit("references import", free=30, first=timedelta(minutes=1))
FORM_OVERHEAD = 64 * 1024
TOO_LARGE = _l("Ce fichier dépasse 5 Mo. Partagez-le en plusieurs.")


class ReferencesForm(BeffroiForm):
    """A file of references."""

    file = FileField(
        _l("Fichier de références"),
        description=_l("RIS, BibTeX, CSL-JSON ou tableau CSV : 2 000 références et 5 Mo au plus."),
        render_kw={"accept": ".ris,.bib,.bibtex,.json,.csv,.tsv"},
    )


@space_library.route("/ressources/importer", methods=["GET", "POST"])
@signed_in
def import_page(space: Space) -> ResponseReturnValue:
    """Take a file of references in."""
    can_add_resource.require(person(), space)
    form, refusal = ReferencesForm(), None
    if form.is_submitted():
        UPLOADS.take(str(person().id))
        try:
            name, references = _sent(form)
        except DomainError as error:
            refusal = error
        else:
            with transaction():
                public_id = keep_list(person(), space, name, references).public_id
            return _to(space, public_id)
    lists = lists_of(person(), space)
    page = render_space_page(
        "library/import.html", space, form=form, refusal=refusal, lists=lists, columns=columns_told()
    )
    return page, refusal.status if refusal else 200


def _sent(form: ReferencesForm) -> tuple[str, list[Reference]]:
    """Return the name of the file sent and its references. Raises DomainError, before reading what is too long."""
    if (request.content_length or 0) > LARGEST_FILE + FORM_OVERHEAD:
        raise TooLargeError(TOO_LARGE)
    sent = form.file.data
    if not sent:
        raise FileOfReferencesError(_l("Choisissez un fichier .ris, .bib, .json ou .csv."))
    name = sent.filename or ""
    return name, read_file(name, sent.stream.read(LARGEST_FILE + 1))


@space_library.get("/ressources/importer/<public_id>")
@signed_in
def import_list_page(space: Space, public_id: str) -> ResponseReturnValue:
    """Show what would happen, row by row; once begun, how far the work has come and what became of each row."""
    can_add_resource.require(person(), space)
    kept, outcome = list_for(person(), space, public_id), request.args.get("issue", "")
    outcome = outcome if outcome in set(Outcome) else ""
    shown: dict[str, Any] = {"kept": kept, "outcome": outcome, "heading": heading, "tone": tone}
    if kept.state != ImportState.DRAFT:
        page = rows_page(kept, outcome, page_number())
        found = resources_of(person(), page.items)
        lines = [(row, Reference.of_plain(row.said), found.get(row.resource_id or 0)) for row in page.items]
        return render_space_page(
            "library/import_report.html",
            space,
            page=page,
            lines=lines,
            numbers=outcomes_of(kept),
            address_of=resource_url,
            **shown,
        )
    judged = trial(kept, person())
    numbers = counted(judged)
    return render_space_page(
        "library/import_trial.html",
        space,
        page=part_of(judged, outcome, page_number()),
        numbers=numbers,
        number=sum(numbers.get(one, 0) for one in DOES),
        address_of=resource_url,
        **shown,
    )


@space_library.post("/ressources/importer/<public_id>/lancer")
@signed_in
def start_import(space: Space, public_id: str) -> ResponseReturnValue:
    """Begin; a short list is done at once."""
    can_add_resource.require(person(), space)
    kept = list_for(person(), space, public_id)
    with transaction():
        start(person(), kept)
    if kept.total <= AT_ONCE:
        work_on(kept.id)
    return _to(space, public_id)


@space_library.post("/ressources/importer/<public_id>/arreter")
@signed_in
def stop_import(space: Space, public_id: str) -> ResponseReturnValue:
    """Stop the work where it is, or forget a list that was only prepared."""
    can_add_resource.require(person(), space)
    kept = list_for(person(), space, public_id)
    was_draft = kept.state == ImportState.DRAFT
    with transaction():
        give_up(person(), kept)
    if was_draft:
        flash(_("La liste préparée est oubliée."))
        return redirect(url_for("space_library.import_page", slug=space.slug))
    flash(_("L'import est arrêté. Les références déjà importées le restent."))
    return _to(space, public_id)


@space_library.get("/ressources/importer/<public_id>/avancement")
@signed_in
def import_progress(space: Space, public_id: str) -> ResponseReturnValue:
    """Give the part of the page that says how far the work has come."""
    can_add_resource.require(person(), space)
    kept = list_for(person(), space, public_id)
    numbers = outcomes_of(kept)
    return render_template("library/import_progress.html", space=space, kept=kept, numbers=numbers, alone=True)


@space_library.get("/ressources/importer/<public_id>/rapport.csv")
@signed_in
def import_report(space: Space, public_id: str) -> ResponseReturnValue:
    """Give the report as a table."""
    can_add_resource.require(person(), space)
    kept = list_for(person(), space, public_id)
    rows = [[row.n, row.said["title"], *_told(row)] for row in db.session.scalars(rows_of(kept))]
    return csv_answer("import-references", [_("Ligne"), _("Titre"), _("Résultat"), _("Explication")], rows)


def _told(row: Any) -> tuple[str, str]:
    return (heading(row.outcome, done=True), row.detail) if row.outcome else ("", "")


def _to(space: Space, public_id: str) -> Response:
    return redirect(url_for("space_library.import_list_page", slug=space.slug, public_id=public_id))
