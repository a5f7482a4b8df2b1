"""What may be said of a word or a term, and in which words we answer back."""

from __future__ import annotations

from wtforms import FileField, HiddenField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from app.core.forms import BeffroiForm
from app.core.i18n import lazy_gettext as _l
from app.library.models import Tag
from app.library.tags import LONGEST_TAG, split_tags, tag_slug, terms_called
from app.library.thesaurus.book import Book
from app.library.thesaurus.deciding import LONGEST_REASON
from app.library.thesaurus.models import NAMES, Act
from app.library.thesaurus.saying import LISTS, LONGEST_NOTE, TermSaid

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


class TermForm(BeffroiForm):
    """What is said of a term."""

    fr = StringField(_l("Libellé français"), [InputRequired(_l("Donnez un libellé français.")), limited(LONGEST_TAG)])
    en = StringField(_l("Libellé anglais"), [limited(LONGEST_TAG)])
    alt_fr = StringField(
        _l("Synonymes en français"), [limited(LONGEST_NAMES)], description=_l("Séparés par des virgules.")
    )
    alt_en = StringField(_l("Synonymes en anglais"), [limited(LONGEST_NAMES)])
    hidden_fr = StringField(
        _l("Autres graphies en français"),
        [limited(LONGEST_NAMES)],
        description=_l("Comprises quand on les tape, jamais montrées : fautes courantes, anciens noms."),
    )
    hidden_en = StringField(_l("Autres graphies en anglais"), [limited(LONGEST_NAMES)])
    broader = StringField(
        _l("Termes plus larges"),
        [limited(400)],
        description=_l("Séparés par des virgules. Laissez vide pour un thème."),
    )
    related = StringField(_l("Voir aussi"), [limited(800)])
    note_fr = TextAreaField(_l("Note en français"), [limited(LONGEST_NOTE)], description=_l("Ce que le terme couvre."))
    note_en = TextAreaField(_l("Note en anglais"), [limited(LONGEST_NOTE)])
    seen_version = HiddenField()

    def said(self) -> TermSaid:
        """Return what was typed."""
        texts = {name: self[name].data or "" for name in ("fr", "en", "note_fr", "note_en")}
        return TermSaid.of(**texts, **{name: _names(self[name].data or "") for name in LISTS})


def _names(text: str) -> list[str]:
    return [piece.strip() for piece in text.replace(";", ",").split(",") if piece.strip()]


def filled_from(tag: Tag, said: TermSaid, book: Book) -> dict[str, str]:
    """Return the fields of the form as a term stands, its neighbours named in the reader's language."""
    texts = {name: getattr(said, name) for name in ("fr", "en", "note_fr", "note_en")}
    lists = {name: ", ".join(getattr(said, name)) for name in NAMES}
    near = {"broader": book.broader.get(tag.id, ()), "related": book.related.get(tag.id, ())}
    named = {name: ", ".join(_typed(one) for one in book.in_order(ids)) for name, ids in near.items()}
    return {**texts, **lists, **named, "seen_version": str(tag.edit_version)}


def _typed(tag: Tag) -> str:
    """Return a term as it may be typed: its name, unless a comma in it would make two of it."""
    return tag.label if "," in tag.name else tag.name


class TermsFileForm(BeffroiForm):
    """A file of terms."""

    file = FileField(
        _l("Fichier de termes"),
        description=_l("SKOS en Turtle (.ttl) ou en RDF/XML (.rdf), ou tableau (.csv) : 1 Mo au plus."),
    )
