"""The list of all people: searched, narrowed, given away as a table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, render_template, request, url_for

from app.accounts.confirming import confirmed_to_download
from app.admin.figures import dormant_figure, guests_figure, members_figure
from app.admin.roster import GROUP_NAMES, Row, Wanted, all_spaces, everybody, roster
from app.core.access import administrators, person
from app.core.audit import record
from app.core.db import transaction
from app.core.i18n import gettext as _
from app.core.navigation import Tab
from app.core.paging import page_number
from app.core.slots import fill
from app.core.tables import csv_answer
from app.core.throttle import Limit

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("admin_people", __name__)
EXPORTS = Limit("export people", free=20, first=timedelta(minutes=1))


@fill("admin.tabs", order=20)
def people_tab() -> Tab:
    """Return the tab of people."""
    url = url_for("admin_people.people_page")
    return Tab(url, _("Personnes"), active=request.path == url or request.path.startswith(f"{url}/"))


def _wanted(source: Any) -> Wanted:
    return Wanted.of(source.get("q", ""), source.get("role", ""), source.get("espace", ""))


@blueprint.get("/administration/personnes")
@administrators
def people_page() -> ResponseReturnValue:
    """Show the people of the network, a page at a time."""
    wanted = _wanted(request.args)
    return render_template(
        "admin/people.html",
        wanted=wanted,
        page=roster(wanted, page_number()),
        groups=GROUP_NAMES.items(),
        spaces=all_spaces(),
        figures=[members_figure(), guests_figure(), dormant_figure()],
    )


@blueprint.post("/administration/personnes/export")
@administrators
@confirmed_to_download
def export_people() -> ResponseReturnValue:
    """Give the people asked for as a CSV file; the journal keeps who took it, never the words searched."""
    me, wanted = person(), _wanted(request.form)
    EXPORTS.take(str(me.id))
    lines = [_line(row) for row in everybody(wanted)]
    with transaction():
        narrowed = {name: value for name, value in wanted.arguments.items() if name != "q"}
        record("people.exported", person(), None, rows=len(lines), searched=bool(wanted.words), **narrowed)
    return csv_answer("personnes", list(_heads()), lines)


def _heads() -> Iterator[str]:
    yield from (_("Nom"), _("Adresse de courriel"), _("Fonction"), _("Collectivité"), _("Code INSEE"), _("Rôle"))
    yield from (_("Invité jusqu'au"), _("Espaces"), _("Langue"), _("Compte créé le"), _("Dernière visite"))
    yield _("Compte fermé le")


def _line(row: Row) -> list[Any]:
    user, place = row.user, row.user.organisation
    return [
        user.name,
        user.email,
        user.function,
        place.name if place else "",
        place.insee_code if place else "",
        ", ".join(roles_of(row)),
        row.places.until if user.is_guest else "",
        row.places.spaces,
        user.language,
        user.created_at,
        user.last_seen_at,
        user.disabled_at,
    ]


def roles_of(row: Row) -> list[str]:
    """Return what a person is in the network, in words."""
    user = row.user
    roles = [
        (user.is_admin, _("Administration")),
        (row.places.run > 0 and not user.is_guest, _("Animation")),
        (user.is_referent, _("Référent")),
    ]
    return [word for true, word in roles if true] or [_("Invité") if user.is_guest else _("Membre")]
