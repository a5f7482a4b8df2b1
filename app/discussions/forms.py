"""What people may say in discussions, and in which words we answer back."""

from __future__ import annotations

from wtforms import HiddenField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice

from app.core.errors import DomainError
from app.core.forms import BeffroiForm
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.text import is_blank
from app.discussions.texts import LONGEST_REASON, checked_title, written
from app.spaces.models import Audience


class PostForm(BeffroiForm):
    """A message. ``seen`` is the number of the last message on the page where it was written."""

    body = TextAreaField(_l("Votre réponse"))
    seen = HiddenField()
    edit_version = HiddenField()

    def validate_body(self, field: TextAreaField) -> None:
        """Refuse an empty or too long message. Rendering it here keeps that work out of the transaction."""
        try:
            written(field.data or "")
        except DomainError as error:
            raise ValidationError(str(error.message)) from error


class CommentForm(PostForm):
    """A comment on a thing, perhaps about the page before the person's eyes."""

    page = StringField(_l("Lier à la page"))
    file = HiddenField()
    back = HiddenField()


class ThreadForm(PostForm):
    """A new discussion: its title, its first message, who may read it."""

    title = StringField(_l("Votre question, en une phrase"))
    body = TextAreaField(_l("Votre message"))
    audience = RadioField(
        _l("Qui pourra lire cette discussion ?"),
        choices=[
            SelectChoice(Audience.SPACE.value, _l("Les participants de cet espace")),
            SelectChoice(Audience.NETWORK.value, _l("Tous les membres du réseau")),
        ],
        default=Audience.SPACE.value,
    )

    def validate_title(self, field: StringField) -> None:
        """Refuse an empty or too long title."""
        try:
            checked_title(field.data or "")
        except DomainError as error:
            raise ValidationError(str(error.message)) from error


class HideForm(BeffroiForm):
    """Why a message is hidden."""

    reason = StringField(
        _l("Raison"),
        description=_l("Elle sera affichée à la place du message, pour tous ceux qui lisent la discussion."),
        render_kw={"maxlength": LONGEST_REASON},
    )

    def validate_reason(self, field: StringField) -> None:
        """Ask for a reason."""
        if is_blank(field.data or ""):
            raise ValidationError(_("Donnez la raison : elle sera lue à la place du message."))
