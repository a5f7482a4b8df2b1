"""Things as the administration finds them, by address or public id, whoever may read them; titles stay theirs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask_babel.speaklater import LazyString
from sqlalchemy import Select, select

from app.accounts.models import User
from app.core.db import PUBLIC_ID_ALPHABET, PUBLIC_ID_LENGTH
from app.core.errors import NotFoundError
from app.core.i18n import lazy_gettext as _l
from app.core.paging import Page, paginate
from app.core.rules import Rule
from app.discussions.models import Thread
from app.discussions.permissions import can_read_thread
from app.extensions import db
from app.library.models import Attachment, FileVersion, Resource
from app.library.permissions import can_read_resource
from app.spaces.models import Space, Visibility
from app.spaces.permissions import can_read_space
from app.spaces.queries import space_by_slug

SPACES_PER_PAGE = 50
SPACE, RESOURCE, DISCUSSION = "espaces", "ressources", "discussions"
_ID = f"[{PUBLIC_ID_ALPHABET}]{{{PUBLIC_ID_LENGTH}}}"
_ADDRESS = re.compile(rf"/(ressources|discussions|fichiers)/({_ID})(?![a-z0-9])")
_SPACE_ADDRESS = re.compile(r"/espaces/([a-z0-9-]{1,90})")


@dataclass(frozen=True)
class Kind:
    """A kind of thing that somebody may read: its model, the rule of reading, and the word for one of them."""

    model: Any
    rule: Rule
    word: LazyString


KINDS = {
    SPACE: Kind(Space, can_read_space, _l("Un espace")),
    RESOURCE: Kind(Resource, can_read_resource, _l("Une ressource")),
    DISCUSSION: Kind(Thread, can_read_thread, _l("Une discussion")),
}


@dataclass(frozen=True)
class Thing:
    """A thing of one of these kinds."""

    kind: str
    it: Any

    @property
    def rule(self) -> Rule:
        """Who reads it."""
        return KINDS[self.kind].rule

    @property
    def space(self) -> Space:
        """Its home space, or itself."""
        space: Space = self.it if self.kind == SPACE else self.it.space
        return space

    @property
    def is_closed(self) -> bool:
        """Whether one looks into a closed space by asking about it."""
        return self.space.visibility != Visibility.OPEN

    def name_for(self, person: User) -> str:
        """Return its name as far as an administrator may know it: a title only to who may read the thing."""
        if self.kind == SPACE:
            return self.space.name
        title: str = self.it.title
        return title if self.rule(person, self.it) else str(KINDS[self.kind].word)


def space_with(public_id: str) -> Space:
    """Return a space, deleted or not. Raises NotFoundError."""
    space: Space = thing_with(SPACE, public_id).it
    return space


def thing_with(kind: str, public_id: str) -> Thing:
    """Return a thing by its public id. Raises NotFoundError."""
    model = KINDS[kind].model
    found = db.session.scalar(select(model).where(model.public_id == public_id))
    if found is None:
        raise NotFoundError
    return Thing(kind, found)


def thing_at(words: str) -> Thing | None:
    """Return the thing of an address, a public id or the slug of a space; a file stands for its resource."""
    words = words.strip()
    address, space_address = _ADDRESS.search(words), _SPACE_ADDRESS.search(words)
    if address:
        return _first((address[1],), address[2])
    if re.fullmatch(_ID, words) and (found := _first((*KINDS, "fichiers"), words)):
        return found
    space = space_by_slug(space_address[1] if space_address else words)
    return Thing(SPACE, space) if space else None


def _first(kinds: tuple[str, ...], public_id: str) -> Thing | None:
    for kind in kinds:
        if kind == "fichiers":
            of_file = select(Resource).join(Attachment).join(FileVersion).where(FileVersion.public_id == public_id)
            found, kind_found = db.session.scalar(of_file), RESOURCE
        else:
            model = KINDS[kind].model
            found, kind_found = db.session.scalar(select(model).where(model.public_id == public_id)), kind
        if found is not None:
            return Thing(kind_found, found)
    return None


def closed_spaces(number: int) -> Page[Space]:
    """Return one page of the spaces that an administrator reads only by entering, by name."""
    query: Select[Any] = select(Space).where(Space.visibility != Visibility.OPEN, Space.deleted_at.is_(None))
    return paginate(query.order_by(Space.sort_key, Space.id), number, SPACES_PER_PAGE)
