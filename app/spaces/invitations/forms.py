"""The forms of invitations: writing them, accepting one, and letting a guest stay longer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.accounts.models import Organisation, User, UserKind
from app.accounts.passwords import LONGEST, weakness
from app.accounts.queries import organisation_called_like, organisations_alike
from app.core.clock import now
from app.core.errors import DomainError
from app.core.forms import BeffroiForm, DayField
from app.core.i18n import current_language, local, ngettext
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.spaces.invitations.details import LONGEST_WORDS, USUAL_STAY, InvitationDetails, check_stay, end_of
from app.spaces.invitations.pasted import MOST, Pasted, Recipient, read_pasted
from app.spaces.models import Space

LANGUAGE_NAMES = {"fr": "Français", "en": "English"}
LONGEST_LIST = 60_000
TOO_LONG = _l("Ce texte est trop long : gardez l'essentiel.")


def _languages() -> list[SelectChoice]:
    codes = current_app.config["SETTINGS"].language_codes
    return [SelectChoice(code, LANGUAGE_NAMES.get(code, code)) for code in codes]


class Boxes(SelectMultipleField):
    """Several choices, as check boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class InvitationForm(BeffroiForm):
    """Whom to invite, as what, into what, with which words. Fields that have no use for the author are taken away."""

    addresses = TextAreaField(
        _l("Adresses de courriel"),
        [DataRequired(_l("Indiquez une adresse au moins.")), Length(max=LONGEST_LIST, message=TOO_LONG)],
        description=_l(
            "Une seule ou une liste collée, jusqu'à 500, comme vous l'avez : « Léa Martin, lea@ville.fr » convient."
        ),
        render_kw={"spellcheck": "false", "autocapitalize": "off"},
    )
    kind = RadioField(
        _l("En tant que"),
        choices=[
            SelectChoice(UserKind.GUEST, _l("Invité, jusqu'à une date")),
            SelectChoice(UserKind.MEMBER, _l("Membre")),
        ],
        default=UserKind.GUEST,
    )
    organisation = StringField(_l("Collectivité ou organisme"), [Length(max=200, message=TOO_LONG)])
    until = DayField(_l("Accès jusqu'au"))
    purpose = StringField(
        _l("Pourquoi cette personne vient"),
        [Length(max=300, message=TOO_LONG)],
        description=_l("Par exemple : préparer la visite de Fontarel en mai."),
    )
    sponsor = SelectField(_l("Qui répond de cette personne"), validate_choice=True)
    spaces = Boxes(_l("Espaces"), validate_choice=True)
    words = TextAreaField(
        _l("Quelques mots de votre part"),
        [Length(max=LONGEST_WORDS, message=TOO_LONG)],
        description=_l("Ils figurent dans le courriel, sous votre nom."),
    )
    language = SelectField(_l("Langue du courriel"))
    ignore = HiddenField()
    here: Space | None = None

    def offer(self, spaces: list[Space], sponsors: list[User], author: User) -> None:
        """Fill the choices; what has none is taken away."""
        self.language.choices = _languages()
        self.by_slug = {one.slug: one for one in spaces}
        self.spaces.choices = [SelectChoice(one.slug, one.name) for one in spaces]
        self.people = {one.public_id: one for one in [author, *sponsors]}
        if not spaces:
            del self.spaces
        elif self.here is not None:
            self.spaces.label.text = _("Aussi dans")
        if "sponsor" in self and sponsors:
            self.sponsor.choices = [SelectChoice(key, one.name) for key, one in self.people.items()]
            self.sponsor.data = self.sponsor.data or author.public_id
        elif "sponsor" in self:
            del self.sponsor
        if not self.is_submitted():
            self.propose()
            self.resume_sent()

    def propose(self) -> None:
        """Fill in what is usual, where nothing was typed yet."""
        self.language.data = current_language()
        if "until" in self:
            self.until.data = f"{local(now() + USUAL_STAY):%Y-%m-%d}"

    def without_guests(self) -> None:
        """Keep only what concerns members."""
        for name in ("kind", "until", "purpose", "sponsor", "organisation"):
            del self[name]

    @property
    def is_for_guests(self) -> bool:
        """Whether guests are invited."""
        return "kind" in self and self.kind.data == UserKind.GUEST

    @property
    def pasted(self) -> Pasted:
        """The list of addresses as read."""
        if not hasattr(self, "_pasted"):
            self._pasted = read_pasted((self.addresses.data or "")[:LONGEST_LIST])
        return self._pasted

    def validate_addresses(self, _field: Field) -> None:
        """Refuse what cannot be read as addresses, unless the author chose to leave it out, and too long a list."""
        read = self.pasted
        if read.is_too_long:
            raise ValidationError(
                _("Une liste porte %(most)s adresses au plus. Envoyez-la en plusieurs fois.", most=MOST)
            )
        if read.refused and not (self.ignore.data and read.recipients):
            count = len(read.refused)
            raise ValidationError(
                ngettext("%(num)s adresse ne se lit pas.", "%(num)s adresses ne se lisent pas.", count)
            )

    def validate_organisation(self, field: Field) -> None:
        """Refuse a name that several organisations may be meant by."""
        if field.data and organisation_called_like(field.data) is None and organisations_alike(field.data):
            raise ValidationError(
                _("Plusieurs collectivités portent ce nom, aux accents près : écrivez-le comme dans l'annuaire.")
            )

    def validate_until(self, field: DayField) -> None:
        """Refuse a guest's end gone by, too far, or missing."""
        if self.is_for_guests and not (field.data and field.day is None):
            _check_day(field)

    def validate_purpose(self, field: Field) -> None:
        """Ask why a guest comes: those who meet them will read it."""
        if self.is_for_guests and not field.data:
            raise ValidationError(_("Dites en quelques mots pourquoi cette personne vient."))

    def validate_spaces(self, field: Field) -> None:
        """Ask for a space when a guest is invited and none is given."""
        if self.is_for_guests and not field.data and self.here is None:
            raise ValidationError(_("Un invité vient dans un espace au moins : choisissez lequel."))

    def details(self, recipient: Recipient, here: Space | None, organisation: Organisation | None) -> InvitationDetails:
        """Return what was typed for one recipient, ready for the operation."""
        chosen = [self.by_slug[slug] for slug in self.spaces.data or []] if "spaces" in self else []
        guests = self.is_for_guests
        sponsor = self.people.get(self.sponsor.data) if "sponsor" in self else None
        return InvitationDetails(
            recipient.email,
            kind=UserKind.GUEST if guests else UserKind.MEMBER,
            spaces=tuple(dict.fromkeys(([here] if here else []) + chosen)),
            name=recipient.name,
            organisation=organisation,
            language=self.language.data,
            words=self.words.data or "",
            purpose=self.purpose.data or "" if guests else "",
            guest_until=end_of(self.until.day) if guests and self.until.day else None,
            sponsor=sponsor,
        )


