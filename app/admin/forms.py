"""The forms of the administration of people."""

from __future__ import annotations

from typing import Self

from flask import current_app
from wtforms import HiddenField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.accounts.managing import PersonDetails
from app.accounts.models import User
from app.accounts.profile_views import LANGUAGE_NAMES
from app.accounts.queries import organisation_called_like
from app.core.forms import BeffroiForm
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l


class PersonForm(BeffroiForm):
    """What an administrator may correct of a person."""

    name = StringField(_l("Prénom et nom"), [InputRequired(_l("Indiquez le nom de la personne.")), Length(max=120)])
    function = StringField(_l("Fonction"), [Length(max=160)])
    organisation = StringField(
        _l("Collectivité"),
        [Length(max=200)],
        description=_l(
            "Une collectivité enregistrée. Une personne référente qui change de collectivité ne l'est plus."
        ),
        render_kw={"list": "organisations"},
    )
    language = SelectField(_l("Langue des pages et des courriels"))
    edit_version = HiddenField()

    @classmethod
    def of(cls, user: User) -> Self:
        """Return the form as the account says now, or as it was sent."""
        place = user.organisation.name if user.organisation else ""
        form = cls(obj=user, data={"organisation": place})
        if not form.is_submitted():
            form.organisation.data = place
            form.edit_version.data = str(user.edit_version)
            form.resume_sent()
        codes = dict.fromkeys([*current_app.config["SETTINGS"].language_codes, user.language])
        form.language.choices = [SelectChoice(code, LANGUAGE_NAMES.get(code, code)) for code in codes]
        return form

    def validate_organisation(self, field: StringField) -> None:
        """Refuse an organisation that is not recorded."""
        if field.data and organisation_called_like(field.data) is None:
            raise ValidationError(_("Cette collectivité n'est pas enregistrée. Enregistrez-la d'abord."))

    @property
    def details(self) -> PersonDetails:
        """What was typed, once it is found valid."""
        place = organisation_called_like(self.organisation.data) if self.organisation.data else None
        return PersonDetails(self.name.data or "", self.function.data or "", place, self.language.data)
