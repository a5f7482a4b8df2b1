"""The registry of the kinds of resource: one entry says everything the site needs to know of a kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.core.i18n import lazy_gettext as _l
from app.core.i18n import ngettext
from app.library.kinds import practice
from app.library.kinds.fields import Field, Kind
from app.library.kinds.moments import Day, Year
from app.library.kinds.values import Address, Choice, Doi, LongText, Names, Text, YesNo, counted_names

RIGHTS = (
    ("link", _l("Lien seulement")),
    ("quoted", _l("Courtes citations")),
    ("granted", _l("Reproduction autorisée par le journal")),
    ("free", _l("Licence libre")),
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
            ("pratique", "pratiques"),
            *practice.FIELDS,
            sections=practice.SECTIONS,
            without=("source", "dated_on"),
            compares_places=True,
            share_title=_l("Partager une pratique locale"),
            share_lead=_l(
                "Dites simplement ce que vous avez fait, pour qui, et ce que cela a donné. "
                "Tout reste modifiable après publication."
            ),
        ),
        _kind(
            "report",
            (_l("Rapport"), _l("Rapports"), lambda n: ngettext("%(num)s rapport", "%(num)s rapports", n)),
            _l("Diagnostic, évaluation, rapport d'activité ou d'enquête."),
            ("rapport", "rapports"),
            Field("period", _l("Période couverte"), help=_l("Par exemple : 2018 à 2020.")),
            Field("sponsor", _l("Commandé par"), help=_l("Quand ce n'est pas l'auteur.")),
        ),
        _kind(
            "press",
            (
                _l("Article de presse"),
                _l("Presse"),
                lambda n: ngettext("%(num)s article de presse", "%(num)s articles de presse", n),
            ),
            _l("Article ou dossier paru dans un journal, une revue, à la radio."),
            ("presse", "article", "articles"),
            Field(
                "outlet",
                _l("Journal ou média"),
                help=_l("Le nom du journal, de la revue ou de la radio."),
                required=_l("Indiquez le journal où l'article a paru."),
                facet=True,
                row=_itself,
                columns=("journal", "newspaper", "publication", "source"),
            ),
            Field(
                "authors",
                _l("Auteurs"),
                Names(),
                _l("Séparés par des virgules."),
                columns=("author",),
                proposed="author",
            ),
            Field(
                "address",
                _l("Adresse de l'article"),
                Address(),
                _l("Celle de la page du journal."),
                columns=("url", "link"),
            ),
            Field("rights", _l("Droits"), Choice(options=RIGHTS), _l("Ce que le journal permet."), facet=True),
            without=("source",),
            called={"dated_on": _l("Date de parution")},
        ),
        _kind(
            "research",
            (
                _l("Recherche universitaire"),
                _l("Recherche"),
                lambda n: ngettext("%(num)s recherche universitaire", "%(num)s recherches universitaires", n),
            ),
            _l("Article scientifique, thèse, étude d'une université."),
            ("recherche", "recherches"),
            Field(
                "authors",
                _l("Auteurs"),
                Names(),
                _l("Séparés par des virgules, ou par des points-virgules : Roy, Jean ; Diaz, Ana."),
                required=_l("Indiquez au moins un auteur."),
                columns=("author",),
                proposed="author",
                row=counted_names,
            ),
            Field(
                "journal",
                _l("Revue ou éditeur"),
                help=_l("La revue, l'université ou la maison d'édition."),
                columns=("publisher", "source"),
                facet=True,
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
            ),
            Field("doi", _l("DOI"), Doi(), _l("L'identifiant de la publication, qui commence par 10.")),
            Field(
                "method",
                _l("Méthode"),
                LongText(rows=2),
                _l("Le terrain, le nombre d'entretiens, la période."),
                main=True,
            ),
            Field("peer_reviewed", _l("Relue par des pairs"), YesNo(), facet=True),
            without=("source", "dated_on"),
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
            Field("assembly", _l("Instance"), help=_l("Qui se réunissait : un groupe, un conseil, un comité.")),
            Field("venue", _l("Lieu")),
            called={"dated_on": _l("Date de la réunion")},
        ),
        _kind(
            "note",
            (
                _l("Note de synthèse"),
                _l("Notes de synthèse"),
                lambda n: ngettext("%(num)s note de synthèse", "%(num)s notes de synthèse", n),
            ),
            _l("L'essentiel d'un sujet ou d'une réunion en quelques pages."),
            ("synthese", "notes"),
            Field("about", _l("Réunion ou sujet"), help=_l("Ce dont la note fait la synthèse.")),
        ),
        _kind(
            "position",
            (
                _l("Prise de position"),
                _l("Positions"),
                lambda n: ngettext("%(num)s prise de position", "%(num)s prises de position", n),
            ),
            _l("Ce que le réseau ou une ville demande et défend."),
            ("positions",),
            Field(
                "adopted_by",
                _l("Adoptée par"),
                help=_l("L'instance ou la collectivité qui l'a votée."),
                required=_l("Indiquez qui a adopté cette position."),
                facet=True,
                row=_itself,
                columns=("author",),
            ),
            Field("addressed_to", _l("Adressée à"), help=_l("Le ministère, l'assemblée, l'institution visée.")),
            without=("source",),
            called={"dated_on": _l("Adoptée le")},
        ),
        _kind(
            "legal",
            (
                _l("Texte juridique"),
                _l("Textes juridiques"),
                lambda n: ngettext("%(num)s texte juridique", "%(num)s textes juridiques", n),
            ),
            _l("Loi, décret, arrêté, circulaire, jurisprudence."),
            ("juridique", "loi"),
            Field(
                "reference",
                _l("Référence"),
                help=_l("Le numéro et la date du texte, par exemple : loi n° 2007-297 du 5 mars 2007."),
                required=_l("Indiquez la référence du texte."),
                row=_itself,
            ),
            Field("in_force", _l("Application"), Choice(options=IN_FORCE), facet=True),
            Field("in_force_on", _l("En vigueur depuis le"), Day()),
            Field("address", _l("Adresse du texte"), Address(), columns=("url", "link")),
            called={"dated_on": _l("Date du texte")},
        ),
        _kind(
            "guide",
            (_l("Guide"), _l("Guides"), lambda n: ngettext("%(num)s guide", "%(num)s guides", n)),
            _l("Guide, méthode, publication à garder sous la main."),
            ("guides",),
            Field("publisher", _l("Maison d'édition"), help=_l("Qui publie le guide."), facet=True),
            Field("readers", _l("Destinataires"), help=_l("À qui il s'adresse.")),
            Field("address", _l("Adresse du guide"), Address(), _l("La page où le trouver."), columns=("url", "link")),
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
