"""Resources changed several at once: how each was before, so that the deed can be undone.

Follows 8b5d12e7c4f0; made on 2026-11-28.
"""

import sqlalchemy as sa
from alembic import op

revision = "5e02b9d41f7a"
down_revision = "8b5d12e7c4f0"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bulk_edit",
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_bulk_edit_by_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_edit")),
        sa.UniqueConstraint("public_id", name=op.f("uq_bulk_edit_public_id")),
    )
    op.create_index(op.f("ix_bulk_edit_by_id"), "bulk_edit", ["by_id"])


def downgrade() -> None:
    op.drop_table("bulk_edit")
