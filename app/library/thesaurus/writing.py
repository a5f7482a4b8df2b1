"""Writing terms and their links, in a number of statements that does not grow with them. Inside ``transaction()``."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Table, delete, insert, select, tuple_

from app.accounts.models import User
from app.core.db import PUBLIC_ID_ALPHABET, PUBLIC_ID_LENGTH, new_public_id, sort_key
from app.core.jobs import BULK, enqueue
from app.core.revisions import keep_revision
from app.extensions import db
from app.library.models import Tag, TagState, resource_tag
from app.library.tags import insert_new, tag_slug
from app.library.thesaurus.book import Book, Links, read_book
from app.library.thesaurus.judging import DOES, Outcome, Plan, Verdict
from app.library.thesaurus.models import tag_broader, tag_refused, tag_related, tag_under, tag_word
from app.library.thesaurus.reach import names_of
from app.library.thesaurus.saying import TermSaid, said_of
from app.search.models import touch_audience, touch_audience_of
from app.search.rules.models import rules_changed

REINDEX = "library.index_keywords"
AT_ONCE = 400
MOST_COUNTED = 100
Item = TypeVar("Item")
_PUBLIC_ID = re.compile(f"[{PUBLIC_ID_ALPHABET}]{{{PUBLIC_ID_LENGTH}}}")


def write(by: User | None, book: Book, made: Plan) -> list[Tag]:
    """Write what a plan says; return the terms made or changed. Words of spaces they now name become the terms."""
    done = [one for one in made.verdicts if one.outcome in DOES]
    tags = _made([one for one in done if one.outcome is Outcome.CREATED])
    for one in done:
        if one.outcome is Outcome.UPDATED:
            tags[one.key] = _changed(by, book, one)
    db.session.flush()
    real = {key: tag.id for key, tag in tags.items()}
    write_words(list(tags.values()))
    write_links(_real(made.broader, real), _real(made.related, real))
    write_under()
    take_over(list(tags.values()))
    index_again(tags.values())
    return list(tags.values())


def _made(verdicts: Sequence[Verdict]) -> dict[int, Tag]:
    """Add new terms, all at once; return them by their key. A public id said and free is theirs."""
    ids = [one.said.id for one in verdicts if _PUBLIC_ID.fullmatch(one.said.id)]
    used = {
        one for part in _parts(ids) for one in db.session.scalars(select(Tag.public_id).where(Tag.public_id.in_(part)))
    }
    free = set(ids) - used
    rows = [_row(one.said, one.said.id if one.said.id in free else new_public_id()) for one in verdicts]
    for part in _parts(rows):
        db.session.execute(insert(Tag.__table__), list(part))
    keys = {row["slug"]: one.key for row, one in zip(rows, verdicts, strict=True)}
    made: dict[int, Tag] = {}
    for slugs in _parts(sorted(keys)):
        for tag in db.session.scalars(select(Tag).where(Tag.space_id.is_(None), Tag.slug.in_(slugs))):
            made[keys[tag.slug]] = tag
    return made


def _row(said: TermSaid, public_id: str) -> dict[str, Any]:
    return {
        "public_id": public_id,
        "slug": tag_slug(said.fr),
        "label": said.fr,
        "label_en": said.en,
        "sort_key": sort_key(said.fr),
        "state": TagState.ADOPTED,
        "names": said.names,
        "note_fr": said.note_fr,
        "note_en": said.note_en,
    }


def _changed(by: User | None, book: Book, one: Verdict) -> Tag:
    said, tag = one.said, book.terms[one.key]
    if by is not None:
        keep_revision(tag, by, said_of(tag, book).plain)
    names = said.names
    if tag.slug not in said.words:
        names["hidden_fr"] = [*names.get("hidden_fr", []), tag.label]  # so that its old address leads here
    tag.label, tag.label_en, tag.slug = said.fr, said.en, tag_slug(said.fr)
    tag.names, tag.note_fr, tag.note_en = names, said.note_fr, said.note_en
    tag.edit_version += 1
    return tag


def _real(links: Links, real: dict[int, int]) -> set[tuple[int, int]]:
    return {(real.get(one, one), real.get(other, other)) for one, others in links.items() for other in others}


def write_words(tags: Sequence[Tag]) -> None:
    """Keep the words that name these terms, in place of those kept before; searches widen to them from now on."""
    rules_changed()
    ids = [tag.id for tag in tags]
    for part in _parts(ids):
        db.session.execute(delete(tag_word).where(tag_word.c.tag_id.in_(part)))
    rows = {tag_slug(name): tag.id for tag in tags for name in names_of(tag)}
    for chunk in _parts(sorted(rows.items())):
        db.session.execute(insert(tag_word), [{"slug": slug, "tag_id": one} for slug, one in chunk])


def write_links(broader: set[tuple[int, int]], related: set[tuple[int, int]]) -> None:
    """Keep what stands above and beside each term: all of it."""
    _renew(tag_broader, broader)
    _renew(tag_related, related)


def write_under() -> None:
    """Keep what stands under each term, at any depth, from the links as they are."""
    db.session.flush()
    _renew(tag_under, set(read_book().under()))


def _renew(table: Table, wanted: set[tuple[int, int]]) -> None:
    """Bring a table of two columns to these rows, touching only those that differ."""
    columns = list(table.c)
    kept = {(one, other) for one, other in db.session.execute(select(*columns))}
    for part in _parts(sorted(kept - wanted)):
        db.session.execute(delete(table).where(tuple_(*columns).in_(part)))
    for part in _parts(sorted(wanted - kept)):
        names = [column.name for column in columns]
        db.session.execute(insert(table), [dict(zip(names, row, strict=True)) for row in part])


def take_over(tags: Iterable[Tag]) -> None:
    """Let these terms take the place of the words of spaces that they now name, wherever those were used."""
    meant = {tag_slug(name): tag.id for tag in tags for name in names_of(tag)}
    for part in _parts(sorted(meant)):
        words = select(Tag.id, Tag.slug).where(Tag.space_id.is_not(None), Tag.slug.in_(part))
        retag({one: meant[slug] for one, slug in db.session.execute(words)}, forget=True)


def retag(into: dict[int, int], *, forget: bool = False) -> None:
    """Give the resources that carry some tags others in their place; ``forget``: the former are no more."""
    for part in _parts(sorted(into)):
        carried = db.session.execute(
            select(resource_tag.c.resource_id, resource_tag.c.tag_id).where(resource_tag.c.tag_id.in_(part))
        ).all()
        count_again({resource for resource, _tag in carried})
        rows = sorted({(resource, into[tag]) for resource, tag in carried})
        for chunk in _parts(rows):
            db.session.execute(insert_new(resource_tag, [{"resource_id": one, "tag_id": tag} for one, tag in chunk]))
        db.session.execute(delete(resource_tag).where(resource_tag.c.tag_id.in_(part)))
        if forget:
            db.session.execute(delete(Tag).where(Tag.id.in_(part)), execution_options={"synchronize_session": False})


def index_again(tags: Iterable[Tag]) -> None:
    """Have all that carries these keywords, or did until they were refused, indexed again by a job; counted at once."""
    ids = sorted({tag.id for tag in tags})
    for part in _parts(ids):
        for one in (resource_tag, tag_refused):
            count_again(set(db.session.scalars(select(one.c.resource_id).where(one.c.tag_id.in_(part)))))
    if ids:
        enqueue(REINDEX, {"tags": ids}, priority=BULK)


def count_again(resources: Collection[int]) -> None:
    """Let lists and filters count under other keywords what has others now: where it is much, all is read again."""
    if len(resources) > MOST_COUNTED:
        touch_audience()
    else:
        touch_audience_of("resource", sorted(resources))


def _parts(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]
