"""Keywords become terms of a thesaurus, known to all, and words of one space, known there alone.

A keyword was one row for the whole site. Each is now copied into every space where a resource carries it. The two
tables are made anew: SQLite cannot take the uniqueness of a column away in place.

Follows a41d7be20c65; made on 2026-11-28.
"""

import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "f18b4c0d72e6"
down_revision = "a41d7be20c65"
branch_labels = None
depends_on = None

ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
AT_ONCE = 500


def upgrade() -> None:
    kept, carried = _set_aside()
    op.create_table(
        "tag",
        sa.Column("slug", sa.String(length=90), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("label_en", sa.String(length=80), nullable=False),
        sa.Column("sort_key", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("note_fr", sa.Text(), nullable=False),
        sa.Column("note_en", sa.Text(), nullable=False),
        sa.Column("edit_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["space_id"], ["space.id"], name=op.f("fk_tag_space_id_space"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["tag.id"], name=op.f("fk_tag_merged_into_id_tag"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("public_id", name=op.f("uq_tag_public_id")),
        sa.UniqueConstraint("space_id", "slug", name=op.f("uq_tag_space_id_slug")),
    )
    only_terms = sa.text("space_id IS NULL")
    op.create_index("uq_tag_term", "tag", ["slug"], unique=True, sqlite_where=only_terms, postgresql_where=only_terms)
    op.create_index(op.f("ix_tag_sort_key"), "tag", ["sort_key"])
    op.create_index(op.f("ix_tag_merged_into_id"), "tag", ["merged_into_id"])
    _carrying_table()
    op.create_table(
        "tag_word",
        sa.Column("slug", sa.String(length=90), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_tag_word_tag_id_tag"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_tag_word")),
    )
    op.create_index(op.f("ix_tag_word_tag_id"), "tag_word", ["tag_id"])
    for table, other in (("tag_broader", "broader_id"), ("tag_related", "related_id"), ("tag_under", "under_id")):
        op.create_table(
            table,
            sa.Column("tag_id", sa.Integer(), nullable=False),
            sa.Column(other, sa.Integer(), nullable=False),
            sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f(f"fk_{table}_tag_id_tag"), ondelete="CASCADE"),
            sa.ForeignKeyConstraint([other], ["tag.id"], name=op.f(f"fk_{table}_{other}_tag"), ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("tag_id", other, name=op.f(f"pk_{table}")),
        )
        op.create_index(op.f(f"ix_{table}_{other}"), table, [other])
    _put_back_in_spaces(kept, carried)


def downgrade() -> None:
    connection = op.get_bind()
    kept = {
        slug: (label, key)
        for slug, label, key in connection.execute(
            sa.text("SELECT slug, label, sort_key FROM tag WHERE state IN ('adopted', 'proposed') ORDER BY id DESC")
        )
    }
    carried = connection.execute(
        sa.text("SELECT DISTINCT resource_id, slug FROM resource_tag JOIN tag ON tag.id = tag_id")
    ).all()
    for table in ("tag_under", "tag_related", "tag_broader", "tag_word", "resource_tag", "tag"):
        op.drop_table(table)
    op.create_table(
        "tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=90), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("sort_key", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("slug", name=op.f("uq_tag_slug")),
    )
    op.create_index(op.f("ix_tag_sort_key"), "tag", ["sort_key"])
    _carrying_table()
    numbers = {slug: n for n, slug in enumerate(sorted(kept), 1)}
    _insert("tag", [{"id": numbers[one], "slug": one, "label": kept[one][0], "sort_key": kept[one][1]} for one in kept])
    rows = [{"resource_id": resource, "tag_id": numbers[slug]} for resource, slug in carried if slug in numbers]
    _insert("resource_tag", rows)
    _count_on()


def _set_aside() -> tuple[dict[int, tuple[str, str, str]], list[tuple[int, int, int]]]:
    """Return the keywords by their id, and which resource of which space carries which; drop their tables."""
    connection = op.get_bind()
    tags = connection.execute(sa.text("SELECT id, slug, label, sort_key FROM tag"))
    kept = {number: (slug, label, key) for number, slug, label, key in tags}
    carried = connection.execute(
        sa.text(
            "SELECT resource_tag.resource_id, resource.space_id, resource_tag.tag_id "
            "FROM resource_tag JOIN resource ON resource.id = resource_tag.resource_id"
        )
    )
    rows = [(resource, space, tag) for resource, space, tag in carried]
    op.drop_table("resource_tag")
    op.drop_table("tag")
    return kept, rows


def _carrying_table() -> None:
    op.create_table(
        "resource_tag",
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_resource_tag_resource_id_resource"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_resource_tag_tag_id_tag"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("resource_id", "tag_id", name=op.f("pk_resource_tag")),
    )
    op.create_index(op.f("ix_resource_tag_tag_id"), "resource_tag", ["tag_id"])


def _put_back_in_spaces(kept: dict[int, tuple[str, str, str]], carried: list[tuple[int, int, int]]) -> None:
    moment = datetime.now(UTC)
    places = sorted({(space, tag) for _resource, space, tag in carried})
    numbers = {place: n for n, place in enumerate(places, 1)}
    tags = [
        {
            "id": numbers[space, tag],
            "public_id": "".join(secrets.choice(ALPHABET) for _ in range(10)),
            "slug": kept[tag][0],
            "label": kept[tag][1],
            "sort_key": kept[tag][2],
            "label_en": "",
            "state": "proposed",
            "space_id": space,
            "reason": "",
            "names": {},
            "note_fr": "",
            "note_en": "",
            "edit_version": 1,
            "created_at": moment,
            "updated_at": moment,
        }
        for space, tag in places
    ]
    _insert("tag", tags)
    _insert("resource_tag", [{"resource_id": one, "tag_id": numbers[space, tag]} for one, space, tag in carried])
    _count_on()


def _insert(table: str, rows: list[dict[str, object]]) -> None:
    moment = sa.DateTime(timezone=True)
    types = {"created_at": moment, "updated_at": moment, "names": sa.JSON()}
    columns = [sa.column(name, types.get(name)) for name in (rows[0] if rows else ())]
    for start in range(0, len(rows), AT_ONCE):
        op.bulk_insert(sa.table(table, *columns), rows[start : start + AT_ONCE])


def _count_on() -> None:
    """Let PostgreSQL give the next ids after those written here."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT setval(pg_get_serial_sequence('tag', 'id'), (SELECT COALESCE(MAX(id), 0) + 1 FROM tag))")
