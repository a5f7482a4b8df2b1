"""Lists of organisations brought in, and doubles made one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from app.accounts.organisations.details import COLUMNS, details_of
from app.accounts.organisations.importing import Fate, Outcome, import_organisations, numbers_of, said_of
from app.accounts.organisations.kinds import country_name, kind_name
from app.accounts.organisations.merging import doubles, merge
from app.accounts.organisations.queries import Wanted, organisation_called, organisations_page, people_numbers
from app.core.access import administrators, person
from app.core.db import transaction
from app.core.errors import DomainError, EditConflictError
from app.core.forms import number_in
from app.core.i18n import format_day_number, format_number, ngettext
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.sheets import LARGEST_SHEET, Sheet, read_text, text_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("admin_organisation_lists", __name__, url_prefix="/administration/collectivites")
CONFLICT, REFUSED = 409, 422
MOST_SHOWN = 200
KEPT_FIELD = "liste"


@blueprint.route("/importer", methods=["GET", "POST"])
@administrators
def import_page() -> ResponseReturnValue:
    """Bring a list in: first what would become of each row, then, at a second press, the deed."""
    if request.method == "GET":
        return render_template("admin/organisation_import.html", fates=None)
    try:
        content, doing = _sent()
        sheet = read_text(content)
        fates = _do(sheet) if doing else import_organisations(sheet, person(), rehearse=True)
    except DomainError as error:
        return render_template("admin/organisation_import.html", fates=None, problem=error.message), REFUSED
    numbers = numbers_of(fates)
    if doing:
        number = numbers[Outcome.RECORDED]
        flash(ngettext("%(num)s collectivité enregistrée.", "%(num)s collectivités enregistrées.", number))
    return render_template(
        "admin/organisation_import.html",
        fates=_worth_showing(fates),
        numbers=[(number, said_of(outcome, number, done=doing)) for outcome, number in numbers.items()],
        said_of=said_of,
        total=format_number(len(fates)),
        is_whole=len(fates) <= MOST_SHOWN,
        done=doing,
        kept="" if doing else content.replace("\x00", ""),
        something=bool(numbers[Outcome.RECORDED]),
    )


def _sent() -> tuple[str, bool]:
    """Return the text of the list that was sent, and whether it is to be done: then the page that showed it kept it.

    Raises DomainError when no file was chosen, or when it holds no text.
    """
    kept = request.form.get(KEPT_FIELD)
    if kept is not None:
        return kept, True
    file = request.files.get("fichier")
    if not file:
        raise DomainError(_l("Choisissez le fichier de la liste."))
    return text_of(file.stream.read(LARGEST_SHEET + 1)), False


def _do(sheet: Sheet) -> list[Fate]:
    with transaction():
        return import_organisations(sheet, person())


def _worth_showing(fates: list[Fate]) -> list[Fate]:
    """Return the rows to show: those refused first, and no more than a person reads."""
    order = {Outcome.REFUSED: 0, Outcome.RECORDED: 1, Outcome.ALREADY_THERE: 2}
    return sorted(fates, key=lambda fate: order[fate.outcome])[:MOST_SHOWN]


@blueprint.get("/doublons")
@administrators
def doubles_page() -> ResponseReturnValue:
    """Show the pairs that may be one organisation."""
    pairs = doubles()
    numbers = people_numbers([place for pair in pairs for place in (pair.one, pair.other)])
    return render_template("admin/doubles.html", pairs=pairs, numbers=numbers, kind_name=kind_name)


@blueprint.get("/<string(length=10):public_id>/fusionner")
@administrators
def choose_double_page(public_id: str) -> ResponseReturnValue:
    """Choose the organisation to merge with this one."""
    place = organisation_called(public_id)
    words = request.args.get("q", place.name.partition(" ")[0])
    found = [one for one in organisations_page(Wanted(words=words), 1).items if one.id != place.id]
    return render_template(
        "admin/double_choose.html",
        place=place,
        found=found,
        words=words,
        asked="q" in request.args,
        numbers=people_numbers(found),
    )


@blueprint.route("/<string(length=10):public_id>/fusionner/<string(length=10):other_id>", methods=["GET", "POST"])
@administrators
def merge_page(public_id: str, other_id: str) -> ResponseReturnValue:
    """Compare two records side by side, choose which fact to keep, make them one."""
    kept, other = organisation_called(public_id), organisation_called(other_id)
    if kept.id == other.id:
        flash(_("Choisissez deux collectivités différentes."), "error")
        return redirect(url_for("admin_organisation_lists.choose_double_page", public_id=public_id))
    status, problem = 200, ""
    if request.method == "POST":
        try:
            with transaction():
                merge(kept, other, _chosen(), person(), versions=_versions())
        except EditConflictError as error:
            status, problem = CONFLICT, str(error.message)
        else:
            flash(_("Les deux fiches n'en font plus qu'une."))
            return redirect(url_for("admin_organisations.organisation_page", public_id=public_id))
        kept, other = organisation_called(public_id), organisation_called(other_id)
    page = render_template(
        "admin/merge.html",
        kept=kept,
        other=other,
        rows=_rows(kept, other),
        numbers=people_numbers([kept, other]),
        problem=problem,
    )
    return page, status


def _chosen() -> list[str]:
    """Return the facts to take from the second record."""
    return [name for name in COLUMNS if request.form.get(name) == "autre"]


def _versions() -> tuple[int, int]:
    return number_in(request.form.get("version")) or 0, number_in(request.form.get("autre_version")) or 0


def _rows(kept: Any, other: Any) -> list[dict[str, Any]]:
    """Return the facts that differ, each with both values; the fuller one is proposed."""
    here, there = details_of(kept), details_of(other)
    words = {
        "name": _("Nom"),
        "kind": _("Nature"),
        "is_member": _("Adhésion"),
        "joined_on": _("Membre depuis le"),
        "country": _("Pays"),
        "region": _("Région"),
        "insee_code": _("Code INSEE"),
        "population": _("Population"),
        "latitude": _("Position"),
    }
    return [
        {
            "name": name,
            "label": label,
            "kept": _shown(name, here),
            "other": _shown(name, there),
            "takes_other": getattr(here, name) is None and getattr(there, name) is not None,
        }
        for name, label in words.items()
        if _shown(name, here) != _shown(name, there)
    ]


def _shown(name: str, details: Any) -> str:
    """Return a fact as people read it, empty when it is not known."""
    value = getattr(details, name)
    if value is None:
        return ""
    words: dict[str, Callable[[Any], str]] = {
        "kind": kind_name,
        "country": country_name,
        "is_member": lambda member: _("Membre du réseau") if member else _("Hors du réseau"),
        "joined_on": format_day_number,
        "population": format_number,
        "latitude": lambda latitude: f"{latitude:.4f}, {details.longitude:.4f}",
    }
    return words.get(name, str)(value)
