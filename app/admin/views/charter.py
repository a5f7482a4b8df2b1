"""The charter of use, published from the administration in versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import force_locale
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from app.accounts.charter import (
    charter_numbered,
    charter_versions,
    count_to_ask,
    last_charter_number,
    publish_charter,
    shipped_charter,
)
from app.core.access import administrators, person
from app.core.db import transaction
from app.core.errors import DomainError
from app.core.forms import BeffroiForm
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.navigation import Tab
from app.core.slots import fill
from app.core.text import LARGEST_SOURCE

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("admin_charter", __name__)


class CharterForm(BeffroiForm):
    """The text of a new version."""

    source = TextAreaField(
        _l("Texte de la charte"),
        [
            InputRequired(_l("Écrivez le texte de la charte.")),
            Length(max=LARGEST_SOURCE, message=_l("Ce texte est trop long.")),
        ],
    )


@fill("admin.tabs", order=70)
def charter_tab() -> Tab:
    """Return the tab of the charter."""
    url = url_for("admin_charter.charter_page")
    return Tab(url, _("Charte"), active=request.path == url)


@blueprint.route("/administration/charte", methods=["GET", "POST"])
@administrators
def charter_page() -> ResponseReturnValue:
    """Show the charter in force and publish a new version, which everybody is asked to accept."""
    present = charter_numbered(last_charter_number())
    form = CharterForm(source=present.source if present else _begun())
    if form.validate_on_submit():
        try:
            with transaction():
                version = publish_charter(form.source.data or "", person())
        except DomainError as error:
            form.source.errors = [error.message]
        else:
            flash(_("La version %(n)s est publiée. Chacun l'acceptera à sa prochaine visite.", n=version.n))
            return redirect(url_for("admin_charter.charter_page"))
    page = render_template(
        "admin/charter.html", form=form, present=present, versions=charter_versions(), asked=count_to_ask()
    )
    return page, 422 if form.is_submitted() else 200


def _begun() -> str:
    """Return what the first version begins with: the text in force, in the language of the site."""
    with force_locale(current_app.config["LANGUAGES"][0]):
        return shipped_charter()
