"""Several resources changed in one deed: keywords, kind, space. What will change is said first, and can be undone.

The number of statements does not grow with the number of resources.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, delete, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, selectinload

from app.accounts.models import User
from app.core.audit import record_all
from app.core.clock import now
from app.core.db import HasPublicId, UtcDateTime, lock
from app.core.errors import DomainError, NotFoundError, RefusedError
from app.core.events import announce
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.revisions import keep_revisions
from app.extensions import db
from app.library.events import ResourcesChanged
from app.library.facets import keep_facets_of
from app.library.kinds import kind_of
from app.library.models import Resource, Shelf, Tag
from app.library.permissions import can_edit_resource, can_move_resource, can_read_resource, is_archived
from app.library.quotas import files_held, hold_place, require_room, without_room
from app.library.tags import MOST_TAGS, as_terms, judge_words, tag_slug, tags_meant, terms_called
from app.library.thesaurus.models import tag_refused
from app.library.validity import begin_checks
from app.spaces.models import Audience, Space, State
from app.spaces.permissions import can_moderate_space, can_write_in_space

MOST = 100
SECTION = "library"
#: How long a deed can be undone, and how long it is remembered.
UNDO_WITHIN, KEPT = timedelta(hours=1), timedelta(days=1)
FIELDS = ("kind", "fields", "space_id", "audience")
#: What resources say, or are to say: some fields of each.
Said = Mapping[Resource, Mapping[str, Any]]


class BulkEdit(HasPublicId, db.Model):
    """What one person changed of several resources at once: how each was before, and its version after."""

    __tablename__ = "bulk_edit"

    by_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    left_out: Mapped[int] = mapped_column(default=0)
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def can_be_undone(self) -> bool:
        """Whether there is still time, and something to undo."""
        return self.undone_at is None and bool(self.changes) and now() < self.at + UNDO_WITHIN


@dataclass(frozen=True)
class Wish:
    """What is to change: keywords to add and to take away, a kind, a space; empty for what stays as it is.

    ``keep_network``: what the whole network reads stays so in its new space.
    """

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    kind: str = ""
    space: Space | None = None
    keep_network: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked."""
        return not (self.add or self.remove or self.kind or self.space)


@dataclass(frozen=True)
class Planned:
    """What would become of one resource: sentences, what it would say; or why it is left as it is."""

    resource: Resource
    changes: list[str] = field(default_factory=list)
    after: dict[str, Any] = field(default_factory=dict)
    refusal: str = ""


@dataclass(frozen=True)
class Undone:
    """How many resources are as before; how many are not: changed since, no longer one's to change, without room."""

    back: int
    changed: int = 0
    refused: int = 0
    crowded: int = 0


def chosen_resources(person: User, public_ids: Sequence[str]) -> list[Resource]:
    """Return those of some resources that a person reads, drafts aside, by title."""
    asked = Resource.public_id.in_(list(dict.fromkeys(public_ids))[:MOST])
    query = select(Resource).where(asked, can_read_resource.where(person), Resource.state != State.DRAFT)
    eager = selectinload(Resource.tags), joinedload(Resource.space), joinedload(Resource.author)
    return list(db.session.scalars(query.options(*eager).order_by(Resource.sort_key, Resource.id)))


def editable_among(person: User, ids: Sequence[int]) -> set[int]:
    """Return which of some resources a person may change, in one statement."""
    query = select(Resource.id).where(Resource.id.in_(ids), can_edit_resource.where(person))
    return set(db.session.scalars(query)) if ids else set()


def movable_among(person: User, ids: Sequence[int]) -> set[int]:
    """Return which of some resources a person may move, in one statement."""
    query = select(Resource.id).where(Resource.id.in_(ids), can_move_resource.where(person))
    return set(db.session.scalars(query)) if ids else set()


def plan(person: User, resources: Sequence[Resource], wish: Wish) -> list[Planned]:
    """Return what a wish would do to each resource, with each exception and its reason; nothing is written.

    Raises RefusedError for a space in which the person may not put anything.
    """
    if wish.space is not None:
        can_write_in_space.require(person, wish.space)
        if not wish.space.shows(SECTION):
            raise RefusedError
    ids = [one.id for one in resources]
    editable, movable = editable_among(person, ids), movable_among(person, ids) if wish.space else set()
    gone, refused = _slugs_of(wish.remove), _refused_by(resources, wish)
    wish = replace(wish, add=as_terms(wish.add))
    planned = [
        _planned(one, wish, gone, refused, may_edit=one.id in editable, may_move=one.id in movable) for one in resources
    ]
    moving = [one.resource.id for one in planned if "space_id" in one.after]
    left = without_room(wish.space, moving) if wish.space is not None else set()
    return [
        Planned(one.resource, refusal=_("Ses fichiers ne tiennent plus dans cet espace."))
        if one.resource.id in left
        else one
        for one in planned
    ]


