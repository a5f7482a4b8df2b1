"""Saved searches, who follows them and what was found for each.

Follows c4d80f6b219e; made on 2026-11-29.
"""

import sqlalchemy as sa
from alembic import op

revision = "c40d9a7be153"
down_revision = "c4d80f6b219e"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("space_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_saved_search_user_id_user"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["space_id"], ["space.id"], name=op.f("fk_saved_search_space_id_space"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_saved_search_by_id_user"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint("public_id", name=op.f("uq_saved_search_public_id")),
    )
    with op.batch_alter_table("saved_search") as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_search_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_saved_search_space_id"), ["space_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_saved_search_removed_at"), ["removed_at"], unique=False)
    op.create_table(
        "search_watch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("search_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("rhythm", sa.String(length=10), nullable=False),
        sa.Column("stopped_from", sa.String(length=10), nullable=True),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("reach", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("known", sa.LargeBinary(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["search_id"], ["saved_search.id"], name=op.f("fk_search_watch_search_id_saved_search"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_search_watch_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_watch")),
        sa.UniqueConstraint("search_id", "user_id", name=op.f("uq_search_watch_search_id_user_id")),
    )
    with op.batch_alter_table("search_watch") as batch_op:
        batch_op.create_index(batch_op.f("ix_search_watch_user_id"), ["user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_search_watch_checked"), ["checked"], unique=False)
    op.create_table(
        "search_finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("watch_id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_new", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("to_tell", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["watch_id"],
            ["search_watch.id"],
            name=op.f("fk_search_finding_watch_id_search_watch"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_finding")),
        sa.UniqueConstraint("watch_id", "type", "object_id", name=op.f("uq_search_finding_watch_id_type_object_id")),
    )
    with op.batch_alter_table("search_finding") as batch_op:
        batch_op.create_index(batch_op.f("ix_search_finding_to_tell"), ["to_tell"], unique=False)


def downgrade() -> None:
    op.drop_table("search_finding")
    op.drop_table("search_watch")
    op.drop_table("saved_search")
