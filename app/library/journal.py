"""What the library writes in the journal."""

from __future__ import annotations

from sqlalchemy import select

from app.core.audit import describe
from app.core.i18n import lazy_gettext as _l
from app.core.i18n import ngettext
from app.core.journal import belongs, names, tell
from app.library.exchange import FORMATS
from app.library.models import Resource
from app.library.permissions import can_read_resource
from app.library.reading_lists import journal as lists_journal
from app.spaces.journal_names import names_content

__all__ = ["lists_journal"]

describe(
    {
        "resource.shared": _l("Ressource partagée"),
        "resource.prepared": _l("Brouillon partagé avec les collègues"),
        "resource.proposed": _l("Ressource proposée à la publication"),
        "resource.proposal_taken_back": _l("Proposition reprise par qui l'avait faite"),
        "resource.sent_back": _l("Ressource proposée renvoyée à compléter"),
        "resource.verified": _l("Ressource dite toujours valable"),
        "resource.review_set": _l("Date de révision d'une ressource choisie"),
        "resource.purged": _l("Ressource effacée de la corbeille"),
        "resource.archived": _l("Ressource archivée"),
        "resource.brought_back": _l("Ressource archivée remise en circulation"),
        "resource.edited": _l("Ressource modifiée"),
        "resource.adopted": _l("Une ville dit ce qu'elle fait d'une pratique"),
        "resource.adoption_taken_back": _l("Une ville retire ce qu'elle disait d'une pratique"),
        "resource.file_added": _l("Fichier ajouté à une ressource"),
        "resource.file_replaced": _l("Fichier remplacé par une nouvelle version"),
        "resource.file_removed": _l("Fichier retiré"),
        "resource.file_version_erased": _l("Version d'un fichier effacée"),
        "resource.file_quarantined": _l("Fichier mis en quarantaine par l'antivirus"),
        "resource.file_put_back": _l("Fichier retiré puis remis"),
        "resource.files_ordered": _l("Fichiers d'une ressource rangés dans un autre ordre"),
        "resource.packed": _l("Ressource emportée avec ses fichiers"),
        "resource.shelved": _l("Ressource ajoutée à la bibliothèque d'un autre espace"),
        "resource.unshelved": _l("Ressource retirée de la bibliothèque d'un autre espace"),
        "resource.moved": _l("Ressource déplacée dans un autre espace"),
        "resource.removed": _l("Ressource mise à la corbeille"),
        "resource.exported": _l("Référence exportée"),
        "library.page_asked": _l("Page d'un autre site demandée"),
        "library.import_started": _l("Import de références lancé"),
        "library.import_done": _l("Import de références terminé"),
        "library.import_cancelled": _l("Import de références arrêté"),
        "resource.given": _l("Fiche emportée"),
        "library.exported": _l("Liste de références exportée"),
        "resource.restored": _l("Ressource sortie de la corbeille"),
    }
)

A_RESOURCE = _l("Une ressource")
named_inside = names_content(Resource, can_read_resource, A_RESOURCE, home=False)
names("resource", inside=named_inside)(names_content(Resource, can_read_resource, A_RESOURCE))
belongs("resource")(lambda ids: select(Resource.id).where(Resource.space_id.in_(ids)))
tell({"format": lambda value: str(getattr(FORMATS.get(str(value)), "label", value))})
tell({"site": str})
tell({"files": lambda value: ngettext("%(num)s fichier", "%(num)s fichiers", int(value)) if value else ""})
