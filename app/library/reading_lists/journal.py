"""What reading lists write in the journal."""

from __future__ import annotations

from sqlalchemy import select

from app.core.audit import describe
from app.core.i18n import lazy_gettext as _l
from app.core.journal import belongs, names
from app.library.reading_lists.models import ReadingList
from app.library.reading_lists.permissions import can_read_list
from app.spaces.journal_names import names_content

describe(
    {
        "list.made": _l("Dossier de lecture commencé"),
        "list.edited": _l("Dossier de lecture modifié"),
        "list.added_to": _l("Ressource ajoutée à un dossier de lecture"),
        "list.taken_from": _l("Ressource retirée d'un dossier de lecture"),
        "list.removed": _l("Dossier de lecture supprimé"),
        "list.restored": _l("Dossier de lecture rétabli"),
        "resource.pinned": _l("Ressource épinglée"),
        "resource.unpinned": _l("Ressource qui n'est plus épinglée"),
    }
)

names("reading_list")(names_content(ReadingList, can_read_list, _l("Un dossier de lecture")))
belongs("reading_list")(lambda ids: select(ReadingList.id).where(ReadingList.space_id.in_(ids)))
