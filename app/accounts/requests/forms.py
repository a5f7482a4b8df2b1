"""What a stranger says of themselves, and the words of a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wtforms import EmailField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from app.accounts.forms import is_written_as_address
from app.accounts.requests.operations import LONGEST_MESSAGE, Asked
from app.core.db import sort_key
from app.core.deciding import LONGEST_REASON
from app.core.forms import BeffroiForm
from app.core.i18n import current_language
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l

if TYPE_CHECKING:
    from app.accounts.models import AccessRequest, Organisation

NOWHERE, CREATE = "aucune", "nouvelle"


class RequestForm(BeffroiForm):
    """A request for access."""

    name = StringField(
        _l("Prénom et nom"),
        [DataRequired(_l("Indiquez votre nom.")), Length(max=120, message=_l("Ce nom dépasse 120 caractères."))],
        render_kw={"autocomplete": "name"},
    )
    email = EmailField(
        _l("Adresse de courriel professionnelle"),
        [DataRequired(_l("Indiquez votre adresse de courriel.")), is_written_as_address],
        description=_l("Celle de votre collectivité permet de vous reconnaître."),
        render_kw={"autocomplete": "email", "inputmode": "email", "spellcheck": "false"},
    )
    function = StringField(
        _l("Fonction"),
        [DataRequired(_l("Indiquez votre fonction.")), Length(max=160)],
        description=_l("Par exemple : adjointe à la sécurité, coordonnateur du CLSPD."),
        render_kw={"autocomplete": "organization-title"},
    )
    organisation = StringField(
        _l("Collectivité ou organisme"),
        [DataRequired(_l("Indiquez votre collectivité.")), Length(max=200)],
        render_kw={"autocomplete": "organization"},
    )
    message = TextAreaField(
        _l("Votre message"),
        [Length(max=LONGEST_MESSAGE, message=_l("Ce texte est trop long : gardez l'essentiel."))],
    )

    def asked(self) -> Asked:
        """Return what was typed, once the form is valid."""
        return Asked(
            email=self.email.data or "",
            name=self.name.data or "",
            function=self.function.data or "",
            organisation=self.organisation.data or "",
            message=self.message.data or "",
            language=current_language(),
        )


class AcceptForm(BeffroiForm):
    """Where somebody who is let in belongs."""

    organisation = SelectField(_l("Collectivité"))

    def offer(self, request: AccessRequest, places: list[Organisation], usual: Organisation | None) -> None:
        """Fill the choices: those recorded, the one named if it is not, none; the usual one is chosen first."""
        named = [SelectChoice(one.public_id, one.name) for one in places]
        new, key = [], sort_key(request.organisation_name)
        if key and key not in {one.sort_key for one in places}:
            new = [SelectChoice(CREATE, _("Nouvelle, hors du réseau : %(name)s", name=request.organisation_name))]
        self.organisation.choices = [*new, SelectChoice(NOWHERE, _("Aucune collectivité")), *named]
        if not self.is_submitted():
            self.organisation.data = usual.public_id if usual else (CREATE if new else NOWHERE)
            self.resume_sent()


class RefuseForm(BeffroiForm):
    """Why somebody is not let in; the words are sent."""

    reason = TextAreaField(
        _l("Raison du refus"),
        [
            DataRequired(_l("Écrivez la raison du refus : elle est envoyée à la personne.")),
            Length(max=LONGEST_REASON, message=_l("Ce texte est trop long : gardez l'essentiel.")),
        ],
        description=_l("Envoyée telle quelle par courriel. Une ou deux phrases suffisent."),
    )
