"""What may be said of a word or a term, and in which words we answer back."""

from __future__ import annotations

from wtforms import RadioField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from app.core.forms import BeffroiForm
from app.core.i18n import lazy_gettext as _l
from app.library.models import Tag
from app.library.tags import LONGEST_TAG, split_tags, tag_slug, terms_called
from app.library.thesaurus.deciding import LONGEST_REASON
from app.library.thesaurus.models import Act
from app.library.thesaurus.saying import TermSaid

LONGEST_NAMES = 1800


def limited(most: int) -> Length:
    """Return the check of a text's length."""
    return Length(max=most, message=_l("Ce texte est trop long : %(max)d caractères au plus."))


class WordForm(BeffroiForm):
    """What is decided of a word of a space."""

    act = RadioField(
        _l("Que faire de ce mot-clé ?"),
        choices=[
            SelectChoice(
                Act.ADOPT.value, _l("L'adopter : il devient un terme de la liste commune, vu de tout le réseau")
            ),
            SelectChoice(
                Act.SYNONYM.value, _l("En faire un synonyme : qui le tapera, où que ce soit, trouvera le terme choisi")
            ),
            SelectChoice(Act.MERGE.value, _l("Le réunir à un terme, dans cet espace seulement")),
            SelectChoice(
                Act.REFUSE.value, _l("L'écarter : il est retiré des ressources, et l'espace ne le prend plus")
            ),
        ],
        default=Act.ADOPT.value,
    )
    fr = StringField(_l("Libellé français"), [limited(LONGEST_TAG)])
    en = StringField(_l("Libellé anglais"), [limited(LONGEST_TAG)])
    broader = StringField(_l("Termes plus larges"), [limited(400)], description=_l("Séparés par des virgules."))
    target = StringField(
        _l("Terme de la liste commune"), [limited(LONGEST_TAG)], description=_l("Tapez les premières lettres.")
    )
    lang = RadioField(
        _l("Langue du synonyme"),
        choices=[SelectChoice("fr", _l("Français")), SelectChoice("en", _l("Anglais"))],
        default="fr",
    )
    reason = TextAreaField(
        _l("Raison"),
        [limited(LONGEST_REASON)],
        description=_l("Montrée aux personnes qui l'avaient utilisé, et à qui le taperait de nouveau ici."),
    )
    term: Tag | None = None

    def validate_fr(self, field: StringField) -> None:
        """Ask for a label where a term is made."""
        if self.act.data == Act.ADOPT and not (field.data or "").strip():
            raise ValidationError(_l("Donnez un libellé français."))

    def validate_target(self, field: StringField) -> None:
        """Find the term meant, where one is needed."""
        if self.act.data in {Act.SYNONYM, Act.MERGE}:
            slug = tag_slug(field.data or "")
            self.term = terms_called([slug]).get(slug) if (field.data or "").strip() else None
            if self.term is None:
                raise ValidationError(_l("Choisissez un terme de la liste commune."))

    def said(self) -> TermSaid:
        """Return the term to make."""
        return TermSaid.of(fr=self.fr.data, en=self.en.data, broader=split_tags(self.broader.data or ""))
