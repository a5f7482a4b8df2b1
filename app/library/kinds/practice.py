"""The fields of a local practice: what makes the practices of cities comparable."""

from __future__ import annotations

from typing import Any

from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.library.kinds.codes import Codes
from app.library.kinds.fields import ESSENTIALS, Field, Section
from app.library.kinds.moments import Moment
from app.library.kinds.values import Choice, Choices, LongText, Names, Text

MEANS, RESULTS = "means", "results"
SECTIONS = (
    Section(ESSENTIALS, _l("L'essentiel"), heading=_l("La pratique")),
    Section(MEANS, _l("Mise en œuvre"), _l("Ce qu'il faut savoir pour faire de même. Rien n'est obligatoire ici.")),
    Section(RESULTS, _l("Résultats et conseils"), _l("Ce que vous diriez à une ville qui vous appelle.")),
)

TARGET_GROUPS = (
    ("children", _l("Enfants (moins de 12 ans)")),
    ("teenagers", _l("Adolescents (12 à 17 ans)")),
    ("young_adults", _l("Jeunes adultes (18 à 25 ans)")),
    ("families", _l("Parents et familles")),
    ("women", _l("Femmes")),
    ("residents", _l("Habitants d'un quartier")),
    ("users", _l("Personnes qui consomment")),
    ("victims", _l("Victimes")),
    ("offenders", _l("Auteurs d'infractions")),
    ("traders", _l("Commerçants et exploitants")),
    ("professionals", _l("Agents et professionnels")),
    ("everybody", _l("Tout public")),
)
COSTS = (
    ("none", _l("Sans coût propre")),
    ("under_10000", _l("Moins de 10 000 €")),
    ("10000_50000", _l("De 10 000 à 50 000 €")),
    ("50000_200000", _l("De 50 000 à 200 000 €")),
    ("over_200000", _l("Plus de 200 000 €")),
)
EVALUATIONS = (
    ("independent", _l("Évaluation indépendante")),
    ("joint", _l("Évaluation avec les partenaires")),
    ("own", _l("Nos propres chiffres")),
    ("none", _l("Pas encore évaluée")),
)


def _since(value: Any) -> str:
    return _("depuis %(year)s", year=str(value)[:4])


def _evaluated(value: Any) -> str:
    """Say in a line how results are known, when somebody else looked at them."""
    return {"independent": _("évaluation indépendante"), "joint": _("évaluation jointe")}.get(str(value), "")


FIELDS = (
    Field(
        "place",
        _l("Collectivité"),
        help=_l("Reprise de votre profil."),
        required=_l("Indiquez la collectivité qui mène cette action."),
        from_profile=lambda person: person.organisation.name if person.organisation else "",
        codes=Codes("AU A1", "author", "author"),
        names_it=True,
        columns=("city", "ville", "commune"),
    ),
    Field(
        "start",
        _l("Début"),
        Moment(),
        _l("Le mois et l'année, par exemple septembre 2020."),
        row=_since,
        facet=True,
        dates=True,
        codes=Codes("DA PY Y1", "issued", "date year"),
    ),
    Field("end", _l("Fin"), Moment(), _l("Laissez vide si l'action continue.")),
    Field(
        "need",
        _l("Le besoin de départ"),
        LongText(),
        _l("Que se passait-il ? Deux ou trois phrases suffisent."),
        required=_l("Dites en une phrase au moins ce qui se passait."),
        main=True,
    ),
    Field(
        "objectives",
        _l("Les objectifs"),
        LongText(rows=3),
        _l("Ce que vous vouliez changer, pour qui, dans quel délai."),
        main=True,
    ),
    Field("target_groups", _l("Publics"), Choices(options=TARGET_GROUPS), _l("Tous ceux qui conviennent."), facet=True),
    Field(
        "target_detail",
        _l("Précision sur le public"),
        heading=_l("Plus précisément"),
        help=_l("Par exemple : 11 à 15 ans de trois collèges."),
    ),
    Field(
        "actions",
        _l("Ce que vous avez fait"),
        LongText(rows=6),
        _l("Qui fait quoi, où, à quel rythme ? Une ligne qui commence par un tiret devient une liste."),
        required=_l("Décrivez l'action en une phrase au moins."),
        main=True,
        heading=_l("L'action"),
        abstract=True,
    ),
    Field("partners", _l("Partenaires"), Names(), _l("Séparés par des virgules."), section=MEANS),
    Field(
        "legal_basis",
        _l("Cadre juridique"),
        help=_l("Convention, arrêté, délibération, stratégie locale… sur quoi l'action s'appuie."),
        section=MEANS,
    ),
    Field(
        "cost_band",
        _l("Coût annuel"),
        Choice(options=COSTS),
        _l("Toutes dépenses comprises, même approximatif."),
        section=MEANS,
        facet=True,
    ),
    Field("funding", _l("Financement"), help=_l("Qui paie, et pour quelle part."), section=MEANS),
    Field("staff", _l("Moyens humains"), help=_l("Par exemple : 0,6 équivalent temps plein."), section=MEANS),
    Field(
        "results",
        _l("Ce que cela a donné"),
        LongText(),
        _l("Un chiffre, un effet constaté, une limite."),
        section=RESULTS,
        main=True,
    ),
    Field(
        "evaluation",
        _l("Comment vous le savez"),
        Choice(options=EVALUATIONS),
        heading=_l("Évaluation"),
        section=RESULTS,
        facet=True,
        row=_evaluated,
    ),
    Field(
        "difficulties",
        _l("Les difficultés"),
        LongText(rows=3),
        _l("Ce qui a résisté, ce que vous feriez autrement."),
        section=RESULTS,
        main=True,
    ),
    Field(
        "advice",
        _l("Un conseil à une autre ville"),
        LongText(rows=3),
        _l("La première chose que vous lui diriez."),
        section=RESULTS,
        main=True,
    ),
    Field(
        "contact",
        _l("Contact"),
        Text(),
        _l("La personne ou le service à appeler. Repris de votre profil."),
        section=RESULTS,
        from_profile=lambda person: person.name,
    ),
)
