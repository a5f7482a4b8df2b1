"""Spaces take any keyword or those of the common list alone, and decide of the words typed in them.

Columns are added in place: SQLite copies a table to change it otherwise.

Follows e92a7b3d5c18; made on 2026-11-28.
"""

import sqlalchemy as sa
from alembic import op

revision = "3d9a7e15c4b8"
down_revision = "e92a7b3d5c18"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("space", sa.Column("closed_keywords", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "tag_refused",
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_tag_refused_resource_id_resource"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_tag_refused_tag_id_tag"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("resource_id", "tag_id", name=op.f("pk_tag_refused")),
    )
    op.create_index(op.f("ix_tag_refused_tag_id"), "tag_refused", ["tag_id"])
    op.create_table(
        "tag_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=True),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("lang", sa.String(length=5), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_tag_decision_tag_id_tag"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["target_id"], ["tag.id"], name=op.f("fk_tag_decision_target_id_tag"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user.id"], name=op.f("fk_tag_decision_decided_by_id_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag_decision")),
        sa.UniqueConstraint("tag_id", name=op.f("uq_tag_decision_tag_id")),
    )


def downgrade() -> None:
    op.drop_table("tag_decision")
    op.drop_table("tag_refused")
    op.drop_column("space", "closed_keywords")
