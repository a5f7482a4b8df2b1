"""What accounts write in the journal."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from app.accounts.entering import LINK, PASSWORD, SSO
from app.accounts.models import AccessRequest, Organisation, User
from app.core.audit import describe
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.journal import names, tell
from app.core.journal_words import choice, flag, listed
from app.extensions import db

describe(
    {
        "user.code_refused": _l("Code de connexion refusé"),
        "user.confirmation_refused": _l("Identité non confirmée"),
        "user.confirmed": _l("Identité confirmée"),
        "charter.published": _l("Charte publiée"),
        "charter.accepted": _l("Charte acceptée"),
        "user.copy_asked": _l("Copie des données demandée"),
        "user.copy_made": _l("Copie des données prête"),
        "user.erased": _l("Compte effacé"),
        "user.erased_again": _l("Compte effacé de nouveau après une restauration"),
        "user.administrator_named": _l("Administration confiée"),
        "user.administrator_removed": _l("Administration retirée"),
        "user.changed": _l("Compte modifié"),
        "access.accepted": _l("Demande d'accès acceptée"),
        "access.refused": _l("Demande d'accès refusée"),
        "access.requested": _l("Demande d'accès confirmée"),
        "access.taken_back": _l("Décision sur une demande d'accès annulée"),
        "organisation.changed": _l("Collectivité modifiée"),
        "organisation.created": _l("Collectivité créée"),
        "organisation.deleted": _l("Collectivité supprimée"),
        "organisation.imported": _l("Liste de collectivités importée"),
        "organisation.merged": _l("Collectivités fusionnées"),
        "organisation.referent_named": _l("Référent désigné"),
        "organisation.referent_removed": _l("Référent retiré"),
        "user.created": _l("Compte créé"),
        "user.disabled": _l("Compte fermé"),
        "user.email_change_asked": _l("Changement d'adresse demandé"),
        "user.email_changed": _l("Adresse de courriel changée"),
        "user.factor_disabled": _l("Connexion en deux étapes arrêtée"),
        "user.factor_enabled": _l("Connexion en deux étapes activée"),
        "user.factor_reset": _l("Connexion en deux étapes remise à zéro"),
        "user.identity_linked": _l("Service de connexion relié au compte"),
        "user.identity_unlinked": _l("Service de connexion détaché du compte"),
        "user.password_changed": _l("Mot de passe changé"),
        "user.password_reset": _l("Mot de passe remplacé par un lien reçu"),
        "user.password_link_sent": _l("Lien pour choisir un mot de passe envoyé"),
        "user.reopened": _l("Compte ouvert de nouveau"),
        "user.sessions_ended": _l("Sessions d'une personne fermées"),
        "user.recovery_code_used": _l("Code de secours utilisé"),
        "user.recovery_codes_renewed": _l("Codes de secours remplacés"),
        "user.session_ended": _l("Session arrêtée à distance"),
        "user.sign_in_refused": _l("Connexion refusée"),
        "user.signed_in": _l("Connexion"),
        "user.signed_out": _l("Déconnexion"),
        "user.waits_lifted": _l("Attente après des mots de passe erronés levée"),
    }
)


@names("user")
def named_people(ids: Collection[int], _reader: Any) -> dict[int, str]:
    """Name people; an erased account keeps its line and no name."""
    rows = db.session.execute(select(User.id, User.name, User.erased_at).where(User.id.in_(ids)))
    return {row.id: _("Ancien membre") if row.erased_at else row.name for row in rows}


@names("access_request")
def named_requests(ids: Collection[int], _reader: Any) -> dict[int, str]:
    """Name the strangers who ask for an access, as long as their request is kept: those who decide read it."""
    asked = select(AccessRequest.id, AccessRequest.name, AccessRequest.email)
    rows = db.session.execute(asked.where(AccessRequest.id.in_(ids)))
    return {row.id: f"{row.name}, {row.email}" for row in rows}


@names("organisation")
def named_organisations(ids: Collection[int], _reader: Any) -> dict[int, str]:
    """Name organisations."""
    rows = db.session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids)))
    return {row.id: row.name for row in rows}


tell(
    {
        "kind": choice(_l("compte"), {"member": _l("membre"), "guest": _l("invité")}),
        "is_admin": flag(_l("administre le site")),
        "language": choice(_l("langue")),
        "organisation": choice(_l("collectivité")),
        "referent": choice(_l("référence de sa collectivité"), {"True": _l("oui"), "False": _l("non")}),
        "listed": choice(_l("dans l'annuaire"), {"True": _l("oui"), "False": _l("non")}),
        "way": choice(
            _l("moyen"),
            {PASSWORD: _l("mot de passe"), LINK: _l("lien reçu par courriel"), SSO: _l("autre service de connexion")},
        ),
        "withdraw": flag(_l("ses contributions sans réponse sont retirées")),
        "fields": listed(
            _l("changé"),
            {
                "name": _l("nom"),
                "short_name": _l("nom court"),
                "summary": _l("résumé"),
                "purpose": _l("objet"),
                "partner": _l("partenaire"),
                "welcome": _l("mot d'accueil"),
                "function": _l("fonction"),
                "language": _l("langue"),
                "organisation": _l("collectivité"),
                "about": _l("présentation"),
                "phone": _l("téléphone"),
                "mandate": _l("mandat"),
                "spoken_languages": _l("langues parlées"),
                "expertise": _l("sujets connus"),
            },
        ),
    }
)
