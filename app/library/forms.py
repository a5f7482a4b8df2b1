"""What may be said of a resource, and in which words we answer back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from wtforms import Field, HiddenField, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from app.accounts.models import User
from app.core.forms import BeffroiForm
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.i18n import ngettext
from app.library.fields_form import MomentField, form_field, text_of, value_of
from app.library.kinds import KINDS, Kind, kind_of
from app.library.kinds.values import BOXES
from app.library.models import Resource
from app.library.operations import ResourceDetails, as_written
from app.library.tags import MOST_TAGS, judge_words, split_tags
from app.library.thesaurus.nearness import sentences_on
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
#: The kind a new form begins with.
DEFAULT_KIND = "report"
#: Words of the library's addresses, which no filter may take.
RESERVED = frozenset(
    {"type", "mot", "tri", "page", "q", "vue", "fichier", "version", "taille", "files", "key", "id"}
).union({"archives", "revoir", "choisir"})
COMMON_TEXTS = ("kind", "title", "summary", "body", "source", "lang", "audience", "dated_on")
LONGEST_SUMMARY, LONGEST_BODY, LONGEST_SOURCE = 2000, 60_000, 300


def _limited(most: int) -> Length:
    return Length(max=most, message=_l("Ce texte est trop long : gardez l'essentiel."))


class ResourceForm(BeffroiForm):
    """The fields common to every kind."""

    kind = SelectField(_l("Type"), default=DEFAULT_KIND)
    title = StringField(
        _l("Titre"),
        [DataRequired(_l("Donnez un titre à la ressource.")), _limited(LONGEST_TITLE)],
        render_kw={"data-proposal": "title"},
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
    source = StringField(
        _l("Source"),
        [_limited(LONGEST_SOURCE)],
        description=_l("Auteur, organisme ou journal."),
        render_kw={"data-proposal": "author"},
    )
    dated_on = MomentField(
        _l("Date du document"),
        description=_l("Par exemple : 05/07/2021, juillet 2021 ou 2021."),
        render_kw={"data-proposal": "date"},
    )
    lang = SelectField(
        _l("Langue du document"),
        choices=[
            SelectChoice("", _l("D'après le document")),
            *(SelectChoice(code, name) for code, name in LANGUAGES.items()),
            SelectChoice("mul", _l("Plusieurs langues")),
        ],
        default="",
        render_kw={"data-proposal": "lang"},
    )
    tags = StringField(
        _l("Mots-clés"),
        [Length(max=1200, message=_l("Gardez les mots-clés les plus utiles."))],
        description=_l("Ils aident les autres villes à vous trouver. Trois à six, séparés par des virgules."),
    )
    audience = RadioField(_l("Qui peut lire cette ressource ?"), default=Audience.SPACE)
    seen_version = HiddenField()

    #: Where the resource is to be, and the keywords it carries already, by their slugs.
    space: Space | None = None
    carried: Sequence[str] = ()
    #: The kind whose own fields the form has, beside those common to all.
    of_kind: ClassVar[Kind]

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.kind.choices = [SelectChoice(key, kind.label) for key, kind in KINDS.items()]
        if not self.kind.data:
            self.kind.data = self.of_kind.key

    @property
    def typed(self) -> dict[str, Any]:
        """The texts as typed; boxes that are ticked are one text too."""
        boxes = {one.name: text_of(self[one.name]) for one in self.of_kind.fields if one.type.control == BOXES}
        return {**super().typed, **boxes}

    @property
    def missing(self) -> list[Any]:
        """The labels of the fields that must be filled and are still empty."""
        own = [self[one.name] for one in self.of_kind.fields if one.required]
        return [one.label.text for one in (self.title, *own) if not text_of(one).strip()]

    def validate_tags(self, field: Field) -> None:
        """Refuse more keywords than can be read."""
        if len([piece for piece in (field.data or "").split(",") if piece.strip()]) > MOST_TAGS:
            raise ValidationError(
                ngettext("Gardez %(num)s mot-clé au plus.", "Gardez %(num)s mots-clés au plus.", MOST_TAGS)
            )
        if self.space is not None:
            judged = judge_words(split_tags(field.data or ""), self.space, self.carried)
            if judged.left_out:
                raise ValidationError(" ".join(sentences_on(judged)))

    def details(self, *, keep_lang: str = "", whole: bool = True) -> ResourceDetails:
        """Return what was typed, ready for an operation; not ``whole``: fields that cannot be read are left out."""
        kind = self.of_kind
        values = {one.name: value_of(one, self[one.name], whole=whole) for one in kind.fields}
        fields = {name: value for name, value in values.items() if value not in (None, "", [])}
        dated_on = self.dated_on.moment if kind.asks("dated_on") else kind.date_of(fields)
        return ResourceDetails.of(
            kind=kind.key,
            title=self.title.data or "",
            summary=self.summary.data or "",
            body=self.body.data or "",
            source=(self.source.data or "") if kind.asks("source") else "",
            dated_on=dated_on,
            lang=self.lang.data or keep_lang,
            tags=split_tags(self.tags.data or ""),
            audience=self.audience.data or Audience.SPACE,
            fields=fields,
        )


def form_class(kind: Kind) -> type[ResourceForm]:
    """Return the form of a kind: the common fields under the names it gives them, then its own."""
    known = _classes.get(kind.key)
    if known is None or known.of_kind is not kind:
        own = {field.name: form_field(field) for field in kind.fields}
        clash = sorted(name for name in own if hasattr(ResourceForm, name) or name in RESERVED)
        if clash:
            raise LookupError(f"{kind.key}: these names of fields mean something else already: {clash}")
        called = {name: _day_called(label) for name, label in kind.called.items()}
        known = type(f"ResourceForm_{kind.key}", (ResourceForm,), {**own, **called, "of_kind": kind})
        _classes[kind.key] = known
    return known


_classes: dict[str, type[ResourceForm]] = {}


def _day_called(label: Any) -> Any:
    """Return the field of a date that has a name of its own in a kind: people know its day."""
    hint = _l("Celle que porte le document.")
    return MomentField(label, description=hint, by_day=True, render_kw={"data-proposal": "date"})


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


def as_texts(said: Mapping[str, Any]) -> dict[str, str]:
    """Return what a resource or one of its revisions says as the texts of its form."""
    common = {name: str(said.get(name) or "") for name in COMMON_TEXTS}
    own = kind_of(common["kind"]).written(said.get("fields") or {})
    return {**own, **common, "tags": ", ".join(said.get("tags") or ())}


def filled_from(resource: Resource) -> dict[str, Any]:
    """Return the fields of the form as a resource stands."""
    tags = ", ".join(tag.name for tag in resource.tags)
    return {**as_texts(as_written(resource)), "tags": tags, "seen_version": str(resource.edit_version)}