def _refused_by(resources: Sequence[Resource], wish: Wish) -> dict[int, str]:
    """Return which of the keywords to add each space concerned does not take, by its id."""
    homes = [wish.space] if wish.space is not None else list({one.space_id: one.space for one in resources}.values())
    found = {home.id: judge_words(wish.add, home).left_out for home in homes} if wish.add else {}
    return {space_id: ", ".join(names) for space_id, names in found.items() if names}


def _slugs_of(labels: Iterable[str]) -> set[str | int]:
    """Return how the keywords to take away are known: what was typed, and the terms it names."""
    slugs = {tag_slug(label) for label in labels}
    return {*slugs, *(tag.id for tag in terms_called(slugs).values())} if slugs else set()


def _planned(
    one: Resource, wish: Wish, gone: set[str | int], refused: dict[int, str], *, may_edit: bool, may_move: bool
) -> Planned:
    refusal = _why_not(one, wish, may_edit=may_edit, may_move=may_move)
    if refusal:
        return Planned(one, refusal=refusal)
    names = refused.get(wish.space.id if wish.space is not None else one.space_id)
    if names:
        return Planned(one, refusal=_("Son espace ne prend pas ces mots-clés : %(names)s.", names=names))
    said: list[str] = []
    after: dict[str, Any] = {}
    _tags(one, wish, gone, said, after)
    _kind(one, wish, said, after)
    if wish.space is not None and wish.space.id != one.space_id:
        kept = wish.keep_network and one.audience == Audience.NETWORK
        after |= {"space_id": wish.space.id, "audience": Audience.NETWORK.value if kept else Audience.SPACE.value}
        said.append(_("Espace : « %(space)s »", space=wish.space.name))
    if len(after.get("tags", ())) > MOST_TAGS:
        return Planned(one, refusal=_("Elle porterait plus de %(most)s mots-clés.", most=MOST_TAGS))
    missing = _missing(one, wish)
    if missing:
        return Planned(one, refusal=_("Il lui manque ce que ce type demande : %(fields)s.", fields=missing))
    return Planned(one, said, after) if after else Planned(one, refusal=_("Rien n'y change."))


def _why_not(one: Resource, wish: Wish, *, may_edit: bool, may_move: bool) -> str:
    if (wish.add or wish.remove or wish.kind) and not may_edit:
        if is_archived(None, one):
            return _("Elle est archivée.")
        return _("Vous n'en avez pas la charge.")
    if wish.space is not None and wish.space.id != one.space_id and not may_move:
        return _("Vous n'animez pas son espace.")
    return ""


def _tags(one: Resource, wish: Wish, gone: set[str | int], said: list[str], after: dict[str, Any]) -> None:
    kept = [tag for tag in one.tags if not {tag.id if tag.is_term else tag.slug, tag_slug(tag.label)} & gone]
    there = {tag_slug(name) for tag in kept for name in (tag.label, tag.name)}
    come = [label for label in wish.add if tag_slug(label) not in there]
    went = [tag.name for tag in one.tags if tag not in kept]
    if come or went:
        after["tags"] = [*(tag.label for tag in kept), *come]
        said += [_("mot-clé ajouté : %(label)s", label=label) for label in come]
        said += [_("mot-clé retiré : %(label)s", label=label) for label in went]


def _kind(one: Resource, wish: Wish, said: list[str], after: dict[str, Any]) -> None:
    if not wish.kind or wish.kind == one.kind:
        return
    names = {own.name for own in kind_of(wish.kind).fields}
    lost = [own.name_on_page for own, _value in kind_of(one.kind).filled(one.fields) if own.name not in names]
    after |= {"kind": wish.kind, "fields": {name: value for name, value in one.fields.items() if name in names}}
    said.append(_("Type : %(kind)s", kind=kind_of(wish.kind).label))
    if lost:
        said.append(
            _("ces champs n'existent pas dans ce type, l'historique les garde : %(fields)s", fields=", ".join(lost))
        )


