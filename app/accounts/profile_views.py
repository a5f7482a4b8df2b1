"""One's own preferences: language, theme, time zone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import refresh
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from app.core.access import person, signed_in
from app.core.db import transaction
from app.core.forms import BeffroiForm
from app.core.i18n import LANGUAGE_KEY, current_language
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.navigation import Tab
from app.core.slots import fill

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("profile", __name__)
LANGUAGE_NAMES = {"fr": "Français", "en": "English"}
SYSTEM_THEME = "system"


class PreferencesForm(BeffroiForm):
    """How the pages look for one person."""

    language = SelectField(_l("Langue des pages et des courriels"))
    theme = SelectField(
        _l("Apparence"),
        choices=[
            SelectChoice(SYSTEM_THEME, _l("Comme mon appareil")),
            SelectChoice("light", _l("Claire")),
            SelectChoice("dark", _l("Sombre")),
        ],
    )
    timezone = SelectField(_l("Fuseau horaire"))

    def offer(self) -> None:
        """Fill the choices from the settings of the site."""
        settings = current_app.config["SETTINGS"]
        codes = settings.language_codes
        self.language.choices = [SelectChoice(code, LANGUAGE_NAMES.get(code, code)) for code in codes]
        zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
        own = SelectChoice("", _("Celui du réseau (%(zone)s)", zone=settings.timezone))
        self.timezone.choices = [own, *(SelectChoice(zone, zone) for zone in zones)]


@fill("account.tabs", order=20)
def preferences_tab() -> Tab:
    """Return the tab of one's preferences."""
    url = url_for("profile.my_page")
    return Tab(url, _("Réglages"), active=request.path == url)


@blueprint.route("/moi", methods=["GET", "POST"])
@signed_in
def my_page() -> ResponseReturnValue:
    """Show and change one's preferences."""
    me = person()
    kept = {"language": current_language(), "theme": me.theme or SYSTEM_THEME, "timezone": me.timezone or ""}
    form = PreferencesForm(data=kept)
    form.offer()
    if form.validate_on_submit():
        with transaction():
            me.language, me.timezone = form.language.data, form.timezone.data or None
            me.theme = None if form.theme.data == SYSTEM_THEME else form.theme.data
        session[LANGUAGE_KEY] = me.language
        refresh()  # the confirmation is said in the language just chosen
        flash(_("Vos réglages sont enregistrés."))
        return redirect(url_for("profile.my_page"))
    return render_template("accounts/me.html", form=form, me=me), 200 if request.method == "GET" else 422
