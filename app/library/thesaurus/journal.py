"""What the thesaurus writes in the journal, and how its terms are named there."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from app.core.audit import describe
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.i18n import ngettext
from app.core.journal import belongs, names, tell
from app.extensions import db
from app.library.models import Tag
from app.spaces.permissions import readable_space_ids

describe(
    {
        "keyword.brought_in": _l("Liste de mots-clés importée"),
        "keyword.added": _l("Terme ajouté à la liste commune"),
        "keyword.edited": _l("Terme modifié"),
        "keyword.joined": _l("Deux termes réunis"),
        "keyword.split_off": _l("Synonyme devenu un terme"),
        "keyword.deleted": _l("Terme supprimé de la liste commune"),
        "keyword.exported": _l("Liste des mots-clés exportée"),
        "keyword.adopted": _l("Mot-clé adopté"),
        "keyword.synonym": _l("Synonyme ajouté à un mot-clé"),
        "keyword.merged": _l("Mot-clé réuni à un terme"),
        "keyword.refused": _l("Mot-clé écarté"),
        "keyword.reinstated": _l("Mot-clé remis en attente"),
    }
)


@names("tag")
def named(ids: Collection[int], reader: Any) -> dict[int, str]:
    """Name terms for everybody, words of spaces for those who read the space."""
    mine = readable_space_ids(reader)
    return {
        tag.id: tag.name if tag.space_id is None or tag.space_id in mine else _("Un mot-clé")
        for tag in db.session.scalars(select(Tag).where(Tag.id.in_(ids)))
    }


belongs("tag")(lambda ids: select(Tag.id).where(Tag.space_id.in_(ids)))
tell(
    {
        "created": lambda number: (
            ngettext("%(num)s terme ajouté", "%(num)s termes ajoutés", int(number)) if number else ""
        ),
        "updated": lambda number: (
            ngettext("%(num)s terme modifié", "%(num)s termes modifiés", int(number)) if number else ""
        ),
        "origin": lambda origin: _("d'après %(name)s", name=origin),
    }
)
