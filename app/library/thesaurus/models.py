"""What links the terms of the thesaurus: every word that names one, what is broader, narrower, related."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table

from app.extensions import db

#: The names a term has beside its two labels: those shown as synonyms, and those only understood when typed.
NAMES = ("alt_fr", "alt_en", "hidden_fr", "hidden_en")


def _to_tag(name: str, *, primary_key: bool = True, index: bool = False) -> Column[int]:
    return Column(name, ForeignKey("tag.id", ondelete="CASCADE"), primary_key=primary_key, index=index, nullable=False)


#: Every word that names a term, folded as ``Tag.slug`` is: whatever is typed, one term at most answers.
tag_word = Table(
    "tag_word",
    db.metadata,
    Column("slug", String(90), primary_key=True),
    _to_tag("tag_id", primary_key=False, index=True),
)

#: A term and one of those directly above it. There may be several, and no circle.
tag_broader = Table("tag_broader", db.metadata, _to_tag("tag_id"), _to_tag("broader_id", index=True))

#: Two terms that go together, kept both ways.
tag_related = Table("tag_related", db.metadata, _to_tag("tag_id"), _to_tag("related_id", index=True))

#: A term with itself and with all that stands under it, at any depth: made anew whenever the order changes.
tag_under = Table("tag_under", db.metadata, _to_tag("tag_id"), _to_tag("under_id", index=True))
