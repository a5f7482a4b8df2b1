"""Forms: what the outside world may say, cleaned before anybody looks at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel.support import NullTranslations, Translations
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    Field,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.i18n import messages_path
from wtforms.widgets import DateInput

from app.core.i18n import current_language
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.resuming import sent_from_this_page
from app.core.text import clean_text, one_line

DAY_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y")
#: In place of WTForms' sentences on choices, which speak of fields and of values that could not be coerced.
CHOOSE = _l("Choisissez parmi ce qui est proposé.")


def number_in(text: str | None) -> int | None:
    """Return the whole positive number in a hidden field, None for anything else."""
    if text and text.isascii() and text.isdigit() and len(text) <= 9:  # noqa: PLR2004 - fits every database integer
        return int(text)
    return None


def day_in(text: str) -> date | None:
    """Return the day a text says, None when it cannot be read as one."""
    for form in DAY_FORMATS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    return None


#: A draft has one value of each field, and no secret.
_NOT_RESUMED = SelectMultipleField, PasswordField


class BeffroiForm(FlaskForm):
    """Base of our forms; French messages go through our catalogue."""

    class Meta(FlaskForm.Meta):
        """WTForms options."""

        def get_translations(self, _form: Any) -> NullTranslations:
            """Return WTForms' own sentences in the reader's language; Flask-WTF reads their file at each request."""
            return _sentences_of_forms(current_language())

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            """Clean every text before the field's own filters; refuse in our words a choice that was not offered."""
            if issubclass(unbound_field.field_class, SelectField):
                options = {"invalid_choice_message": CHOOSE, "invalid_value_message": CHOOSE, **options}
            elif issubclass(unbound_field.field_class, TextAreaField):
                options = {**options, "filters": (_clean_area, *options.get("filters", ()))}
            elif issubclass(unbound_field.field_class, StringField) and not _is_secret(unbound_field.field_class):
                options = {**options, "filters": (_clean_line, *options.get("filters", ()))}
            return unbound_field.bind(form=form, **options)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.resume_sent()

    def resume_sent(self) -> None:
        """Begin with what was being sent from this page before its sender had to sign in: all of it, or nothing.

        Called again by a form that fills its fields once it is made.
        """
        sent = sent_from_this_page()
        if sent and sent.keys() <= self._fields.keys():
            self.resume(dict.fromkeys((one.name for one in self if isinstance(one, BooleanField)), "") | sent)

    def resume(self, draft: Mapping[str, Any]) -> None:
        """Put what a draft keeps in the place of what the form begins with; what it does not know is passed over."""
        for name, value in draft.items():
            field = self._fields.get(name)
            if isinstance(field, StringField | BooleanField | SelectField) and not isinstance(field, _NOT_RESUMED):
                field.process(MultiDict({name: value}))

    @property
    def typed(self) -> dict[str, Any]:
        """The texts as typed, without tokens and passwords: what a draft keeps."""
        return {
            field.name: field.data
            for field in self
            if isinstance(field.data, str) and field.name != "csrf_token" and not _is_secret(type(field))
        }

    @property
    def error_list(self) -> Iterable[tuple[Field, str]]:
        """Each field with its first error, for the summary at the top of the page."""
        return [(field, str(field.errors[0])) for field in self if field.errors]


class DayField(StringField):
    """A calendar day, kept as it was typed so that a wrong one is not lost."""

    widget = DateInput()

    @property
    def day(self) -> date | None:
        """The day typed, None when there is none or it cannot be read."""
        return day_in(self.data or "")

    def pre_validate(self, _form: Any) -> None:
        """Refuse what cannot be read as a day."""
        if self.data and self.day is None:
            raise ValidationError(_("Écrivez la date comme ceci : 05/07/2021."))


@lru_cache
def _sentences_of_forms(language: str) -> NullTranslations:
    return Translations.load(messages_path(), [language], domain="wtforms")


def _is_secret(field_class: type[Field]) -> bool:
    return "Password" in field_class.__name__


def _clean_line(value: Any) -> Any:
    return one_line(value) if isinstance(value, str) else value


def _clean_area(value: Any) -> Any:
    return clean_text(value).strip("\n") if isinstance(value, str) else value
