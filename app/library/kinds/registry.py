"""The registry of the kinds of resource: one entry says everything the site needs to know of a kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.core.i18n import lazy_gettext as _l
from app.core.i18n import ngettext
from app.library.kinds import practice
from app.library.kinds.codes import Codes, Types
from app.library.kinds.fields import Field, Kind
from app.library.kinds.moments import Day, Year
from app.library.kinds.values import Address, Choice, Doi, LongText, Names, Text, YesNo, counted_names

RIGHTS = (
    ("link", _l("Lien seulement")),
    ("quoted", _l("Courtes citations")),
    ("granted", _l("Reproduction autorisée par le journal")),
    ("free", _l("Licence libre")),
)
AUTHORS = Codes("AU A1", "author", "author")
ADDRESS = Codes("UR L1 L2", "URL", "url")
PUBLISHER = Codes("PB", "publisher", "publisher")
#: What tables call the authors and the address, whatever their fields are called.
AUTHOR = ("author", "authors", "auteur", "auteurs")
LINK = ("url", "link", "adresse", "lien")
_ON_THE_WEB = Field(
    "address",
    _l("Adresse du document"),
    Address(),
    _l("La page où le trouver."),
    columns=LINK,
    codes=ADDRESS,
)
IN_FORCE = (("yes", _l("En vigueur")), ("soon", _l("Pas encore en vigueur")), ("no", _l("Abrogé ou remplacé")))


def _kind(
    key: str,
    names: tuple[Any, Any, Callable[[int], str]],
    explanation: Any,
    words: tuple[str, ...],
    *fields: Field,
    **more: Any,
) -> Kind:
    label, plural, counted = names
    more["without"] = frozenset(more.get("without", ()))
    return Kind(key, label, plural, counted, explanation, key, f"t-{key}", words, fields, **more)


def _itself(value: Any) -> str:
    return str(value)


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        _kind(
            "practice",
            (
                _l("Pratique locale"),
                _l("Pratiques locales"),
                lambda n: ngettext("%(num)s pratique locale", "%(num)s pratiques locales", n),
            ),
            _l("Ce qu'une ville a fait, pour qui, et ce que cela a donné."),
            (
                "pratique",
                "pratiques",
                "pratique-locale",
                "pratiques-locales",
                "practices",
                "local-practice",
                "local-practices",
            ),
            *practice.FIELDS,
            sections=practice.SECTIONS,
            without=("source", "dated_on"),
            compares_places=True,
            checked_every=12,
            share_title=_l("Partager une pratique locale"),
            share_lead=_l(
                "Dites simplement ce que vous avez fait, pour qui, et ce que cela a donné. "
                "Tout reste modifiable après publication."
            ),
            types=Types(),
        ),
        _kind(
            "report",
            (_l("Rapport"), _l("Rapports"), lambda n: ngettext("%(num)s rapport", "%(num)s rapports", n)),
            _l("Diagnostic, évaluation, rapport d'activité ou d'enquête."),
            ("rapport", "rapports", "reports"),
            Field("period", _l("Période couverte"), help=_l("Par exemple : 2018 à 2020.")),
            Field(
                "sponsor",
                _l("Commandé par"),
                help=_l("Quand ce n'est pas l'auteur."),
                codes=Codes("PB", "publisher", "institution"),
            ),
            _ON_THE_WEB,
            types=Types("RPRT", "report", "techreport", "rprt report techreport govdoc"),
        ),
        _kind(
            "press",
            (
                _l("Article de presse"),
                _l("Presse"),
                lambda n: ngettext("%(num)s article de presse", "%(num)s articles de presse", n),
            ),
            _l("Article ou dossier paru dans un journal, une revue, à la radio."),
            ("presse", "article", "articles", "article-de-presse", "press-article"),
            Field(
                "outlet",
                _l("Journal ou média"),
                help=_l("Le nom du journal, de la revue ou de la radio."),
                required=_l("Indiquez le journal où l'article a paru."),
                facet=True,
                row=_itself,
                columns=("journal", "newspaper", "publication", "source", "média", "revue"),
                codes=Codes("T2 JF JO JA", "container-title", "journal journaltitle"),
            ),
            Field(
                "authors",
                _l("Auteurs"),
                Names(),
                _l("Séparés par des virgules."),
                columns=AUTHOR,
                proposed="author",
                codes=AUTHORS,
            ),
            Field(
                "address",
                _l("Adresse de l'article"),
                Address(),
                _l("Celle de la page du journal."),
                columns=LINK,
                codes=ADDRESS,
            ),
            Field("rights", _l("Droits"), Choice(options=RIGHTS), _l("Ce que le journal permet."), facet=True),
            without=("source",),
            called={"dated_on": _l("Date de parution")},
            types=Types(
                "NEWS",
                "article-newspaper",
                "article",
                "news mgzn article-newspaper article-magazine post-weblog blog broadcast newspaper magazine "
                "newspaperarticle magazinearticle",
            ),
        ),
        _kind(
            "research",
            (
                _l("Recherche universitaire"),
                _l("Recherche"),
                lambda n: ngettext("%(num)s recherche universitaire", "%(num)s recherches universitaires", n),
            ),
            _l("Article scientifique, thèse, étude d'une université."),
            ("recherche", "recherches", "recherche-universitaire", "academic-research"),
            Field(
                "authors",
                _l("Auteurs"),
                Names(),
                _l("Séparés par des virgules, ou par des points-virgules : Roy, Jean ; Diaz, Ana."),
                required=_l("Indiquez au moins un auteur."),
                columns=AUTHOR,
                proposed="author",
                row=counted_names,
                codes=AUTHORS,
            ),
            Field(
                "journal",
                _l("Revue ou éditeur"),
                help=_l("La revue, l'université ou la maison d'édition."),
                columns=("publisher", "source", "revue", "éditeur"),
                facet=True,
                codes=Codes(
                    "T2 JF JO JA J1 J2 PB",
                    "container-title publisher",
                    "journal journaltitle booktitle publisher school institution",
                ),
            ),
            Field(
                "year",
                _l("Année"),
                Year(),
                facet=True,
                dates=True,
                columns=("date",),
                proposed="date",
                row=_itself,
                codes=Codes("DA PY Y1", "issued", "year date"),
            ),
            Field(
                "doi",
                _l("DOI"),
                Doi(),
                _l("L'identifiant de la publication, qui commence par 10."),
                codes=Codes("DO", "DOI", "doi"),
            ),
            Field("volume", _l("Volume"), Text(longest=60), codes=Codes("VL", "volume", "volume")),
            Field("issue", _l("Numéro"), Text(longest=60), codes=Codes("IS", "issue", "number issue")),
            Field(
                "pages", _l("Pages"), Text(longest=60), _l("Par exemple : 379-423."), codes=Codes("SP", "page", "pages")
            ),
            _ON_THE_WEB,
            Field(
                "method",
                _l("Méthode"),
                LongText(rows=2),
                _l("Le terrain, le nombre d'entretiens, la période."),
                main=True,
            ),
            Field("peer_reviewed", _l("Relue par des pairs"), YesNo(), facet=True),
            without=("source", "dated_on"),
            types=Types(
                "JOUR",
                "article-journal",
                "article",
                "jour ejour jfull abst thes conf cpaper chap echap book ebook edbook ser unpb inpr mansct "
                "data article-journal article chapter book thesis paper-conference review manuscript "
                "dataset conference inproceedings proceedings incollection inbook mvbook collection "
                "phdthesis mastersthesis unpublished periodical journalarticle",
            ),
        ),
        _kind(
            "minutes",
            (
                _l("Compte rendu"),
                _l("Comptes rendus"),
                lambda n: ngettext("%(num)s compte rendu", "%(num)s comptes rendus", n),
            ),
            _l("Ce qui s'est dit dans une réunion, un conseil, une visite."),
            ("compte-rendu", "comptes-rendus"),
            Field(
                "assembly",
                _l("Instance"),
                help=_l("Qui se réunissait : un groupe, un conseil, un comité."),
                codes=Codes("T2 A2", "event-title event", "organization"),
            ),
            Field("venue", _l("Lieu"), codes=Codes("CY", "event-place", "address location")),
            called={"dated_on": _l("Date de la réunion")},
            types=Types("HEAR", "hearing", "misc", "hear hearing"),
        ),
        _kind(
            "note",
            (
                _l("Note de synthèse"),
                _l("Notes de synthèse"),
                lambda n: ngettext("%(num)s note de synthèse", "%(num)s notes de synthèse", n),
            ),
            _l("L'essentiel d'un sujet ou d'une réunion en quelques pages."),
            ("synthese", "notes", "note-de-synthese", "notes-de-synthese", "synthesis-note", "synthesis-notes"),
            Field("about", _l("Réunion ou sujet"), help=_l("Ce dont la note fait la synthèse.")),
            types=Types("PAMP", "pamphlet", "booklet", "pamp pamphlet booklet"),
        ),
        _kind(
            "position",
            (
                _l("Prise de position"),
                _l("Positions"),
                lambda n: ngettext("%(num)s prise de position", "%(num)s prises de position", n),
            ),
            _l("Ce que le réseau ou une ville demande et défend."),
            ("positions", "prise-de-position", "position-paper"),
            Field(
                "adopted_by",
                _l("Adoptée par"),
                help=_l("L'instance ou la collectivité qui l'a votée."),
                required=_l("Indiquez qui a adopté cette position."),
                facet=True,
                row=_itself,
                columns=AUTHOR,
                codes=AUTHORS,
            ),
            Field(
                "addressed_to",
                _l("Adressée à"),
                help=_l("Le ministère, l'assemblée, l'institution visée."),
                codes=Codes("A2", "recipient", ""),
            ),
            without=("source",),
            called={"dated_on": _l("Adoptée le")},
            types=Types(),
        ),
        _kind(
            "legal",
            (
                _l("Texte juridique"),
                _l("Textes juridiques"),
                lambda n: ngettext("%(num)s texte juridique", "%(num)s textes juridiques", n),
            ),
            _l("Loi, décret, arrêté, circulaire, jurisprudence."),
            ("juridique", "loi", "texte-juridique", "textes-juridiques", "legal-text", "legal-texts"),
            Field(
                "reference",
                _l("Référence"),
                help=_l("Le numéro et la date du texte, par exemple : loi n° 2007-297 du 5 mars 2007."),
                required=_l("Indiquez la référence du texte."),
                row=_itself,
                codes=Codes("M1 SE IS VL", "number", "number"),
            ),
            Field("in_force", _l("Application"), Choice(options=IN_FORCE), facet=True),
            Field("in_force_on", _l("En vigueur depuis le"), Day()),
            Field("address", _l("Adresse du texte"), Address(), columns=LINK, codes=ADDRESS),
            called={"dated_on": _l("Date du texte")},
            types=Types(
                "STAT",
                "legislation",
                "misc",
                "stat bill case unbill legal legislation legal_case regulation treaty jurisdiction statute "
                "legal_legislation",
            ),
        ),
        _kind(
            "guide",
            (_l("Guide"), _l("Guides"), lambda n: ngettext("%(num)s guide", "%(num)s guides", n)),
            _l("Guide, méthode, publication à garder sous la main."),
            ("guides",),
            Field(
                "publisher",
                _l("Maison d'édition"),
                help=_l("Qui publie le guide."),
                facet=True,
                columns=("éditeur",),
                codes=PUBLISHER,
            ),
            Field("readers", _l("Destinataires"), help=_l("À qui il s'adresse.")),
            Field(
                "address",
                _l("Adresse du guide"),
                Address(),
                _l("La page où le trouver."),
                columns=LINK,
                codes=ADDRESS,
            ),
            types=Types("BOOK", "book", "manual", "manual standard stand"),
            checked_every=12,
        ),
        _kind(
            "other",
            (_l("Autre"), _l("Autres"), lambda n: ngettext("%(num)s autre ressource", "%(num)s autres ressources", n)),
            _l("Tout ce qui peut servir aux autres villes."),
            ("autre", "autres"),
            Field(
                "nature",
                _l("Nature du document"),
                Text(longest=80),
                _l("Convention, affiche, vidéo, questionnaire…"),
                row=_itself,
                codes=Codes("M3", "genre", "type"),
            ),
            _ON_THE_WEB,
            types=Types(
                reads="gen document misc online webpage electronic www elec icomm video movie vide mpct sound advs "
                "film motion_picture software comp computer_program talk slide speech map patent pat art artwork "
                "personal_communication interview entry"
            ),
        ),
    )
}
OTHER = KINDS["other"]


def kind_of(key: str) -> Kind:
    """Return a kind by its key; one that was taken out of the registry is shown as « Autre »."""
    return KINDS.get(key, OTHER)


def kind_words() -> dict[str, str]:
    """Return the words by which a kind may be typed in the search box, with the key they stand for."""
    return {word: kind.key for kind in KINDS.values() for word in (kind.key, *kind.words)}
