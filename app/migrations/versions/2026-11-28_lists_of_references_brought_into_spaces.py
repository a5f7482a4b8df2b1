"""Lists of references brought into spaces: what was read, what came of each row.

Follows 3c9e5a71d8f2; made on 2026-11-28.
"""

import sqlalchemy as sa
from alembic import op

revision = "d7a2c5e81f36"
down_revision = "3c9e5a71d8f2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reference_import",
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user.id"], name=op.f("fk_reference_import_by_id_user"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["space_id"], ["space.id"], name=op.f("fk_reference_import_space_id_space"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_import")),
        sa.UniqueConstraint("public_id", name=op.f("uq_reference_import_public_id")),
    )
    op.create_index(op.f("ix_reference_import_by_id"), "reference_import", ["by_id"])
    op.create_index(op.f("ix_reference_import_space_id"), "reference_import", ["space_id"])
    op.create_table(
        "reference_import_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("remarks", sa.JSON(), nullable=False),
        sa.Column("refusal", sa.String(length=300), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["reference_import.id"],
            name=op.f("fk_reference_import_row_import_id_reference_import"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"],
            ["resource.id"],
            name=op.f("fk_reference_import_row_resource_id_resource"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_import_row")),
        sa.UniqueConstraint("import_id", "n", name=op.f("uq_reference_import_row_import_id_n")),
    )
    op.create_index(op.f("ix_reference_import_row_resource_id"), "reference_import_row", ["resource_id"])


def downgrade() -> None:
    op.drop_table("reference_import_row")
    op.drop_table("reference_import")
