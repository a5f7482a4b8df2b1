"""Archives of spaces: those made for people, those brought in.

Follows 6b0e3f91d2c5; made on 2026-11-28.
"""

import sqlalchemy as sa
from alembic import op

revision = "f3a9c61e7d20"
down_revision = "6b0e3f91d2c5"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "space_archive",
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_space_archive_by_id_user"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["space_id"], ["space.id"], name=op.f("fk_space_archive_space_id_space"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_space_archive")),
        sa.UniqueConstraint("public_id", name=op.f("uq_space_archive_public_id")),
    )
    op.create_index(op.f("ix_space_archive_by_id"), "space_archive", ["by_id"])
    op.create_index(op.f("ix_space_archive_space_id"), "space_archive", ["space_id"])
    op.create_table(
        "archive_import",
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("remarks", sa.JSON(), nullable=False),
        sa.Column("slug", sa.String(length=90), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_archive_import_by_id_user"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["space_id"], ["space.id"], name=op.f("fk_archive_import_space_id_space"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_import")),
        sa.UniqueConstraint("public_id", name=op.f("uq_archive_import_public_id")),
    )
    op.create_index(op.f("ix_archive_import_by_id"), "archive_import", ["by_id"])
    op.create_index(op.f("ix_archive_import_space_id"), "archive_import", ["space_id"])


def downgrade() -> None:
    op.drop_table("archive_import")
    op.drop_table("space_archive")
