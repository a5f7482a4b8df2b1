"""What may be said of a resource, and in which words we answer back."""

from __future__ import annotations

from functools import cache
from typing import Any

from wtforms import Field, HiddenField, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.accounts.models import User
from app.core.forms import BeffroiForm, DayField
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.i18n import ngettext
from app.library.kinds import KINDS, Kind, KindField
from app.library.models import Resource
from app.library.operations import ResourceDetails
from app.library.tags import MOST_TAGS, split_tags
from app.spaces.models import LONGEST_TITLE, Audience, Space, Visibility
from app.spaces.queries import turnout

LANGUAGES = {
    "fr": "Français",
    "en": "English",
    "de": "Deutsch",
    "es": "Español",
    "it": "Italiano",
    "nl": "Nederlands",
    "pt": "Português",
}
LONGEST_SUMMARY, LONGEST_BODY, LONGEST_SOURCE = 2000, 60_000, 300


def _limited(most: int) -> Length:
    return Length(max=most, message=_l("Ce texte est trop long : gardez l'essentiel."))


class ResourceForm(BeffroiForm):
    """The fields common to every kind."""

    kind = SelectField(
        _l("Type"), choices=[SelectChoice(key, kind.label) for key, kind in KINDS.items()], default="report"
    )
    title = StringField(
        _l("Titre"),
        [InputRequired(_l("Donnez un titre à la ressource.")), _limited(LONGEST_TITLE)],
    )
    summary = TextAreaField(
        _l("Résumé"),
        [_limited(LONGEST_SUMMARY)],
        description=_l("Deux ou trois phrases qui disent ce que l'on y trouve."),
    )
    body = TextAreaField(
        _l("Texte"),
        [_limited(LONGEST_BODY)],
        description=_l("Quand il n'y a pas de fichier, ou pour dire plus que le résumé."),
    )
    source = StringField(_l("Source"), [_limited(LONGEST_SOURCE)], description=_l("Auteur, organisme ou journal."))
    dated_on = DayField(_l("Date du document"))
    lang = SelectField(
        _l("Langue du document"),
        choices=[
            SelectChoice("", _l("D'après le document")),
            *(SelectChoice(code, name) for code, name in LANGUAGES.items()),
            SelectChoice("mul", _l("Plusieurs langues")),
        ],
        default="",
    )
    tags = StringField(
        _l("Mots-clés"),
        [Length(max=1200, message=_l("Gardez les mots-clés les plus utiles."))],
        description=_l("Ils aident les autres villes à vous trouver. Trois à six, séparés par des virgules."),
    )
    audience = RadioField(_l("Qui peut lire cette ressource ?"), default=Audience.SPACE)
    seen_version = HiddenField()

    def validate_tags(self, field: Field) -> None:
        """Refuse more keywords than can be read."""
        if len([piece for piece in (field.data or "").split(",") if piece.strip()]) > MOST_TAGS:
            raise ValidationError(
                ngettext("Gardez %(num)s mot-clé au plus.", "Gardez %(num)s mots-clés au plus.", MOST_TAGS)
            )

    def details(self, *, keep_lang: str = "") -> ResourceDetails:
        """Return what was typed, ready for an operation."""
        kind = KINDS[str(self.kind.data)]
        return ResourceDetails.of(
            kind=kind.key,
            title=self.title.data or "",
            summary=self.summary.data or "",
            body=self.body.data or "",
            source=self.source.data or "",
            dated_on=self.dated_on.day,
            lang=self.lang.data or keep_lang,
            tags=split_tags(self.tags.data or ""),
            audience=self.audience.data or Audience.SPACE,
            fields={one.name: self[one.name].data or "" for one in kind.fields},
        )


@cache
def form_class(kind: Kind) -> type[ResourceForm]:
    """Return the form of a kind: the common fields, then its own."""
    own = {field.name: _built(field) for field in kind.fields}
    return type(f"ResourceForm_{kind.key}", (ResourceForm,), own) if own else ResourceForm


def _built(field: KindField) -> Any:
    checks = [InputRequired(_l("Ce champ est nécessaire."))] if field.required else []
    maker = TextAreaField if field.rows > 1 else StringField
    return maker(field.label, [*checks, _limited(LONGEST_SUMMARY)], description=field.help)


def offer_audiences(form: ResourceForm, person: User, space: Space, members: int) -> None:
    """Offer the audiences this person may choose, each with who will read."""
    choices = [SelectChoice(Audience.SPACE.value, _space_words(space))]
    if person.is_member:
        choices.append(SelectChoice(Audience.NETWORK.value, _network_words(members)))
    form.audience.choices = choices
    if form.audience.data not in {choice.value for choice in choices}:
        form.audience.data = Audience.SPACE.value


def _space_words(space: Space) -> str:
    people = turnout(space)
    count = ngettext("%(num)s participant", "%(num)s participants", people.people)
    if people.guests:
        guests = ngettext("%(num)s invité", "%(num)s invités", people.guests)
        count = _("%(people)s, dont %(guests)s", people=count, guests=guests)
    if space.visibility == Visibility.OPEN:
        return _(
            "L'espace « %(name)s » : %(people)s, et tout membre du réseau qui l'ouvre", name=space.name, people=count
        )
    return _("L'espace « %(name)s » seulement : %(people)s", name=space.name, people=count)


def _network_words(members: int) -> str:
    return ngettext("Tout le réseau : %(num)s membre", "Tout le réseau : %(num)s membres", members)


def filled_from(resource: Resource) -> dict[str, Any]:
    """Return the fields of the form as a resource stands."""
    day = resource.dated_on.isoformat() if resource.dated_on else ""
    common = {
        name: getattr(resource, name) for name in ("kind", "title", "summary", "body", "source", "lang", "audience")
    }
    tags = ", ".join(tag.label for tag in resource.tags)
    return {**resource.fields, **common, "dated_on": day, "tags": tags, "seen_version": str(resource.edit_version)}
