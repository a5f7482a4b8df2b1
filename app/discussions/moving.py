"""Moving a discussion into another space."""

from __future__ import annotations

from app.accounts.models import User
from app.core.audit import record
from app.core.clock import now
from app.core.db import lock
from app.core.events import announce
from app.core.revisions import keep_revision
from app.discussions.events import ThreadMoved
from app.discussions.models import Thread
from app.discussions.permissions import can_move_thread
from app.extensions import db
from app.spaces.models import Audience, Space, fields_of
from app.spaces.moving import audience_after, check_move

SECTION = "discussions"


def move_thread(person: User, thread: Thread, target: Space, audience: str = Audience.SPACE) -> None:
    """Give a discussion that stands alone another home; its messages go along and who reads them changes at once.

    ``audience`` keeps a discussion of the whole network so. The discussion of a resource moves with it, not by itself.
    Call inside ``transaction()``. Raises RefusedError unless the person moderates its home and writes in the target.
    """
    lock(thread, target)
    can_move_thread.require(person, thread)
    check_move(person, thread, target, SECTION)
    home = thread.space_id
    keep_revision(thread, person, fields_of(thread, "space_id", "audience"))
    thread.audience = audience_after(thread, audience)
    thread.space_id, thread.is_pinned = target.id, False
    thread.edit_version += 1
    db.session.flush()
    db.session.refresh(thread)
    record("thread.moved", person, thread, from_space=home, to_space=target.id, audience=str(thread.audience))
    announce(ThreadMoved(thread.id, thread.space_id, now()))
