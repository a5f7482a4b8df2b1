"""What accounts write in the journal."""

from __future__ import annotations

from app.core.audit import describe
from app.core.i18n import lazy_gettext as _l

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
        "user.created": _l("Compte créé"),
        "user.disabled": _l("Compte fermé"),
        "user.email_change_asked": _l("Changement d'adresse demandé"),
        "user.email_changed": _l("Adresse de courriel changée"),
        "user.factor_disabled": _l("Connexion en deux étapes arrêtée"),
        "user.factor_enabled": _l("Connexion en deux étapes activée"),
        "user.factor_reset": _l("Connexion en deux étapes remise à zéro par l'hébergeur"),
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
