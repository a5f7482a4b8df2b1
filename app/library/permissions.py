"""Who may read, add, change and remove resources."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from app.accounts.models import User
from app.core.i18n import lazy_gettext as _l
from app.core.rules import Rule
from app.library.kinds import KINDS
from app.library.models import Resource, Shelf
from app.spaces.models import Space, State
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

was_out = Rule(
    "was_out",
    _l("la ressource a été publiée"),
    lambda _person, resource: resource.state != State.DRAFT,
    lambda _person: Resource.state != State.DRAFT,
    otherwise=_l("la ressource n'a jamais été publiée"),
    of_thing=True,
)

is_draft = Rule(
    "is_draft",
    _l("la ressource n'est pas encore publiée"),
    lambda _person, resource: resource.state == State.DRAFT and resource.deleted_at is None,
    lambda _person: (Resource.state == State.DRAFT) & Resource.deleted_at.is_(None),
    otherwise=_l("la ressource est publiée, ou à la corbeille"),
    of_thing=True,
)


is_archived = Rule(
    "is_archived",
    _l("la ressource est archivée"),
    lambda _person, resource: resource.state == State.ARCHIVED,
    lambda _person: Resource.state == State.ARCHIVED,
    otherwise=_l("la ressource n'est pas archivée"),
    of_thing=True,
)

is_published = Rule(
    "is_published",
    _l("la ressource est publiée"),
    lambda _person, resource: resource.state == State.PUBLISHED,
    lambda _person: Resource.state == State.PUBLISHED,
    otherwise=_l("la ressource n'est pas publiée, ou ne l'est plus"),
    of_thing=True,
)

is_proposed = Rule(
    "is_proposed",
    _l("la ressource est proposée à la publication"),
    lambda _person, resource: resource.proposed_at is not None,
    lambda _person: Resource.proposed_at.is_not(None),
    otherwise=_l("la ressource n'est pas proposée à la publication"),
    of_thing=True,
)

reviews_resources = Rule(
    "reviews_resources",
    _l("l'espace fait relire les ressources avant leur publication"),
    lambda _person, space: space.reviews_resources,
    lambda _person: Space.reviews_resources.is_(True),
    otherwise=_l("l'espace ne fait pas relire les ressources avant leur publication"),
    of_thing=True,
)


def _of_my_city(person: User) -> ColumnElement[bool]:
    if person.organisation_id is None:
        return false()
    colleagues = select(User.id).where(User.organisation_id == person.organisation_id)
    return Resource.shared_draft & Resource.author_id.in_(colleagues)


shared_with_city = Rule(
    "shared_with_city",
    _l("l'auteur partage son brouillon avec ses collègues et la personne est de la même collectivité"),
    lambda person, resource: (
        resource.shared_draft
        and person.organisation_id is not None
        and resource.author is not None
        and resource.author.organisation_id == person.organisation_id
    ),
    _of_my_city,
    otherwise=_l("le brouillon n'est pas partagé avec la collectivité de la personne"),
)

can_add_resource = (can_write_in_space & shows("library", _l("Ressources"))).called(
    _l("la personne dépose une ressource dans l'espace"), _l("Déposer une ressource")
)
can_publish_at_once = (can_write_in_space & (~reviews_resources | can_moderate_space)).called(
    _l("la personne publie dans l'espace sans relecture"), _l("Publier une ressource sans relecture")
)
can_read_resource = can_read(Resource)
writes_there, moderates_there = in_space(Resource, can_write_in_space), in_space(Resource, can_moderate_space)
keeps_resource = ((wrote_resource & writes_there) | moderates_there).called(
    _l("la personne tient la ressource à jour"), _l("Avoir la charge d'une ressource")
)
#: A draft is read by nobody else: its pages are those of its preparation, never those of the library.
prepares_it = (wrote_resource | shared_with_city) & writes_there & in_space(Resource, is_active)
can_prepare_resource = (is_draft & prepares_it).called(
    _l("la personne prépare la ressource avant sa publication"), _l("Préparer une ressource avant sa publication")
)
can_review_resource = (is_draft & is_proposed & moderates_there & in_space(Resource, is_active)).called(
    _l("la personne relit la ressource proposée"), _l("Relire une ressource proposée, la publier ou la renvoyer")
)
can_edit_resource = (can_read_resource & ~is_archived & keeps_resource & in_space(Resource, is_active)).called(
    _l("la personne modifie la ressource"), _l("Modifier une ressource")
)
can_archive_resource = (can_read_resource & is_published & keeps_resource & in_space(Resource, is_active)).called(
    _l("la personne archive la ressource"), _l("Archiver une ressource")
)
can_bring_back_resource = (can_read_resource & is_archived & keeps_resource & in_space(Resource, is_active)).called(
    _l("la personne remet la ressource archivée en circulation"), _l("Remettre une ressource archivée en circulation")
)
can_verify_resource = can_archive_resource.called(
    _l("la personne dit que la ressource est toujours valable"), _l("Dire qu'une ressource est toujours valable")
)
can_remove_resource = (can_read_resource & keeps_resource).called(
    _l("la personne retire la ressource"), _l("Mettre une ressource à la corbeille")
)
can_move_resource = (can_read_resource & moderates_there).called(
    _l("la personne déplace la ressource"), _l("Déplacer une ressource vers un autre espace")
)
#: A draft in the trash is still its author's alone.
can_restore_resource = (is_in_trash & ((wrote_resource & writes_there) | (was_out & moderates_there))).called(
    _l("la personne reprend la ressource de la corbeille"), _l("Reprendre une ressource de la corbeille")
)

speaks_for_a_city = Rule(
    "speaks_for_a_city",
    _l("la personne appartient à une collectivité"),
    lambda person, _resource: person.organisation_id is not None,
    lambda person: true() if person.organisation_id is not None else false(),
    otherwise=_l("la personne n'appartient à aucune collectivité"),
)


def _of_another_city(person: User) -> ColumnElement[bool]:
    colleagues = select(User.id).where(User.organisation_id == person.organisation_id)
    return or_(Resource.author_id.is_(None), Resource.author_id.not_in(colleagues))


is_of_another_city = Rule(
    "is_of_another_city",
    _l("une autre collectivité a déposé la ressource"),
    lambda person, resource: resource.author is None or resource.author.organisation_id != person.organisation_id,
    _of_another_city,
    otherwise=_l("la collectivité de la personne a déposé la ressource"),
)

is_published_practice = Rule(
    "is_published_practice",
    _l("la ressource est une pratique publiée"),
    lambda _person, resource: resource.state == State.PUBLISHED and resource.kind in _practices(),
    lambda _person: and_(Resource.state == State.PUBLISHED, Resource.kind.in_(_practices())),
    otherwise=_l("la ressource n'est pas une pratique publiée"),
    of_thing=True,
)


def _practices() -> list[str]:
    return [key for key, kind in KINDS.items() if kind.compares_places]


can_mark_resource = (can_read_resource & was_out).called(
    _l("la personne dit la ressource utile, ou la garde"), _l("Dire une ressource utile, la garder")
)
put_on_shelf = Rule(
    "put_on_shelf",
    _l("la personne a ajouté la ressource à la bibliothèque de l'espace"),
    lambda person, shelf: shelf.by_id == person.id,
    lambda person: Shelf.by_id == person.id,
    otherwise=_l("la personne n'a pas ajouté la ressource à la bibliothèque de l'espace"),
)

can_take_off_shelf = (
    (put_on_shelf & in_space(Shelf, can_write_in_space)) | in_space(Shelf, can_moderate_space & is_active)
).called(
    _l("la personne retire la ressource d'une bibliothèque qui la montre"),
    _l("Retirer une ressource d'une bibliothèque qui la montre"),
)
can_tell_adoption = (
    can_read_resource & is_published_practice & speaks_for_a_city & is_of_another_city & in_space(Resource, is_active)
).called(_l("la personne dit ce que sa ville fait d'une pratique"), _l("Dire que sa ville reprend une pratique"))
