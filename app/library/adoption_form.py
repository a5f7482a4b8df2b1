"""What a city may say of another city's practice, and in which words we answer back."""

from __future__ import annotations

from wtforms import Field, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.accounts.models import User
from app.core.forms import BeffroiForm
from app.core.i18n import lazy_gettext as _l
from app.library.adopting import WE_SAY, Told, own_practices
from app.library.kinds import UnreadableError
from app.library.kinds.moments import Moment
from app.library.models import Adoption, Resource

LONGEST_WORDS = 600


class AdoptionForm(BeffroiForm):
    """Nous le faisons aussi, nous l'avons adapté, nous avons arrêté."""

    says = RadioField(
        _l("Chez nous"),
        [InputRequired(_l("Choisissez l'une des trois réponses."))],
        choices=[SelectChoice(str(key), label) for key, label in WE_SAY.items()],
    )
    since = StringField(
        _l("Depuis quand"), description=_l("Le mois et l'année, par exemple septembre 2020. Pour un arrêt, sa date.")
    )
    words = TextAreaField(
        _l("Ce qui a changé"),
        [Length(max=LONGEST_WORDS, message=_l("Ce texte est trop long : gardez l'essentiel."))],
        description=_l("Une ou deux phrases : ce que vous avez gardé, changé, ou pourquoi vous avez arrêté."),
    )
    own = SelectField(_l("Notre propre pratique"), description=_l("Ceux qui peuvent la lire y trouveront un lien."))

    def validate_since(self, field: Field) -> None:
        """Refuse what is no moment."""
        if field.data:
            try:
                Moment().read(field.data)
            except UnreadableError as error:
                raise ValidationError(str(error)) from error

    def told(self, practices: list[Resource]) -> Told:
        """Return what was said, once it has been found right."""
        own = next((one for one in practices if self.own and one.public_id == self.own.data), None)
        since = Moment().read(self.since.data) if self.since.data else ""
        return Told(self.says.data, since, (self.words.data or "").strip(), own)


def adoption_form(person: User, resource: Resource, adoption: Adoption | None) -> tuple[AdoptionForm, list[Resource]]:
    """Return the form as the person's city last filled it, and the practices it may name; it asks for none without."""
    practices = own_practices(person, resource)
    known = {}
    if adoption is not None:
        own = next((one.public_id for one in practices if one.id == adoption.own_id), "")
        since = Moment().written(adoption.since) if adoption.since else ""
        known = {"says": adoption.says, "since": since, "words": adoption.words, "own": own}
    form = AdoptionForm(data=known)
    if practices:
        form.own.choices = [("", _l("Aucune")), *((one.public_id, one.title) for one in practices)]
    else:
        del form.own
    return form, practices
