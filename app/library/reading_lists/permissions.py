"""Who may read, make and change reading lists, and pin resources."""

from __future__ import annotations

from app.core.i18n import lazy_gettext as _l
from app.core.rules import Rule
from app.library.permissions import can_add_resource
from app.library.reading_lists.models import ReadingList
from app.spaces.permissions import can_moderate_space, can_read, can_write_in_space, in_space, is_active

wrote_list = Rule(
    "wrote_list",
    _l("la personne a commencé le dossier"),
    lambda person, reading: reading.author_id == person.id,
    lambda person: ReadingList.author_id == person.id,
    otherwise=_l("la personne n'a pas commencé le dossier"),
)

can_make_list = can_add_resource
can_read_list = can_read(ReadingList)
keeps_list = (
    (wrote_list & in_space(ReadingList, can_write_in_space)) | in_space(ReadingList, can_moderate_space)
) & in_space(ReadingList, is_active)
can_edit_list = (can_read_list & keeps_list).called(
    _l("la personne tient le dossier de lecture"), _l("Modifier un dossier de lecture")
)
can_pin = (can_moderate_space & is_active).called(
    _l("la personne épingle dans l'espace"), _l("Épingler une ressource dans un espace")
)
