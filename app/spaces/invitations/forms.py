"""The forms of invitations: accepting one."""

from __future__ import annotations

from typing import Any

from flask import current_app
from wtforms import PasswordField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from app.accounts.passwords import LONGEST, weakness
from app.core.forms import BeffroiForm
from app.core.i18n import lazy_gettext as _l

LANGUAGE_NAMES = {"fr": "Français", "en": "English"}


class AcceptForm(BeffroiForm):
    """Somebody new says who they are and chooses a password."""

    name = StringField(
        _l("Prénom et nom"),
        [DataRequired(_l("Indiquez votre nom.")), Length(max=120)],
        render_kw={"autocomplete": "name"},
    )
    function = StringField(
        _l("Fonction"),
        [Length(max=160)],
        description=_l("Par exemple : adjointe à la sécurité, chargé de mission."),
        render_kw={"autocomplete": "organization-title"},
    )
    language = SelectField(_l("Langue des pages et des courriels"))
    password = PasswordField(
        _l("Mot de passe"),
        [InputRequired(_l("Choisissez un mot de passe."))],
        description=_l("Au moins 12 caractères. Quatre mots sans lien entre eux se retiennent bien."),
        render_kw={"autocomplete": "new-password"},
    )

    def __init__(self, email: str, **options: Any) -> None:
        super().__init__(**options)
        self.email = email
        codes = current_app.config["SETTINGS"].language_codes
        self.language.choices = [SelectChoice(code, LANGUAGE_NAMES.get(code, code)) for code in codes]

    def validate_password(self, field: PasswordField) -> None:
        """Refuse a short, huge or well-known password."""
        problem = weakness((field.data or "")[: LONGEST + 1], self.name.data or "", self.email)
        if problem is not None:
            raise ValidationError(str(problem))
