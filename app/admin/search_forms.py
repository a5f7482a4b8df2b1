"""The forms of the administration of search."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, StringField, TextAreaField

from app.core.forms import BeffroiForm
from app.core.i18n import lazy_gettext as _l


class SynonymsForm(BeffroiForm):
    """A group of names that mean the same; what is wrong with it is said by the rules."""

    words = TextAreaField(
        _l("Mots ou expressions"),
        description=_l("Un par ligne, de deux à douze. Le pluriel, les accents et les majuscules ne comptent pas."),
    )
    one_way = BooleanField(
        _l("À sens unique"),
        description=_l("Chercher le premier fait aussi chercher les autres, et non l'inverse."),
    )
    edit_version = HiddenField()

    @property
    def lines(self) -> list[str]:
        """The names typed."""
        return (self.words.data or "").splitlines()


class IgnoredForm(BeffroiForm):
    """A word to ignore."""

    word = StringField(
        _l("Mot"), description=_l("Un seul mot, au singulier ou au pluriel : « commune » écarte aussi « communes ».")
    )


class FirstForm(BeffroiForm):
    """Words, and the thing that comes first when they are looked for."""

    words = StringField(
        _l("Mots cherchés"),
        description=_l("Exactement ces mots, dans n'importe quel ordre : « arrêté anti-mendicité »."),
    )
    thing = StringField(
        _l("Adresse de la page à mettre en tête"),
        description=_l("Une ressource ou une discussion que vous pouvez lire."),
    )
