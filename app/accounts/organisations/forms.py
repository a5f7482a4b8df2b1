"""The form of an organisation: what an administrator types, turned into facts or into sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.accounts.models import Organisation
from app.accounts.organisations.details import LONGEST_NAME, LONGEST_REGION, Details, details_of, form_problems
from app.accounts.organisations.domains import split_domains
from app.accounts.organisations.kinds import KIND_NAMES, countries
from app.accounts.organisations.numbers import decimal_number, whole_number
from app.core.forms import BeffroiForm, DayField, number_in
from app.core.i18n import lazy_gettext as _l


class NumberField(StringField):
    """A number typed as people write it; ``number`` is None when nothing was typed."""

    def __init__(self, *given: Any, read: Callable[[str], float], sentence: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.read, self.sentence = read, sentence
        self.number: Any = None

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - the name WTForms calls
        """Read the number. Raises ValidationError with the sentence when it is none."""
        if not self.data:
            return
        try:
            self.number = self.read(self.data)
        except ValueError as error:
            raise ValidationError(str(self.sentence)) from error


class OrganisationForm(BeffroiForm):
    """Every fact of an organisation."""

    name = StringField(_l("Nom"), [InputRequired(_l("Indiquez le nom de la collectivité.")), Length(max=LONGEST_NAME)])
    kind = SelectField(_l("Nature"), choices=[SelectChoice(code, name) for code, name in KIND_NAMES.items()])
    country = SelectField(_l("Pays"), default="FR")
    insee_code = StringField(
        _l("Code INSEE"),
        [Length(max=20, message=_l("Un code INSEE compte au plus 9 caractères."))],
        description=_l("Pour une intercommunalité, son numéro SIREN."),
    )
    region = StringField(_l("Région"), [Length(max=LONGEST_REGION)])
    population = NumberField(
        _l("Population"), read=whole_number, sentence=_l("Indiquez un nombre d'habitants, par exemple 62 000.")
    )
    latitude = NumberField(
        _l("Latitude"),
        read=decimal_number,
        sentence=_l("Indiquez des degrés, par exemple 48,117."),
        description=_l("En degrés, par exemple 48,117."),
    )
    longitude = NumberField(
        _l("Longitude"),
        read=decimal_number,
        sentence=_l("Indiquez des degrés, par exemple -1,677."),
        description=_l("En degrés, par exemple -1,677."),
    )
    is_member = BooleanField(_l("Membre du réseau"), default=True)
    joined_on = DayField(_l("Membre depuis le"))
    domains = TextAreaField(
        _l("Domaines des adresses de courriel"),
        [Length(max=6000)],
        description=_l("Un par ligne, par exemple ville.fr. Une demande d'accès venant de là est reconnue."),
    )
    edit_version = HiddenField()

    def offer(self) -> None:
        """Fill the choices that depend on the reader's language; a country already recorded stays offered."""
        self.country.choices = [SelectChoice(code, name) for code, name in countries()]

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Tell whether the facts hold in themselves; everything that does not is said at once."""
        valid = bool(super().validate(extra_validators))
        for name, sentence in form_problems(self.details()).items():
            if not self[name].errors:
                self[name].errors, valid = [str(sentence)], False
        return valid

    def details(self) -> Details:
        """Return the facts typed, once the form is valid."""
        return Details(
            name=self.name.data or "",
            kind=self.kind.data,
            is_member=bool(self.is_member.data),
            joined_on=self.joined_on.day,
            country=self.country.data,
            region=self.region.data or None,
            insee_code="".join((self.insee_code.data or "").split()).upper() or None,
            population=self.population.number,
            latitude=self.latitude.number,
            longitude=self.longitude.number,
            domains=tuple(split_domains(self.domains.data or "")),
        )

    def take(self, problems: Mapping[str, Any]) -> None:
        """Put the sentences of an operation beside their fields."""
        for name, sentence in problems.items():
            field = self[name]
            field.errors = [*field.errors, str(sentence)]

    @property
    def version_seen(self) -> int:
        """The version of the organisation this form was filled from; 0 for nonsense, which conflicts with any."""
        return number_in(self.edit_version.data) or 0


def typed_from(details: Details) -> dict[str, Any]:
    """Return facts in the form in which they are typed."""
    return {
        **details.columns,
        "joined_on": details.joined_on.isoformat() if details.joined_on else "",
        "region": details.region or "",
        "insee_code": details.insee_code or "",
        "population": "" if details.population is None else str(details.population),
        "latitude": "" if details.latitude is None else str(details.latitude),
        "longitude": "" if details.longitude is None else str(details.longitude),
        "domains": "\n".join(details.domains),
    }


def form_for(place: Organisation | None = None, **typed: Any) -> OrganisationForm:
    """Return the form, filled from an organisation or with what is proposed."""
    filled = {**typed_from(details_of(place)), "edit_version": str(place.edit_version)} if place else {}
    form = OrganisationForm(data={**filled, **typed} or None)
    form.offer()
    return form
