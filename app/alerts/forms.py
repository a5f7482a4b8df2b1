"""What people say of their saved searches."""

from __future__ import annotations

from typing import Any

from flask_babel.speaklater import LazyString
from wtforms import RadioField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from app.alerts.models import LONGEST_NAME, Rhythm
from app.core.forms import BeffroiForm
from app.core.i18n import lazy_gettext as _l

RHYTHMS: dict[str, LazyString] = {
    Rhythm.NONE: _l("Pas de courriel"),
    Rhythm.AT_ONCE: _l("Tout de suite"),
    Rhythm.DAILY: _l("Chaque jour, à 7 h"),
    Rhythm.WEEKLY: _l("Chaque lundi, à 7 h"),
}
NAME = [
    DataRequired(_l("Donnez un nom à la recherche.")),
    Length(max=LONGEST_NAME, message=_l("Ce nom est trop long : %(max)s signes au plus.", max=LONGEST_NAME)),
]
_CHOOSE = _l("Choisissez le rythme des courriels.")


class SaveForm(BeffroiForm):
    """Under which name a search is kept, and when its person is told of what is new."""

    name = StringField(
        _l("Nom"), NAME, description=_l("Personne d'autre ne le lit : il figure sur vos pages et dans vos courriels.")
    )
    rhythm = RadioField(
        _l("Me prévenir par courriel"),
        [DataRequired(_CHOOSE)],
        choices=[SelectChoice(key, words) for key, words in RHYTHMS.items()],
        default=Rhythm.DAILY.value,
        validate_choice=False,
        description=_l(
            "Un seul courriel à la fois, pour toutes vos recherches ; chaque nouveauté n'y figure qu'une fois."
        ),
    )

    def validate_rhythm(self, field: RadioField) -> None:
        """Refuse a rhythm there is not."""
        if field.data not in RHYTHMS:
            raise ValidationError(str(_CHOOSE))


class ShareForm(BeffroiForm):
    """To which space a search is shared, under which name."""

    space = SelectField(_l("Espace"), validate_choice=False)
    name = StringField(_l("Nom dans l'espace"), NAME)

    def __init__(self, spaces: list[tuple[str, str]], **given: Any) -> None:
        super().__init__(**given)
        self.space.choices = [SelectChoice(slug, name) for slug, name in spaces]

    def validate_space(self, field: SelectField) -> None:
        """Refuse a space that was not offered."""
        if field.data not in {one.value for one in field.choices}:
            raise ValidationError(str(_l("Choisissez un espace que vous animez.")))