def _missing(one: Resource, wish: Wish) -> str:
    if not wish.kind or wish.kind == one.kind:
        return ""
    asked = (own for own in kind_of(wish.kind).fields if own.is_required and not one.fields.get(own.name))
    return ", ".join(own.name_on_page for own in asked)


def apply_wish(person: User, public_ids: Sequence[str], wish: Wish) -> BulkEdit:
    """Do what was planned, planned again under the locks; return what was done. Call inside ``transaction()``.

    Raises DomainError when nothing is asked or nothing changes, RefusedError as ``plan``.
    """
    if wish.is_empty:
        raise DomainError(_l("Dites ce qui doit changer : un mot-clé, un type ou un espace."))
    resources = chosen_resources(person, public_ids)
    _hold(resources)
    if wish.space is not None:
        hold_place(wish.space)
    planned = plan(person, chosen_resources(person, public_ids), wish)
    wanted = {one.resource: one.after for one in planned if one.after}
    if not wanted:
        raise DomainError(_l("Rien ne change : chaque ressource a une raison de rester comme elle est."))
    _take_room(wanted)
    kept = BulkEdit(by_id=person.id, left_out=len(planned) - len(wanted), changes=_write(person, wanted))
    db.session.add(kept)
    db.session.flush()
    return kept


def undo(person: User, kept: BulkEdit) -> Undone:
    """Put back what was changed at once and nobody has changed since; tell how many stay as they are, and why.

    What one moved oneself comes back to where one still runs the space, whoever runs the other one. Call inside
    ``transaction()``. Raises DomainError when it is too late.
    """
    lock(kept)
    if not kept.can_be_undone:
        raise DomainError(
            _l("Il est trop tard pour annuler : l'historique de chaque ressource permet de la reprendre.")
        )
    by_id = {change["id"]: change for change in kept.changes}
    query = (
        select(Resource).where(Resource.id.in_(by_id)).options(selectinload(Resource.tags), joinedload(Resource.space))
    )
    resources = list(db.session.scalars(query))
    _hold(resources)
    allowed = _may_be_put_back(person, resources, by_id)
    same = {one for one in resources if one.edit_version == by_id[one.id]["version"]}
    wanted = {one: by_id[one.id]["before"] for one in resources if one in same and one.id in allowed}
    asked = len(wanted)
    _take_room(wanted)
    _write(person, wanted)
    if wanted:
        kept.undone_at = now()
    return Undone(len(wanted), len(by_id) - len(same), len(same) - asked, asked - len(wanted))


def _may_be_put_back(person: User, resources: Sequence[Resource], by_id: Mapping[int, Any]) -> set[int]:
    """Return which resources a person may put back: they change them, or run the space they took them from."""
    ids = [one.id for one in resources]
    homes = {one: by_id[one]["before"]["space_id"] for one in ids if "space_id" in by_id[one]["before"]}
    spaces = db.session.scalars(select(Space).where(Space.id.in_(set(homes.values())))) if homes else ()
    open_to_me = {one.id for one in spaces if can_moderate_space(person, one) and can_write_in_space(person, one)}
    reads = select(Resource.id).where(Resource.id.in_(homes), can_read_resource.where(person))
    moved = {one for one in db.session.scalars(reads) if homes[one] in open_to_me} if homes else set()
    return moved | (editable_among(person, ids) - homes.keys())


def _take_room(wanted: dict[Resource, Any]) -> None:
    """Leave out the resources whose files do not fit where they would go; tell those who run a space that fills up."""
    homes: dict[int, list[Resource]] = defaultdict(list)
    for one, after in wanted.items():
        if "space_id" in after:
            homes[after["space_id"]].append(one)
    spaces = db.session.scalars(select(Space).where(Space.id.in_(homes)).order_by(Space.id)).all() if homes else ()
    for space in spaces:
        hold_place(space)
        left = without_room(space, [one.id for one in homes[space.id]])
        for one in homes[space.id]:
            if one.id in left:
                del wanted[one]
        require_room(space, files_held([one.id for one in homes[space.id] if one.id not in left]))


