"""Who may see a saved search, share one to a space and tend those that a space has."""

from __future__ import annotations

from sqlalchemy import select

from app.alerts.models import SavedSearch
from app.core.i18n import lazy_gettext as _l
from app.core.rules import Rule
from app.spaces.models import Space
from app.spaces.permissions import can_moderate_space, can_read_space, is_active

NETWORK = 0
"""What stands in a reach beside the ids of spaces for all that is shared with the network."""

saved_it = Rule(
    "saved_it",
    _l("la personne a enregistré la recherche"),
    lambda person, search: search.user_id == person.id,
    lambda person: SavedSearch.user_id == person.id,
    otherwise=_l("la personne n'a pas enregistré la recherche"),
)
is_shared_with_them = Rule(
    "is_shared_with_them",
    _l("la recherche est partagée dans un espace que la personne lit"),
    lambda person, search: search.space is not None and can_read_space(person, search.space),
    lambda person: SavedSearch.space_id.in_(select(Space.id).where(can_read_space.where(person))),
    otherwise=_l("la recherche n'est pas partagée dans un espace que la personne lit"),
)
is_kept = Rule(
    "is_kept_search",
    _l("la recherche n'est pas supprimée"),
    lambda _person, search: search.removed_at is None,
    lambda _person: SavedSearch.removed_at.is_(None),
    otherwise=_l("la recherche est supprimée"),
    of_thing=True,
)

can_see_search = (is_kept & (saved_it | is_shared_with_them)).called(
    _l("la personne voit la recherche enregistrée"), _l("Voir et suivre une recherche enregistrée")
)
can_share_searches = (can_moderate_space & is_active).called(
    _l("la personne partage des recherches dans l'espace"),
    _l("Partager une recherche dans un espace, la renommer ou l'en retirer"),
)
