"""Reading lists and pins, and what messages cite: kept aside so that a resource can say where it is used.

Follows 5e02b9d41f7a; made on 2026-11-28.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "c7a1f4e82d35"
down_revision = "5e02b9d41f7a"
branch_labels = None
depends_on = None

CITED = re.compile(r"\[\[([a-z]+):([a-z0-9][a-z0-9-]{0,80})\]\]")


def upgrade() -> None:
    op.create_table(
        "reading_list",
        sa.Column("intro", sa.Text(), nullable=False),
        sa.Column("intro_html", sa.Text(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("sort_key", sa.String(length=200), nullable=False),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("lang", sa.String(length=5), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edit_version", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_reason", sa.String(length=400), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("deleted_by_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user.id"], name=op.f("fk_reading_list_author_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["deleted_by_id"], ["user.id"], name=op.f("fk_reading_list_deleted_by_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["space_id"], ["space.id"], name=op.f("fk_reading_list_space_id_space"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_list")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reading_list_public_id")),
    )
    for column in ("author_id", "published_at", "sort_key", "space_id"):
        op.create_index(op.f(f"ix_reading_list_{column}"), "reading_list", [column])
    op.create_table(
        "reading_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_reading_entry_by_id_user"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["list_id"], ["reading_list.id"], name=op.f("fk_reading_entry_list_id_reading_list"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_reading_entry_resource_id_resource"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_entry")),
        sa.UniqueConstraint("list_id", "resource_id", name=op.f("uq_reading_entry_list_id_resource_id")),
    )
    op.create_index(op.f("ix_reading_entry_resource_id"), "reading_entry", ["resource_id"])
    op.create_table(
        "pin",
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_pin_by_id_user"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_pin_resource_id_resource"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["space_id"], ["space.id"], name=op.f("fk_pin_space_id_space"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("space_id", "resource_id", name=op.f("pk_pin")),
    )
    op.create_index(op.f("ix_pin_resource_id"), "pin", ["resource_id"])
    citation = op.create_table(
        "citation",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_citation_post_id_post"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", "type", "key", name=op.f("pk_citation")),
    )
    op.create_index("ix_citation_cited", "citation", ["type", "key"])
    posts = sa.table("post", sa.column("id", sa.Integer), sa.column("html", sa.Text))
    texts = op.get_bind().execute(
        sa.select(posts.c.id, posts.c.html).where(posts.c.html.contains("[[", autoescape=True))
    )
    rows = [
        {"post_id": post_id, "type": type_[:20], "key": key}
        for post_id, html in texts.all()
        for type_, key in dict.fromkeys(CITED.findall(html))
    ]
    if rows:
        op.bulk_insert(citation, rows)


def downgrade() -> None:
    for table in ("citation", "pin", "reading_entry", "reading_list"):
        op.drop_table(table)