def _check_day(field: DayField) -> None:
    """Raise ValidationError unless the day typed lies ahead, within a year."""
    try:
        check_stay(end_of(field.day) if field.day else None)
    except DomainError as error:
        raise ValidationError(str(error.message)) from error


class StayForm(BeffroiForm):
    """How much longer a guest stays."""

    period = SelectField(
        _l("Prolonger"),
        choices=[
            SelectChoice("30", _l("de 30 jours")),
            SelectChoice("90", _l("de 90 jours")),
            SelectChoice("", _l("jusqu'à une date")),
        ],
    )
    until = DayField(_l("Jusqu'au"))
    everywhere = BooleanField(_l("Aussi dans les autres espaces que vous animez"))

    def __init__(self, present: datetime | None = None, **options: Any) -> None:
        """``present``: the end of the guest's access until now."""
        super().__init__(**options)
        self.present = present or now()

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Tell whether there is an end ahead, within a year; what is wrong with it is said beside what chose it."""
        if self.period.data:
            self.until.data = ""  # a day left beside a number of days means nothing
        if not super().validate(extra_validators):
            return False
        try:
            check_stay(self.end)
        except DomainError as error:
            chosen = self.period if self.period.data else self.until
            chosen.errors = [str(error.message)]
        return not self.errors

    @property
    def end(self) -> datetime | None:
        """The new end, counted from the present one or from now; None when no day is given or it cannot be read."""
        if self.period.data:
            return max(self.present, now()) + timedelta(days=int(self.period.data))
        return end_of(self.until.day) if self.until.day else None


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

    def __init__(self, email: str, *, proven: bool = False, **options: Any) -> None:
        """``proven``: a provider has said who this is, no password is chosen."""
        super().__init__(**options)
        self.email = email
        if proven:
            del self.password
        self.language.choices = _languages()

    def validate_password(self, field: PasswordField) -> None:
        """Refuse a short, huge or well-known password."""
        problem = weakness((field.data or "")[: LONGEST + 1], self.name.data or "", self.email)
        if problem is not None:
            raise ValidationError(str(problem))


def known_organisation(form: InvitationForm) -> Organisation | None:
    """Return the organisation typed, whatever its accents and letter case; None when there is none of this name."""
    name = form.organisation.data if "organisation" in form else ""
    return organisation_called_like(name) if name else None
