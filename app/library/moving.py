"""Moving a resource into another space: its files, its comments and all that shows it follow at once."""

from __future__ import annotations

from sqlalchemy import delete

from app.accounts.models import User
from app.core.audit import record
from app.core.clock import now
from app.core.db import lock
from app.core.events import announce
from app.core.revisions import keep_revision
from app.extensions import db
from app.library.events import ResourceChanged
from app.library.models import Resource, Shelf
from app.library.permissions import can_move_resource
from app.library.quotas import require_room_for
from app.library.tags import words_moved
from app.library.thesaurus.models import tag_refused
from app.spaces.models import Audience, Space, fields_of
from app.spaces.moving import audience_after, check_move

SECTION = "library"


def move_resource(person: User, resource: Resource, target: Space, audience: str = Audience.SPACE) -> None:
    """Give a resource another home. Who reads it changes at once, everywhere; where it was stays in its history.

    ``audience`` keeps a resource of the whole network so; otherwise those who read the new home read it. Call inside
    ``transaction()``. Raises RefusedError unless the person moderates its home and writes in the target, and
    QuotaReachedError when its files do not fit there.
    """
    lock(resource, target)
    can_move_resource.require(person, resource)
    check_move(person, resource, target, SECTION)
    require_room_for(target, resource)
    home = resource.space_id
    keep_revision(resource, person, fields_of(resource, "space_id", "audience"))
    resource.audience = audience_after(resource, audience)
    resource.space_id = target.id
    resource.edit_version += 1
    db.session.execute(delete(Shelf).where(Shelf.resource_id == resource.id, Shelf.space_id == target.id))
    resource.tags = words_moved(resource.tags, target)
    db.session.execute(delete(tag_refused).where(tag_refused.c.resource_id == resource.id))
    db.session.flush()
    db.session.refresh(resource)
    record("resource.moved", person, resource, from_space=home, to_space=target.id, audience=str(resource.audience))
    announce(ResourceChanged(resource.id, person.id, now()))
