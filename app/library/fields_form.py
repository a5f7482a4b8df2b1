"""The fields of a kind as fields of a form: built from the registry, read by the types it names."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from wtforms import Field as FormField
from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, DateInput, ListWidget, TextInput

from app.core.i18n import gettext as _
from app.core.text import one_line
from app.library.kinds import Field, UnreadableError
from app.library.kinds.moments import Moment, moment_of
from app.library.kinds.values import AREA, BOXES, DAY, SELECT


class DayLine(StringField):
    """A day typed in the browser's own field."""

    widget = DateInput()


class MomentInput:
    """The browser's own field for days where a day is asked for, unless what stands there is none; else a text."""

    def __call__(self, field: MomentField, **attributes: Any) -> Markup:
        """Write the field."""
        control: Markup = (DateInput() if field.picks_a_day else TextInput())(field, **attributes)
        return control


class MomentField(StringField):
    """As much of a date as is known, kept as it was typed so that a wrong one is not lost."""

    widget = MomentInput()

    def __init__(self, *given: Any, by_day: bool = False, **more: Any) -> None:
        super().__init__(*given, **more)
        self.by_day = by_day

    @property
    def moment(self) -> str | None:
        """What was typed, as a partial date; None when there is none or it cannot be read."""
        return moment_of(self.data or "")

    @property
    def picks_a_day(self) -> bool:
        """Whether the browser's own field for days shows it."""
        return self.by_day and (not self.data or len(self.moment or "") == len("2021-07-05"))

    def _value(self) -> str:
        if self.moment is None or self.picks_a_day:
            return self.moment or self.data or ""
        return Moment().written(self.moment)

    def pre_validate(self, _form: Any) -> None:
        """Refuse what cannot be read as a date."""
        if self.data and self.moment is None:
            raise ValidationError(_("Écrivez la date comme ceci : 05/07/2021, ou ce qui en est connu : 07/2021, 2021."))


class BoxesField(SelectMultipleField):
    """Check boxes whose values travel as one text (« children, families »), like every other field of a draft."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def process_data(self, value: Any) -> None:
        """Take the text of a draft or of a resource."""
        self.data = [one_line(piece) for piece in str(value or "").split(",") if piece.strip()]

    def pre_validate(self, form: Any) -> None:
        """Leave the reading to the type of the field."""


class _Choosing(SelectField):
    """A list whose values the type of the field reads: an unknown one is refused there, in words."""

    def pre_validate(self, form: Any) -> None:
        """Leave the reading to the type of the field."""


def form_field(field: Field) -> Any:
    """Return the field of a form for an entry of the registry."""
    checks, words = [_Checked(field)], {"label": field.label, "description": field.help}
    options = getattr(field.type, "options", ())
    if field.type.control == BOXES:
        return BoxesField(validators=checks, choices=[SelectChoice(key, label) for key, label in options], **words)
    if field.type.control == SELECT:
        empty = SelectChoice("", "–")
        choices = [empty, *(SelectChoice(key, label) for key, label in options)]
        return _Choosing(validators=checks, choices=choices, default="", **words)
    if field.type.control == AREA:
        return TextAreaField(validators=checks, render_kw=_room(field), **words)
    if field.type.control == DAY:
        return DayLine(validators=checks, **words)
    return StringField(validators=checks, render_kw=_room(field), **words)


def _room(field: Field) -> dict[str, Any]:
    """Return the attributes that go with a text: what a file may propose for it."""
    return {"data-proposal": field.proposed} if field.proposed else {}


class _Checked:
    """Reads the field by its type: the sentence of a refusal stands beside it, what was typed stays in it."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.field_flags: dict[str, Any] = {"required": True} if field.required else {}

    def __call__(self, _form: Any, typed: FormField) -> None:
        text = text_of(typed)
        if not text.strip():
            if self.field.required:
                raise StopValidation(str(self.field.required))
            return
        try:
            self.field.type.read(text)
        except UnreadableError as refusal:
            raise ValidationError(str(refusal)) from refusal


def text_of(typed: FormField) -> str:
    """Return what stands in a field as one text."""
    return ", ".join(typed.data) if isinstance(typed.data, list) else str(typed.data or "")


def value_of(field: Field, typed: FormField, *, whole: bool = True) -> Any:
    """Return the value read from a field, None when nothing was typed.

    Raises UnreadableError for what cannot be read, unless the form need not be ``whole``.
    """
    text = text_of(typed)
    if not text.strip():
        return None
    try:
        return field.type.read(text)
    except UnreadableError:
        if whole:
            raise
        return None
