"""What happens in spaces, announced to the features that care."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class SpaceCreated:
    """A space has been made. ``by_id`` is None when a command made it."""

    space_id: int
    by_id: int | None


@dataclass(frozen=True)
class MemberJoined:
    """A person has entered a space: joined, was admitted or added. ``by_id`` let them in; None stands for a command."""

    space_id: int
    user_id: int
    by_id: int | None


@dataclass(frozen=True)
class MemberLeft:
    """A person takes no part in a space any more: left (``by_id`` is theirs), or was removed. What they wrote stays."""

    space_id: int
    user_id: int
    by_id: int | None


@dataclass(frozen=True)
class AccessRequested:
    """A member of the network has asked to enter a space. Sent once, however often they press the button."""

    space_id: int
    user_id: int


@dataclass(frozen=True)
class AdministratorEntered:
    """An administrator has entered a space not theirs, to read and moderate there until a moment."""

    space_id: int
    user_id: int
    until: datetime
