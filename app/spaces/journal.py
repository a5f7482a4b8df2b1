"""What spaces write in the journal."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select, true

from app.core.audit import describe
from app.core.i18n import format_size
from app.core.i18n import lazy_gettext as _l
from app.core.journal import aloud, names, tell
from app.core.journal_words import choice, moment
from app.extensions import db
from app.spaces.models import Space
from app.spaces.permissions import can_see_space

describe(
    {
        "space.created": _l("Espace créé"),
        "space.export_asked": _l("Archive d'un espace demandée"),
        "space.archive_fetched": _l("Archive d'un espace prise"),
        "space.import_started": _l("Reprise d'une archive lancée"),
        "space.exported": _l("Espace emporté dans une archive"),
        "space.imported": _l("Espace repris d'une archive"),
        "space.edited": _l("Réglages d'un espace modifiés"),
        "space.image_changed": _l("Image d'un espace changée"),
        "space.quota_changed": _l("Place des fichiers d'un espace changée"),
        "space.archived": _l("Espace archivé"),
        "space.reopened": _l("Espace rouvert"),
        "space.deleted": _l("Espace supprimé"),
        "space.restored": _l("Espace rétabli"),
        "space.member_added": _l("Participation ajoutée ou modifiée"),
        "space.member_removed": _l("Participation retirée"),
        "space.left": _l("Départ d'un espace"),
        "space.entered": _l("Entrée d'un administrateur dans un espace"),
        "space.entry_ended": _l("Sortie d'un administrateur d'un espace"),
        "space.access_requested": _l("Demande d'accès à un espace"),
        "people.import_started": _l("Import de personnes commencé"),
        "people.import_done": _l("Import de personnes terminé"),
        "people.import_cancelled": _l("Import de personnes arrêté"),
        "user.became_guest": _l("Membre devenu invité"),
        "space.request_accepted": _l("Demande d'entrée dans un espace acceptée"),
        "space.request_refused": _l("Demande d'entrée dans un espace refusée"),
        "space.answer_taken_back": _l("Décision sur une demande d'entrée annulée"),
        "space.role_changed": _l("Rôle changé dans un espace"),
    }
)


@names("space")
def named_spaces(ids: Collection[int], reader: Any) -> dict[int, str]:
    """Name spaces: all of them to the host and to administrators, to others those they may know of."""
    known = true() if reader is None or reader.is_admin else can_see_space.where(reader)
    rows = db.session.execute(select(Space.id, Space.name).where(Space.id.in_(ids), known))
    return {row.id: row.name for row in rows}


VISIBILITIES = {"open": _l("ouvert"), "request": _l("sur demande"), "private": _l("privé")}
POLICIES = {"free": _l("libre"), "request": _l("sur demande"), "invitation": _l("sur invitation")}

aloud("space.entered")
tell(
    {
        "role": choice(_l("rôle"), {"member": _l("membre"), "facilitator": _l("animateur")}),
        "visibility": choice(_l("visibilité"), VISIBILITIES),
        "join_policy": choice(_l("entrée"), POLICIES),
        "closed_keywords": choice(
            _l("mots-clés de la liste commune seulement"), {"True": _l("oui"), "False": _l("non")}
        ),
        "reviews_resources": choice(_l("relecture avant publication"), {"True": _l("oui"), "False": _l("non")}),
        "audience": choice(_l("qui peut lire"), {"space": _l("l'espace"), "network": _l("le réseau")}),
        "size": lambda value: format_size(int(value)),
        "expires_at": moment(_l("jusqu'au")),
        "until": moment(_l("jusqu'au")),
    }
)
