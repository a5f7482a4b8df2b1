"""The registry of the kinds of resource: one entry says everything the site needs to know of a kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.core.i18n import lazy_gettext as _l
from app.core.i18n import ngettext


@dataclass(frozen=True)
class KindField:
    """A field of one kind, beyond those common to all: its name in ``Resource.fields``, its words, its size.

    ``rows`` above 1 makes a text area; ``required`` fields must be filled before publishing.
    """

    name: str
    label: Any
    help: Any = ""
    rows: int = 1
    required: bool = False


@dataclass(frozen=True)
class Kind:
    """One kind of resource.

    ``label`` and ``plural`` are shown as they are; ``counted(n)`` gives « 3 rapports »; ``icon`` is a drawing of the
    sprite and ``token`` a colour of ``tokens.css`` (``--t-report`` and its tint); ``help`` says what belongs there.
    """

    key: str
    label: Any
    plural: Any
    counted: Callable[[int], str]
    help: Any
    icon: str
    token: str
    words: tuple[str, ...] = ()
    fields: tuple[KindField, ...] = ()


def _kind(key: str, label: Any, plural: Any, counted: Callable[[int], str], explanation: Any, *words: str) -> Kind:
    return Kind(key, label, plural, counted, explanation, icon=key, token=f"t-{key}", words=words)


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        _kind(
            "practice",
            _l("Pratique locale"),
            _l("Pratiques locales"),
            lambda n: ngettext("%(num)s pratique locale", "%(num)s pratiques locales", n),
            _l("Ce qu'une ville a fait, pour qui, et ce que cela a donné."),
            "pratique",
            "pratiques",
        ),
        _kind(
            "report",
            _l("Rapport"),
            _l("Rapports"),
            lambda n: ngettext("%(num)s rapport", "%(num)s rapports", n),
            _l("Diagnostic, évaluation, rapport d'activité ou d'enquête."),
            "rapport",
            "rapports",
        ),
        _kind(
            "press",
            _l("Article de presse"),
            _l("Presse"),
            lambda n: ngettext("%(num)s article de presse", "%(num)s articles de presse", n),
            _l("Article ou dossier paru dans un journal, une revue, à la radio."),
            "presse",
            "article",
            "articles",
        ),
        _kind(
            "research",
            _l("Recherche universitaire"),
            _l("Recherche"),
            lambda n: ngettext("%(num)s recherche universitaire", "%(num)s recherches universitaires", n),
            _l("Article scientifique, thèse, étude d'une université."),
            "recherche",
            "recherches",
        ),
        _kind(
            "minutes",
            _l("Compte rendu"),
            _l("Comptes rendus"),
            lambda n: ngettext("%(num)s compte rendu", "%(num)s comptes rendus", n),
            _l("Ce qui s'est dit dans une réunion, un conseil, une visite."),
            "compte-rendu",
            "comptes-rendus",
        ),
        _kind(
            "note",
            _l("Note de synthèse"),
            _l("Notes de synthèse"),
            lambda n: ngettext("%(num)s note de synthèse", "%(num)s notes de synthèse", n),
            _l("L'essentiel d'un sujet ou d'une réunion en quelques pages."),
            "synthese",
            "notes",
        ),
        _kind(
            "position",
            _l("Prise de position"),
            _l("Positions"),
            lambda n: ngettext("%(num)s prise de position", "%(num)s prises de position", n),
            _l("Ce que le réseau ou une ville demande et défend."),
            "positions",
        ),
        _kind(
            "legal",
            _l("Texte juridique"),
            _l("Textes juridiques"),
            lambda n: ngettext("%(num)s texte juridique", "%(num)s textes juridiques", n),
            _l("Loi, décret, arrêté, circulaire, jurisprudence."),
            "juridique",
            "loi",
        ),
        _kind(
            "guide",
            _l("Guide"),
            _l("Guides"),
            lambda n: ngettext("%(num)s guide", "%(num)s guides", n),
            _l("Guide, méthode, publication à garder sous la main."),
            "guides",
        ),
        _kind(
            "other",
            _l("Autre"),
            _l("Autres"),
            lambda n: ngettext("%(num)s autre ressource", "%(num)s autres ressources", n),
            _l("Tout ce qui peut servir aux autres villes."),
            "autre",
            "autres",
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
