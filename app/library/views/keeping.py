"""Keeping the thesaurus, for administrators: add, change, merge, split off and delete terms; files in and out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from flask import Response, flash, redirect, render_template, request, url_for

from app.core.access import administrators, person
from app.core.audit import record
from app.core.clock import now
from app.core.db import transaction
from app.core.errors import DomainError, EditConflictError, TooLargeError, sentence_of
from app.core.forms import number_in
from app.core.i18n import gettext as _
from app.core.i18n import local
from app.core.paging import Page, page_number
from app.core.tables import csv_answer
from app.core.text import one_line
from app.library.models import Tag
from app.library.tags import tag_slug, terms_called
from app.library.thesaurus.book import read_book
from app.library.thesaurus.files import FORMS, LARGEST_SENT, all_terms, file_of, terms_of_file
from app.library.thesaurus.forms import TermForm, TermsFileForm, filled_from
from app.library.thesaurus.importing import keep_terms, list_of_terms_for, start_import, tried
from app.library.thesaurus.judging import DOES, Outcome, heading
from app.library.thesaurus.keeping import delete_term, keep_term, merge_terms, split_off
from app.library.thesaurus.models import NAMES, ThesaurusImport
from app.library.thesaurus.queries import term_for
from app.library.thesaurus.saying import said_of
from app.library.views.doors import library
from app.library.views.thesaurus import term_url
from app.spaces.models import ImportState

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

FORM_OVERHEAD = 64 * 1024
PER_PAGE = 50


@library.route("/mots-cles/nouveau", methods=["GET", "POST"])
@administrators
def new_term() -> ResponseReturnValue:
    """Add a term."""
    form = TermForm(data={"broader": one_line(request.args.get("sous", ""))} if request.method == "GET" else None)
    if request.method == "POST" and form.validate():
        kept = _kept(form, None)
        if kept is not None:
            return redirect(term_url(kept))
    return render_template("library/term_new.html", form=form), 422 if form.errors else 200


@library.route("/mots-cles/<string(length=10):public_id>/modifier", methods=["GET", "POST"])
@administrators
def change_term(public_id: str) -> ResponseReturnValue:
    """Change a term: its names, its notes, its neighbours."""
    tag = term_for(public_id)
    book = read_book()
    said = said_of(tag, book)
    form = TermForm(data=filled_from(tag, said, book) if request.method == "GET" else None)
    if request.method == "POST" and form.validate():
        kept = _kept(form, tag)
        if kept is not None:
            flash(_("Le terme est modifié."))
            return redirect(term_url(kept))
    synonyms = [name for kind in NAMES for name in getattr(said, kind)]
    page = render_template("library/term_edit.html", form=form, tag=tag, synonyms=synonyms, address_of=term_url)
    return page, 422 if form.errors else 200


def _kept(form: TermForm, tag: Tag | None) -> Tag | None:
    """Keep what was typed; None when it cannot be, which the form then says, everything typed still in it."""
    try:
        with transaction():
            return keep_term(person(), form.said(), tag, number_in(form.seen_version.data) if tag else None)
    except EditConflictError as error:
        form.fr.errors = [_("%(why)s Enregistrez de nouveau pour garder votre version.", why=error.message)]
        form.seen_version.data = str(term_for(tag.public_id).edit_version) if tag else ""
    except DomainError as error:
        form.fr.errors = [sentence_of(error)]
    return None


@library.post("/mots-cles/<string(length=10):public_id>/reunir")
@administrators
def join_terms(public_id: str) -> ResponseReturnValue:
    """Merge a term into another."""
    tag, slug = term_for(public_id), tag_slug(request.form.get("terme", ""))
    target = terms_called([slug]).get(slug)
    if target is None or target.id == tag.id:
        flash(_("Choisissez un autre terme de la liste commune."), "error")
        return redirect(url_for("library.change_term", public_id=public_id))
    with transaction():
        merge_terms(person(), tag, target)
    flash(_("Les deux termes n'en font plus qu'un."))
    return redirect(term_url(term_for(target.public_id)))


@library.post("/mots-cles/<string(length=10):public_id>/detacher")
@administrators
def split_term(public_id: str) -> ResponseReturnValue:
    """Make a term of one of the synonyms."""
    try:
        with transaction():
            made = split_off(person(), term_for(public_id), request.form.get("synonyme", ""))
    except DomainError as error:
        return _refused(public_id, error)
    flash(_("Le synonyme est devenu un terme."))
    return redirect(term_url(made))


@library.post("/mots-cles/<string(length=10):public_id>/supprimer")
@administrators
def remove_term(public_id: str) -> ResponseReturnValue:
    """Delete a term that nothing carries."""
    try:
        with transaction():
            delete_term(person(), term_for(public_id))
    except DomainError as error:
        return _refused(public_id, error)
    flash(_("Le terme est supprimé."))
    return redirect(url_for("library.thesaurus_page"))


def _refused(public_id: str, error: DomainError) -> ResponseReturnValue:
    flash(sentence_of(error), "error")
    return redirect(url_for("library.change_term", public_id=public_id))


@library.post("/mots-cles/exporter")
@administrators
def export_thesaurus() -> ResponseReturnValue:
    """Give the thesaurus as a file: SKOS or a table."""
    form = request.form.get("format", "")
    form = form if form in FORMS else "csv"
    terms = all_terms()
    answer = Response(file_of(terms, form), mimetype=FORMS[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="thesaurus-{local(now()):%Y-%m-%d}.{form}"'
    with transaction():
        record("keyword.exported", person(), None, rows=len(terms), format=form)
    return answer


@library.route("/mots-cles/importer", methods=["GET", "POST"])
@administrators
def import_terms_page() -> ResponseReturnValue:
    """Take a file of terms in."""
    form, refusal = TermsFileForm(), None
    if form.is_submitted():
        try:
            if (request.content_length or 0) > LARGEST_SENT + FORM_OVERHEAD:
                raise TooLargeError(_("Ce fichier dépasse 1 Mo. Partagez-le, ou importez-le par la commande du site."))
            name = form.file.data.filename or "" if form.file.data else ""
            data = form.file.data.stream.read(LARGEST_SENT + 1) if form.file.data else b""
            terms = terms_of_file(name, data, largest=LARGEST_SENT)
        except DomainError as error:
            refusal = error
        else:
            with transaction():
                public_id = keep_terms(person(), name, terms).public_id
            return _to(public_id)
    page = render_template("library/terms_import.html", form=form, refusal=refusal)
    return page, refusal.status if refusal else 200


@library.get("/mots-cles/importer/<string(length=10):public_id>")
@administrators
def terms_list_page(public_id: str) -> ResponseReturnValue:
    """Show what would become of each term; once done, what became of it."""
    kept = list_of_terms_for(person(), public_id)
    outcome = request.args.get("issue", "")
    outcome = outcome if outcome in set(Outcome) else ""
    rows = _rows(kept)
    numbers = Counter(row[2] for row in rows)
    return render_template(
        "library/terms_list.html",
        kept=kept,
        page=_part([row for row in rows if outcome in {"", row[2]}], page_number()),
        numbers=dict(numbers),
        number=sum(numbers[one] for one in DOES),
        outcome=outcome,
        heading=heading,
        done=kept.state == ImportState.DONE,
    )


def _rows(kept: ThesaurusImport) -> list[list[Any]]:
    if kept.state == ImportState.DRAFT:
        return [[one.n, one.said.fr or one.said.en, str(one.outcome), one.detail] for one in tried(kept)]
    return kept.report


def _part(rows: list[list[Any]], number: int) -> Page[list[Any]]:
    number = min(number, max(1, -(-len(rows) // PER_PAGE)))
    return Page(rows[(number - 1) * PER_PAGE : number * PER_PAGE], number, PER_PAGE, len(rows))


@library.post("/mots-cles/importer/<string(length=10):public_id>/lancer")
@administrators
def start_terms(public_id: str) -> ResponseReturnValue:
    """Bring the list in."""
    with transaction():
        start_import(person(), list_of_terms_for(person(), public_id))
    return _to(public_id)


@library.post("/mots-cles/importer/<string(length=10):public_id>/abandonner")
@administrators
def give_terms_up(public_id: str) -> ResponseReturnValue:
    """Forget a list that was only prepared."""
    with transaction() as session:
        kept = list_of_terms_for(person(), public_id)
        if kept.state == ImportState.DRAFT:
            session.delete(kept)
    flash(_("La liste préparée est oubliée."))
    return redirect(url_for("library.import_terms_page"))


@library.get("/mots-cles/importer/<string(length=10):public_id>/rapport.csv")
@administrators
def terms_report(public_id: str) -> ResponseReturnValue:
    """Give the report as a table."""
    kept = list_of_terms_for(person(), public_id)
    rows = [[n, name, heading(outcome, done=True), detail] for n, name, outcome, detail in kept.report]
    return csv_answer("import-terms", [_("Ligne"), _("Terme"), _("Résultat"), _("Explication")], rows)


def _to(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("library.terms_list_page", public_id=public_id))
