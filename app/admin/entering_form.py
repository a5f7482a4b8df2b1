"""The form of an administrator who enters a space not theirs."""

from __future__ import annotations

from datetime import timedelta

from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from app.core.forms import BeffroiForm
from app.core.i18n import lazy_gettext as _l
from app.core.text import one_line
from app.spaces.entering import LONGEST_REASON, SHORTEST_REASON

DURATIONS = {"30": _l("30 minutes"), "120": _l("2 heures"), "480": _l("8 heures")}
USUAL = "120"
_HOW_LONG = _l("Écrivez une phrase : de quinze caractères à six cents.")


class EnterForm(BeffroiForm):
    """Why, and for how long."""

    reason = TextAreaField(
        _l("Motif"),
        [
            InputRequired(_HOW_LONG),
            Length(max=LONGEST_REASON, message=_HOW_LONG),
        ],
        description=_l(
            "Une phrase que les animateurs de l'espace liront, par exemple « Signalement d'un message reçu ce matin »."
        ),
    )
    minutes = RadioField(_l("Durée"), choices=[SelectChoice(*one) for one in DURATIONS.items()], default=USUAL)

    def validate_reason(self, field: TextAreaField) -> None:
        """Refuse what is too short once its blanks are taken away, as the journal keeps it."""
        if len(one_line(field.data or "")) < SHORTEST_REASON:
            raise ValidationError(_HOW_LONG)

    @property
    def duration(self) -> timedelta:
        """The time chosen."""
        return timedelta(minutes=int(self.minutes.data))
