"""What spaces write in the journal."""

from __future__ import annotations

from app.core.audit import describe
from app.core.i18n import lazy_gettext as _l

describe(
    {
        "space.created": _l("Espace créé"),
        "space.edited": _l("Réglages d'un espace modifiés"),
        "space.image_changed": _l("Image d'un espace changée"),
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
        "space.request_refused": _l("Demande d'accès refusée"),
        "space.role_changed": _l("Rôle changé dans un espace"),
    }
)
