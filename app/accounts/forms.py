"""The forms of sign-in and of a new password."""

from __future__ import annotations

from typing import Any

from wtforms import EmailField, Field, PasswordField, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length

from app.accounts.passwords import LONGEST, weakness
from app.accounts.queries import is_address, normal_email
from app.core.forms import BeffroiForm
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l

LONGEST_EMAIL = 254


def is_written_as_address(_form: Any, field: Field) -> None:
    """Refuse what no mail can be sent to, by its writing alone: whether it has an account is not looked up."""
    if not is_address(field.data or ""):
        raise ValidationError(_("Cette adresse de courriel n'est pas valable."))


class SignInForm(BeffroiForm):
    """Address and password."""

    email = EmailField(
        _l("Adresse de courriel"),
        [InputRequired(_l("Indiquez votre adresse de courriel.")), Length(max=LONGEST_EMAIL)],
        render_kw={"autocomplete": "username", "inputmode": "email", "spellcheck": "false"},
    )
    password = PasswordField(
        _l("Mot de passe"),
        [InputRequired(_l("Indiquez votre mot de passe.")), Length(max=1024)],
        render_kw={"autocomplete": "current-password"},
    )


class ResetForm(BeffroiForm):
    """The address to which a link is mailed."""

    email = EmailField(
        _l("Adresse de courriel"),
        [DataRequired(_l("Indiquez votre adresse de courriel.")), is_written_as_address],
        render_kw={"autocomplete": "username", "inputmode": "email", "spellcheck": "false"},
    )


class ConfirmationForm(BeffroiForm):
    """The password of the person already signed in, or the code of their second factor."""

    confirmation_password = PasswordField(
        _l("Mot de passe"), [Length(max=1024)], render_kw={"autocomplete": "current-password"}
    )
    confirmation_code = StringField(
        _l("Code"),
        description=_l("Les six chiffres de votre application, ou un code de secours."),
        render_kw={"autocomplete": "one-time-code", "maxlength": "40"},
    )


class CodeForm(BeffroiForm):
    """The code of the second step, or a recovery code."""

    code = StringField(
        _l("Code"),
        [InputRequired(_l("Saisissez le code."))],
        description=_l("Les six chiffres de votre application, ou un code de secours."),
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "none", "maxlength": "40"},
    )


class FirstCodeForm(BeffroiForm):
    """The first code of a new key."""

    code = StringField(
        _l("Code affiché par l'application"),
        [InputRequired(_l("Saisissez les six chiffres affichés par l'application."))],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": "10"},
    )


class NewEmailForm(BeffroiForm):
    """The address a person wants to use."""

    email = EmailField(
        _l("Nouvelle adresse de courriel"),
        [DataRequired(_l("Indiquez la nouvelle adresse.")), is_written_as_address],
        render_kw={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"},
    )

    def __init__(self, present: str, **options: Any) -> None:
        super().__init__(**options)
        self.present = present

    def validate_email(self, field: EmailField) -> None:
        """Refuse the present one."""
        if normal_email(field.data or "") == self.present:
            raise ValidationError(_("C'est déjà l'adresse de votre compte."))


class NewPasswordForm(BeffroiForm):
    """A new password, typed once (it can be shown) and checked against what is easily guessed."""

    password = PasswordField(
        _l("Nouveau mot de passe"),
        [InputRequired(_l("Choisissez un mot de passe."))],
        description=_l("Au moins 12 caractères. Quatre mots sans lien entre eux se retiennent bien."),
        render_kw={"autocomplete": "new-password"},
    )

    def __init__(self, *known_words: str, **options: Any) -> None:
        super().__init__(**options)
        self.known_words = known_words

    def validate_password(self, field: PasswordField) -> None:
        """Refuse a short, huge or well-known password."""
        problem = weakness((field.data or "")[: LONGEST + 1], *self.known_words)
        if problem is not None:
            raise ValidationError(str(problem))
