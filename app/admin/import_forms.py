"""The forms of an import of people: the table, then how its people come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app
from flask_wtf.file import FileField
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms import ValidationError as InvalidError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.accounts.models import UserKind
from app.accounts.profile_views import LANGUAGE_NAMES
from app.accounts.queries import organisation_called_like
from app.core.forms import BeffroiForm
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.spaces.importing.options import Options, spaces_offered
from app.spaces.importing.persons import day_in
from app.spaces.invitations.details import LONGEST_WORDS, check_stay, end_of

if TYPE_CHECKING:
    from app.accounts.models import User


class SheetForm(BeffroiForm):
    """A table: a file, or text pasted from a spreadsheet."""

    file = FileField(
        _l("Fichier CSV"),
        description=_l("5 000 lignes et 5 Mo au plus. Dans un tableur : Enregistrer sous, CSV."),
        render_kw={"accept": ".csv,.txt,.tsv,text/csv,text/plain"},
    )
    pasted = TextAreaField(
        _l("Ou collez ici votre liste"),
        description=_l("Des cellules copiées d'un tableur, ou une adresse par ligne."),
        render_kw={"rows": 6, "spellcheck": "false"},
    )


class CheckList(SelectMultipleField):
    """Several choices as check boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class OptionsForm(BeffroiForm):
    """As what people come in, where, until when, with which words."""

    kind = RadioField(
        _l("Ces personnes viennent comme"),
        choices=[
            SelectChoice(UserKind.MEMBER.value, _l("Membres du réseau")),
            SelectChoice(UserKind.GUEST.value, _l("Invités, dans certains espaces et pour un temps")),
        ],
        description=_l("Une colonne « Rôle » l'emporte, ligne par ligne."),
    )
    spaces = CheckList(_l("Espaces ouverts à tout le monde de la liste"), coerce=str)
    until = StringField(
        _l("Invités jusqu'au"),
        description=_l("Un jour comme 31/12/2027. Sans date : 90 jours."),
        render_kw={"class": "input input--short"},
    )
    purpose = StringField(_l("Motif de l'invitation des invités"), [Length(max=300)])
    organisation = StringField(
        _l("Collectivité de celles et ceux qui n'en ont pas"), [Length(max=200)], render_kw={"list": "organisations"}
    )
    create_organisations = BooleanField(
        _l("Créer les collectivités inconnues, plutôt que de signaler la ligne"),
        description=_l(
            "Population, région et position viennent des données publiées, quand un seul lieu porte ce nom."
        ),
    )
    accept_near = BooleanField(
        _l("Rattacher une collectivité inconnue à celle dont le nom est proche, quand il y en a une")
    )
    language = SelectField(_l("Langue des courriels, sauf colonne « Langue »"))
    words = TextAreaField(
        _l("Quelques mots de votre part"),
        [Length(max=LONGEST_WORDS)],
        description=_l("Ils figurent dans chaque courriel."),
    )

    def offer(self, person: User) -> None:
        """Fill the choices for this person."""
        codes = current_app.config["SETTINGS"].language_codes
        self.language.choices = [SelectChoice(code, LANGUAGE_NAMES.get(code, code)) for code in codes]
        self.spaces.choices = [SelectChoice(one.public_id, one.name) for one in spaces_offered(person)]

    def validate_until(self, field: StringField) -> None:
        """Refuse what is no day, a day gone by, and one too far."""
        if field.data:
            day = day_in(field.data)
            if day is None:
                raise InvalidError(_("Écrivez la date comme ceci : 31/12/2027."))
            check_stay(end_of(day))

    def validate_organisation(self, field: StringField) -> None:
        """Refuse an organisation that is not recorded."""
        if field.data and organisation_called_like(field.data) is None:
            raise InvalidError(_("Cette collectivité n'est pas enregistrée. Enregistrez-la d'abord."))

    @property
    def options(self) -> Options:
        """What was chosen, once it is found valid."""
        place = organisation_called_like(self.organisation.data) if self.organisation.data else None
        day = day_in(self.until.data or "")
        return Options(
            kind=UserKind(self.kind.data),
            space_ids=tuple(self.spaces.data or ()),
            organisation_id=place.public_id if place else "",
            create_organisations=bool(self.create_organisations.data),
            accept_near=bool(self.accept_near.data),
            language=self.language.data,
            words=(self.words.data or "").strip(),
            purpose=self.purpose.data or "",
            until=day.isoformat() if day else "",
        )
