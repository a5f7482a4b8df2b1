"""What administrators do with terms: add, change, merge, split off, delete. Inside ``transaction()``."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import delete, func, select, update

from app.accounts.models import User
from app.core.audit import record
from app.core.db import lock, sort_key
from app.core.errors import DomainError, EditConflictError
from app.core.i18n import lazy_gettext as _l
from app.core.i18n import ngettext
from app.core.revisions import keep_revision
from app.extensions import db
from app.library.listing import are_visible
from app.library.models import Resource, Tag, resource_tag
from app.library.tags import insert_new, tag_slug
from app.library.thesaurus.book import read_book
from app.library.thesaurus.judging import Outcome, plan
from app.library.thesaurus.models import NAMES, tag_broader, tag_related
from app.library.thesaurus.permissions import keeps_thesaurus
from app.library.thesaurus.saying import TermSaid, said_of
from app.library.thesaurus.writing import index_again, retag, write, write_under
from app.search.rules.models import rules_changed


def keep_term(by: User, said: TermSaid, tag: Tag | None = None, seen_version: int | None = None) -> Tag:
    """Add a term, or change one; its neighbours follow. Return it.

    ``seen_version`` is the version the person had before them. Raises RefusedError, EditConflictError, and DomainError
    with sentences when a name is taken, a broader term unknown or a circle would be closed.
    """
    keeps_thesaurus.require(by, None)
    if tag is not None:
        lock(tag)
        if seen_version is not None and tag.edit_version != seen_version:
            raise EditConflictError(_l("Quelqu'un d'autre a modifié ce terme pendant que vous écriviez."))
        said = replace(said, id=tag.public_id)
    book = read_book()
    made = plan(book, [said])
    (verdict,) = made.verdicts
    if verdict.remarks or (tag is None and verdict.outcome is not Outcome.CREATED):
        raise DomainError(verdict.detail or _l("« %(name)s » est déjà un terme de la liste commune.", name=said.fr))
    if verdict.outcome is Outcome.UNCHANGED and tag is not None:
        return tag
    (kept,) = write(by, book, made)
    record("keyword.edited" if tag is not None else "keyword.added", by, kept)
    return kept


def merge_terms(by: User, tag: Tag, target: Tag) -> None:
    """Make one term of two: the names, the resources and the narrower terms of the first go to the other.

    Raises RefusedError, DomainError for a term with itself.
    """
    keeps_thesaurus.require(by, None)
    lock(tag, target)
    if tag.id == target.id:
        raise DomainError(_l("Choisissez un autre terme que celui-ci."))
    book = read_book()
    gone, kept = said_of(tag, book), said_of(target, book)
    keep_revision(target, by, kept.plain)
    below = book.narrower()
    fits = [one for one in below.get(tag.id, ()) if not book.would_sink(one, target.id, below)]
    children = [one for one in fits if not book.would_circle(one, target.id)]
    retag({tag.id: target.id})
    db.session.execute(update(Tag).where(Tag.merged_into_id == tag.id).values(merged_into_id=target.id))
    _place_under(children, [target.id])
    _forget(tag)
    _write_again(
        replace(
            kept,
            alt_fr=(*kept.alt_fr, gone.fr, *gone.alt_fr),
            alt_en=(*kept.alt_en, *filter(None, [gone.en]), *gone.alt_en),
            hidden_fr=(*kept.hidden_fr, *gone.hidden_fr),
            hidden_en=(*kept.hidden_en, *gone.hidden_en),
            broader=tuple(one for one in kept.broader if one != gone.fr),
            related=tuple(one for one in {*kept.related, *gone.related} if one not in {kept.fr, gone.fr}),
        ),
    )
    record("keyword.joined", by, target)


def split_off(by: User, tag: Tag, name: str) -> Tag:
    """Make of a synonym a term of its own, beside the one it was a synonym of; resources keep the latter.

    Raises RefusedError, DomainError when it is no synonym of the term.
    """
    keeps_thesaurus.require(by, None)
    lock(tag)
    said = said_of(tag, read_book())
    kinds = [kind for kind in NAMES if name in getattr(said, kind)]
    if not kinds:
        raise DomainError(_l("Choisissez un synonyme de ce terme."))
    keep_revision(tag, by, said.plain)
    left = {kind: [one for one in getattr(said, kind) if one != name] for kind in kinds}
    _write_again(TermSaid.of(**{**said.plain, **left}))
    english = name if kinds[0].endswith("en") else ""
    made = _write_again(TermSaid.of(fr=name, en=english, broader=said.broader, related=[said.fr]))
    record("keyword.split_off", by, made)
    return made


def delete_term(by: User, tag: Tag) -> None:
    """Take a term out of the thesaurus; its narrower terms go under its broader ones.

    What the person does not read and carries it keeps the word, as one typed in its space: nothing is lost, and
    nothing told. Raises RefusedError, DomainError while a resource the person reads carries it.
    """
    keeps_thesaurus.require(by, None)
    lock(tag)
    book = read_book()
    carrying = select(func.count()).select_from(resource_tag).join(Resource)
    seen = db.session.scalar(carrying.where(resource_tag.c.tag_id == tag.id, are_visible(by))) or 0
    if seen:
        raise DomainError(
            ngettext(
                "%(num)s ressource porte ce terme : réunissez-le plutôt à un autre.",
                "%(num)s ressources portent ce terme : réunissez-le plutôt à un autre.",
                seen,
            )
        )
    _leave_words(tag)
    _place_under(book.narrower().get(tag.id, set()), book.broader.get(tag.id, set()))
    _forget(tag)
    write_under()
    record("keyword.deleted", by, None, name=tag.label)


def _leave_words(tag: Tag) -> None:
    carried = db.session.execute(
        select(Resource.id, Resource.space_id).join(resource_tag).where(resource_tag.c.tag_id == tag.id)
    ).all()
    places = sorted({space_id for _one, space_id in carried})
    if not places:
        return
    row = {"slug": tag_slug(tag.label), "label": tag.label, "sort_key": sort_key(tag.label), "names": {}}
    db.session.execute(insert_new(Tag.__table__, [{**row, "space_id": one} for one in places]))
    own = select(Tag).where(Tag.slug == row["slug"], Tag.space_id.in_(places))
    words = {word.space_id: word for word in db.session.scalars(own)}
    rows = [{"resource_id": one, "tag_id": words[space_id].id} for one, space_id in carried]
    db.session.execute(insert_new(resource_tag, rows))
    index_again(words.values())


def _place_under(terms: set[int] | list[int], broader: set[int] | list[int]) -> None:
    rows = [{"tag_id": one, "broader_id": above} for one in terms for above in broader if one != above]
    if rows:
        db.session.execute(insert_new(tag_broader, rows))


def _forget(tag: Tag) -> None:
    """Delete a term with its words and links: resources must carry it no more, or lose it."""
    index_again([tag])
    rules_changed()
    for table in (tag_broader, tag_related):
        first, other = table.c
        db.session.execute(delete(table).where((first == tag.id) | (other == tag.id)))
    db.session.expunge(tag)
    db.session.execute(delete(Tag).where(Tag.id == tag.id))


def _write_again(said: TermSaid) -> Tag:
    """Write one term without a revision of its own; what cannot be kept of it is left aside.

    Raises DomainError when it has more names than a term may.
    """
    book = read_book()
    made = plan(book, [said])
    if made.verdicts[0].outcome is Outcome.REFUSED:
        raise DomainError(made.verdicts[0].detail)
    written = write(None, book, made)
    write_under()
    return written[0] if written else book.terms[made.verdicts[0].key]
