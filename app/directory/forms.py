"""What people say of themselves, and in which words we answer back."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from wtforms import (
    Field,
    FileField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.accounts.models import ShownTo, User
from app.accounts.words import MANDATES
from app.core.clock import now
from app.core.db import sort_key
from app.core.forms import BeffroiForm, DayField
from app.core.i18n import gettext as _
from app.core.i18n import language_name, ngettext
from app.core.i18n import lazy_gettext as _l
from app.directory.operations import LONGEST_SUBJECT, MOST_SUBJECTS, Profile, split_subjects
from app.directory.words import FIRST_LANGUAGES, LANGUAGES, OTHER_LANGUAGES, SHOWN_TO

LONGEST_ABOUT = 2000
FIRST_YEAR = 1940
LONGEST_MANDATE = 60  # years
_PHONE = re.compile(r"\+?[0-9 .()/-]{4,29}")


def _limited(most: int) -> Length:
    return Length(max=most, message=_l("Ce texte est trop long : gardez l'essentiel."))


def _audience(label: Any) -> RadioField:
    return RadioField(label, choices=[SelectChoice(key.value, words) for key, words in SHOWN_TO.items()])


class ProfileForm(BeffroiForm):
    """Who one is, and what of it is shown to whom."""

    name = StringField(_l("Nom"), [DataRequired(_l("Indiquez votre nom.")), _limited(120)])
    function = StringField(_l("Fonction"), [_limited(160)], description=_l("Par exemple : adjointe à la sécurité."))
    mandate = SelectField(
        _l("À quel titre participez-vous ?"),
        choices=[
            SelectChoice("", _l("Non précisé")),
            *(SelectChoice(key.value, words) for key, words in MANDATES.items()),
        ],
    )
    mandate_start = DayField(_l("Depuis le"))
    mandate_end = DayField(_l("Jusqu'au"))
    spoken_languages = SelectMultipleField(
        _l("Langues parlées"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    subjects = TextAreaField(
        _l("Ce que vous connaissez bien"),
        [_limited(MOST_SUBJECTS * LONGEST_SUBJECT * 2)],
        description=_l(
            "Des sujets sur lesquels une autre ville peut vous interroger, séparés par des virgules ou un par ligne."
        ),
    )
    about = TextAreaField(_l("À propos de vous"), [_limited(LONGEST_ABOUT)])
    phone = StringField(_l("Téléphone"))
    email_shown_to = _audience(_l("Qui voit votre adresse de courriel ?"))
    phone_shown_to = _audience(_l("Qui voit votre téléphone ?"))
    photo_shown_to = _audience(_l("Qui voit votre photo ?"))
    seen_version = HiddenField()

    def offer(self, person: User) -> None:
        """Fill the choices that depend on the reader: names of languages, audiences of a guest."""
        others = sorted(OTHER_LANGUAGES, key=lambda code: sort_key(language_name(code)))
        self.spoken_languages.choices = [
            SelectChoice(code, language_name(code)) for code in (*FIRST_LANGUAGES, *others)
        ]
        if person.is_guest:
            for field in (self.email_shown_to, self.phone_shown_to, self.photo_shown_to):
                field.choices = [choice for choice in field.choices if choice.value != ShownTo.NETWORK]
                field.data = ShownTo.SPACES.value if field.data == ShownTo.NETWORK else field.data

    def validate_mandate_start(self, field: DayField) -> None:
        """Refuse a day that cannot be right, or that belongs to nothing."""
        self._check_day(field)
        if field.day and field.day > now().date() + timedelta(days=366):
            raise ValidationError(_("Cette date est trop loin dans l'avenir : vérifiez l'année."))

    def validate_mandate_end(self, field: DayField) -> None:
        """Refuse an end before the beginning, or so far that it must be a slip."""
        self._check_day(field)
        start = self.mandate_start.day
        if field.day and start and field.day < start:
            raise ValidationError(_("La fin vient avant le début : vérifiez les deux dates."))

    def _check_day(self, field: DayField) -> None:
        if field.day is None:
            return
        if not self.mandate.data:
            raise ValidationError(_("Dites d'abord à quel titre vous participez, ou effacez cette date."))
        if not FIRST_YEAR <= field.day.year <= now().year + LONGEST_MANDATE:
            raise ValidationError(_("Vérifiez l'année de cette date."))

    def validate_subjects(self, field: Field) -> None:
        """Refuse more subjects than can be read, or one that is a text."""
        found = split_subjects(field.data or "")
        if len(found) > MOST_SUBJECTS:
            raise ValidationError(
                ngettext("Gardez %(num)s sujet au plus.", "Gardez %(num)s sujets au plus.", MOST_SUBJECTS)
            )
        if any(len(one) > LONGEST_SUBJECT for one in found):
            raise ValidationError(_("Un de ces sujets est trop long : quelques mots suffisent."))

    def validate_phone(self, field: Field) -> None:
        """Refuse what nobody could dial."""
        if field.data and not (_PHONE.fullmatch(field.data) and sum(one.isdigit() for one in field.data) >= 4):  # noqa: PLR2004 - the shortest numbers of a switchboard
            raise ValidationError(_("Écrivez ce numéro avec des chiffres et des espaces, comme +33 2 40 00 00 00."))

    def profile(self) -> Profile:
        """Return what was said, ready for an operation."""
        return Profile(
            name=self.name.data or "",
            function=self.function.data or "",
            mandate=self.mandate.data or None,
            mandate_start=self.mandate_start.day,
            mandate_end=self.mandate_end.day,
            spoken_languages=sorted(self.spoken_languages.data or [], key=LANGUAGES.index),
            about=self.about.data or "",
            phone=self.phone.data or "",
            email_shown_to=self.email_shown_to.data,
            phone_shown_to=self.phone_shown_to.data,
            photo_shown_to=self.photo_shown_to.data,
        )


def filled_from(person: User) -> dict[str, Any]:
    """Return the fields of the form as a person stands."""
    plain = ("name", "function", "spoken_languages", "about", "phone")
    shown = ("email_shown_to", "phone_shown_to", "photo_shown_to")
    return {
        **{name: getattr(person, name) for name in (*plain, *shown)},
        "mandate": person.mandate or "",
        "mandate_start": _iso(person.mandate_start),
        "mandate_end": _iso(person.mandate_end),
        "subjects": ", ".join(one.label for one in person.expertise),
        "seen_version": str(person.edit_version),
    }


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


class PhotoForm(BeffroiForm):
    """A photo of oneself."""

    photo = FileField(
        _l("Choisir une photo"),
        description=_l(
            "JPEG, PNG ou WebP, 10 Mo au plus. Elle est coupée en carré ; le lieu et l'appareil sont retirés."
        ),
    )
