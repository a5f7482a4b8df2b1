"""Who may read, add, change and remove resources."""

from __future__ import annotations

from app.core.i18n import lazy_gettext as _l
from app.core.rules import Rule
from app.library.models import Resource
from app.spaces.permissions import can_moderate_space, can_read, can_write_in_space, in_space, is_active, shows

wrote_resource = Rule(
    "wrote_resource",
    _l("la personne a déposé la ressource"),
    lambda person, resource: resource.author_id == person.id,
    lambda person: Resource.author_id == person.id,
    otherwise=_l("la personne n'a pas déposé la ressource"),
)

is_in_trash = Rule(
    "is_in_trash",
    _l("la ressource est à la corbeille"),
    lambda _person, resource: resource.deleted_at is not None,
    lambda _person: Resource.deleted_at.is_not(None),
    otherwise=_l("la ressource n'est pas à la corbeille"),
    of_thing=True,
)

can_add_resource = (can_write_in_space & shows("library", _l("Ressources"))).called(
    _l("la personne dépose une ressource dans l'espace"), _l("Déposer une ressource")
)
can_read_resource = can_read(Resource)
writes_there, moderates_there = in_space(Resource, can_write_in_space), in_space(Resource, can_moderate_space)
keeps_resource = ((wrote_resource & writes_there) | moderates_there).called(
    _l("la personne tient la ressource à jour"), _l("Avoir la charge d'une ressource")
)
can_edit_resource = (can_read_resource & keeps_resource & in_space(Resource, is_active)).called(
    _l("la personne modifie la ressource"), _l("Modifier une ressource")
)
can_remove_resource = (can_read_resource & keeps_resource).called(
    _l("la personne retire la ressource"), _l("Mettre une ressource à la corbeille")
)
can_move_resource = (can_read_resource & moderates_there).called(
    _l("la personne déplace la ressource"), _l("Déplacer une ressource vers un autre espace")
)
can_restore_resource = (is_in_trash & keeps_resource).called(
    _l("la personne reprend la ressource de la corbeille"), _l("Reprendre une ressource de la corbeille")
)
