"""Lists of terms brought into the thesaurus, tried before they are written.

Follows f3a9c61e7d20; made on 2026-11-28.
"""

import sqlalchemy as sa
from alembic import op

revision = "92e5b0c7d4a1"
down_revision = "f3a9c61e7d20"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "thesaurus_import",
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user.id"], name=op.f("fk_thesaurus_import_by_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thesaurus_import")),
        sa.UniqueConstraint("public_id", name=op.f("uq_thesaurus_import_public_id")),
    )
    op.create_index(op.f("ix_thesaurus_import_by_id"), "thesaurus_import", ["by_id"])


def downgrade() -> None:
    op.drop_table("thesaurus_import")
