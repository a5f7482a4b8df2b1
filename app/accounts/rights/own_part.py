"""What accounts themselves hold of a person."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_, select

from app.accounts.models import IdentityLink, Mandate, User
from app.accounts.words import MANDATES
from app.core.audit import ACTIONS, AuditEntry
from app.core.drafts import Draft
from app.core.i18n import gettext as _
from app.core.i18n import language_name
from app.core.sessions import UserSession
from app.core.slots import fill
from app.core.takeaway import ExportedFile, ExportPart
from app.extensions import db


@fill("person.export", order=10)
def account_parts(user: User) -> list[ExportPart]:
    """Return the profile, the sessions, the identities elsewhere, the drafts and the lines of the journal."""
    return [
        ExportPart("profile", _("Mon profil"), [_profile(user)], _photo(user)),
        ExportPart("sessions", _("Mes sessions"), [_session(one) for one in _sessions(user)]),
        ExportPart("identities", _("Mes identités ailleurs"), [_identity(one) for one in _identities(user)]),
        ExportPart("drafts", _("Mes brouillons"), [_draft(one) for one in _rows(Draft, Draft.person_id, user)]),
        ExportPart("journal", _("Le journal me concernant"), [_line(one) for one in _journal(user)]),
    ]


def _rows(model: Any, owner: ColumnElement[Any] | Any, user: User) -> list[Any]:
    return list(db.session.scalars(select(model).where(owner == user.id).order_by(model.id)))


def _sessions(user: User) -> list[UserSession]:
    return _rows(UserSession, UserSession.user_id, user)


def _identities(user: User) -> list[IdentityLink]:
    return _rows(IdentityLink, IdentityLink.user_id, user)


def _journal(user: User) -> list[AuditEntry]:
    about = (AuditEntry.subject_type == User.__tablename__) & (AuditEntry.subject_id == user.id)
    query = select(AuditEntry).where(or_(AuditEntry.person_id == user.id, about))
    return list(db.session.scalars(query.order_by(AuditEntry.id)))


def _profile(user: User) -> dict[str, Any]:
    return {
        _("Nom"): user.name,
        _("Adresse de courriel"): user.email,
        _("Fonction"): user.function,
        _("Collectivité"): user.organisation.name if user.organisation else "",
        _("Mandat"): str(MANDATES[Mandate(user.mandate)]) if user.mandate in set(Mandate) else "",
        _("Début du mandat"): user.mandate_start.isoformat() if user.mandate_start else "",
        _("Fin du mandat"): user.mandate_end.isoformat() if user.mandate_end else "",
        _("Langues parlées"): [language_name(one) for one in user.spoken_languages],
        _("Expertise"): [one.label for one in user.expertise],
        _("À propos de moi"): user.about,
        _("Téléphone"): user.phone,
        _("Dans l'annuaire"): user.in_directory,
        _("Langue des pages"): language_name(user.language),
        _("Fuseau horaire"): user.timezone or "",
        _("Compte créé le"): user.created_at.isoformat(),
        _("Dernière visite"): user.last_seen_at.isoformat() if user.last_seen_at else "",
        _("Charte acceptée le"): user.charter_accepted_at.isoformat() if user.charter_accepted_at else "",
        _("Connexion en deux étapes"): user.totp_confirmed_at is not None,
    }


def _photo(user: User) -> list[ExportedFile]:
    return [ExportedFile("photo.webp", user.photo_sha256)] if user.photo_sha256 else []


def _session(one: UserSession) -> dict[str, Any]:
    return {
        _("Ouverte le"): one.created_at.isoformat(),
        _("Dernière activité"): one.seen_at.isoformat(),
        _("Appareil"): one.agent,
        _("Réseau"): one.network,
    }


def _identity(one: IdentityLink) -> dict[str, Any]:
    return {_("Fournisseur"): one.issuer, _("Identifiant"): one.subject, _("Reliée le"): one.created_at.isoformat()}


def _draft(one: Draft) -> dict[str, Any]:
    return {_("Page"): one.key, _("Date"): one.updated_at.isoformat(), _("Texte"): one.data}


def _line(one: AuditEntry) -> dict[str, Any]:
    return {_("Date"): one.at.isoformat(), _("Action"): str(ACTIONS.get(one.action, one.action))}
