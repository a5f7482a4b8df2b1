"""What may be said of a space, and in which words we answer back."""

from __future__ import annotations

from typing import Any

from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from app.accounts.models import User
from app.core.forms import BeffroiForm
from app.core.i18n import lazy_gettext as _l
from app.core.i18n import ngettext
from app.spaces.models import SECTIONS, JoinPolicy, Space, Visibility, fields_of
from app.spaces.operations import SpaceDetails
from app.spaces.queries import count_of_members, member_named

LONGEST_TEXT, LONGEST_MESSAGE = 20_000, 600
#: What is typed: kept as a draft, unlike what is ticked.
WORDS = ("name", "short_name", "summary", "purpose", "partner", "welcome")
FIELDS = (*WORDS, "visibility", "join_policy")
SWITCHES = ("reviews_resources", "closed_keywords")


def _limited(most: int) -> Length:
    return Length(max=most, message=_l("Ce texte est trop long : %(max)d caractères au plus."))


class SpaceForm(BeffroiForm):
    """The words of a space and its two settings: who reads it, how one comes in."""

    name = StringField(_l("Nom de l'espace"), [InputRequired(_l("Donnez un nom à l'espace.")), _limited(160)])
    short_name = StringField(
        _l("Nom court"),
        [_limited(60)],
        description=_l("Deux ou trois mots, là où la place manque : listes, fil d'Ariane."),
    )
    summary = StringField(
        _l("Résumé"), [_limited(400)], description=_l("Une phrase, affichée sous le nom dans la liste des espaces.")
    )
    purpose = TextAreaField(
        _l("À quoi sert ce groupe"),
        [_limited(LONGEST_TEXT)],
        description=_l("Ses objectifs et sa manière de travailler, affichés à côté de sa page d'accueil."),
    )
    partner = StringField(
        _l("Partenaire"),
        [_limited(200)],
        description=_l("Nommé sous le titre, après « Avec » : écrivez l'article aussi, « la Fédération des maires »."),
    )
    visibility = RadioField(_l("Qui lit cet espace ?"), default=Visibility.OPEN.value)
    join_policy = RadioField(
        _l("Comment y entre-t-on ?"),
        choices=[
            SelectChoice(JoinPolicy.FREE.value, _l("Librement : un membre du réseau y entre d'un clic")),
            SelectChoice(
                JoinPolicy.REQUEST.value, _l("Sur demande : les personnes qui animent l'espace acceptent ou refusent")
            ),
            SelectChoice(
                JoinPolicy.INVITATION.value, _l("Sur invitation seulement : personne n'y entre de sa propre initiative")
            ),
        ],
        default=JoinPolicy.FREE.value,
    )
    welcome = TextAreaField(
        _l("Mot d'accueil"),
        [_limited(LONGEST_TEXT)],
        description=_l("Montré une fois aux personnes qui viennent d'entrer."),
    )
    seen_version = HiddenField()

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.visibility.choices = visibility_choices()

    def validate_name(self, field: StringField) -> None:
        """Refuse a name in which nothing can be read."""
        if not any(character.isalnum() for character in field.data or ""):
            raise ValidationError(_l("Donnez un nom à l'espace."))

    def validate_join_policy(self, field: RadioField) -> None:
        """Refuse a private space that people could enter by themselves: they cannot even know of it."""
        if self.visibility.data == Visibility.PRIVATE and field.data != JoinPolicy.INVITATION:
            raise ValidationError(
                _l("On n'entre dans un espace privé que sur invitation : choisissez « Sur invitation seulement ».")
            )

    def details(self) -> SpaceDetails:
        """Return what was typed, its Markdown rendered."""
        return SpaceDetails.of(**{name: self[name].data or "" for name in FIELDS})


class SettingsForm(SpaceForm):
    """The settings of a space: also which sections it shows."""

    sections = SelectMultipleField(
        _l("Rubriques"),
        choices=[SelectChoice("library", _l("Ressources")), SelectChoice("discussions", _l("Discussions"))],
        description=_l(
            "Une rubrique que l'on retire n'a plus d'onglet et ne reçoit plus rien ; ce qu'elle contient reste trouvé "
            "par la recherche et s'ouvre encore par son adresse."
        ),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    reviews_resources = BooleanField(
        _l("Relire les ressources avant leur publication"),
        description=_l(
            "Ce que partage un membre attend alors l'accord d'une personne qui anime l'espace. Une ressource déjà "
            "publiée se modifie sans nouvel accord."
        ),
    )
    closed_keywords = BooleanField(
        _l("Seulement les mots-clés de la liste commune"),
        description=_l(
            "Sinon, chacun tape aussi les siens : ils servent aussitôt dans l'espace et attendent que l'animation les "
            "adopte, les réunisse à d'autres ou les écarte."
        ),
    )


class NewSpaceForm(SpaceForm):
    """A new space: also who runs it first."""

    facilitator = StringField(
        _l("Qui l'anime ?"),
        [_limited(254)],
        description=_l("Le nom ou l'adresse d'un membre du réseau. Laissez vide pour l'animer vous-même."),
    )
    found: User | None = None

    def validate_facilitator(self, field: StringField) -> None:
        """Find the member meant, or say why none is."""
        if field.data:
            self.found = member_named(field.data)
            if self.found is None:
                raise ValidationError(
                    _l("Aucun membre du réseau n'a exactement ce nom ou cette adresse. Indiquez son courriel.")
                )


class AskForm(BeffroiForm):
    """Why a member would like to enter a space."""

    message = TextAreaField(
        _l("Quelques mots pour les personnes qui animent l'espace"),
        [_limited(LONGEST_MESSAGE)],
        description=_l("Pourquoi ce groupe vous intéresse, ce que vous pourriez y apporter."),
    )


class RefusalForm(BeffroiForm):
    """Why a request is refused."""

    reason = TextAreaField(
        _l("Raison"),
        [DataRequired(_l("Dites pourquoi : la raison est envoyée à la personne.")), _limited(LONGEST_MESSAGE)],
        description=_l("Elle est envoyée telle quelle par courriel."),
    )


def visibility_choices() -> list[SelectChoice]:
    """Return who may read a space, in words that say who and how many."""
    everybody = count_of_members()
    readers = ngettext(
        "Tous les membres du réseau (%(num)s personne), et les invités que l'espace accueille",
        "Tous les membres du réseau (%(num)s personnes), et les invités que l'espace accueille",
        everybody,
    )
    return [
        SelectChoice(Visibility.OPEN.value, readers),
        SelectChoice(
            Visibility.REQUEST.value,
            _l("Ses participants seulement ; les autres membres du réseau voient son nom et son résumé, rien de plus"),
        ),
        SelectChoice(
            Visibility.PRIVATE.value,
            _l("Ses participants seulement ; personne d'autre ne sait qu'il existe. On y entre sur invitation"),
        ),
    ]


def filled_from(space: Space) -> dict[str, Any]:
    """Return the fields of the form as a space stands."""
    shown = [one for one in SECTIONS if space.shows(one)]
    return {
        **fields_of(space, *FIELDS, *SWITCHES),
        "sections": shown,
        "seen_version": str(space.edit_version),
    }