def bulk_edit_for(person: User, public_id: str) -> BulkEdit:
    """Return what this very person changed at once. Raises NotFoundError for any other."""
    mine = (BulkEdit.by_id == person.id) & (BulkEdit.public_id == public_id)
    found: BulkEdit | None = db.session.scalar(select(BulkEdit).where(mine))
    if found is None:
        raise NotFoundError
    return found


def forget_bulk_edits() -> None:
    """Forget what can no longer be undone. Call inside ``transaction()``."""
    db.session.execute(delete(BulkEdit).where(BulkEdit.at < now() - KEPT))


def _hold(resources: Sequence[Resource]) -> None:
    """Hold the rows until the transaction ends, always in the same order, and read them again."""
    held = select(Resource).where(Resource.id.in_([one.id for one in resources])).order_by(Resource.id)
    db.session.scalars(held.with_for_update(of=Resource).execution_options(populate_existing=True)).all()


def _write(person: User, wanted: Said) -> list[dict[str, Any]]:
    """Write what each resource is to say; return how each was, and its version now."""
    before = {one: _before(one, after) for one, after in wanted.items()}
    keep_revisions(person, before)
    tags = _tags_wanted(wanted)
    for one, after in wanted.items():
        for name in FIELDS:
            if name in after:
                setattr(one, name, after[name])
        if "kind" in after:
            begin_checks(one)
        if one in tags:
            one.tags = tags[one]
        one.edit_version += 1
        one.updated_at = now()
    db.session.flush()
    for one, after in wanted.items():
        if "space_id" in after:
            db.session.expire(one, ["space"])
    keep_facets_of([one for one, after in wanted.items() if "kind" in after])
    _leave_shelves(wanted)
    _tell(person, wanted, before)
    return [{"id": one.id, "before": before[one], "version": one.edit_version} for one in wanted]


def _before(one: Resource, after: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: getattr(one, name) for name in FIELDS if name in after}
    if "tags" in after or "space_id" in after:
        kept["tags"] = [tag.label for tag in one.tags]
    return kept


def _tags_wanted(wanted: Said) -> dict[Resource, list[Tag]]:
    """Return the keywords of each resource where it will be: words belong to a space, terms to everybody."""
    changing = [one for one, after in wanted.items() if "tags" in after or "space_id" in after]
    labels = {one: list(wanted[one].get("tags", [tag.label for tag in one.tags])) for one in changing}
    homes: dict[int, list[Resource]] = defaultdict(list)
    for one in labels:
        homes[wanted[one].get("space_id", one.space_id)].append(one)
    spaces = {one.id: one for one in db.session.scalars(select(Space).where(Space.id.in_(homes)))} if homes else {}
    found: dict[Resource, list[Tag]] = {}
    for space_id, resources in homes.items():
        meant = tags_meant([label for one in resources for label in labels[one]], spaces[space_id])
        for one in resources:
            named = {tag.id: tag for label in labels[one] if (tag := meant.get(tag_slug(label))) is not None}
            found[one] = sorted(named.values(), key=lambda tag: tag.sort_key)
    return found


def _leave_shelves(wanted: Said) -> None:
    """Drop references that the new home no longer needs, and the words that the old one refused."""
    moved = [(one.id, after["space_id"]) for one, after in wanted.items() if "space_id" in after]
    homes = {space_id for _id, space_id in moved}
    if homes:
        there = Shelf.resource_id.in_([one for one, _space in moved]) & (Shelf.space_id == Resource.space_id)
        gone = tag_refused.c.resource_id.in_([one for one, _space in moved])
        db.session.execute(delete(tag_refused).where(gone))
        at_home = select(Shelf.id).join(Resource, Resource.id == Shelf.resource_id).where(there)
        db.session.execute(delete(Shelf).where(Shelf.id.in_(at_home)).execution_options(synchronize_session=False))


def _tell(person: User, wanted: Said, before: Said) -> None:
    lines: list[tuple[str, Any, dict[str, Any]]] = []
    for one, after in wanted.items():
        if "space_id" in after:
            places = {"from_space": before[one]["space_id"], "to_space": after["space_id"]}
            lines.append(("resource.moved", one, {**places, "audience": str(after["audience"])}))
        if set(after) - {"space_id", "audience"}:
            lines.append(("resource.edited", one, {"edit_version": one.edit_version}))
    record_all(person, lines)
    if wanted:
        announce(ResourcesChanged(tuple(one.id for one in wanted), person.id, now()))
