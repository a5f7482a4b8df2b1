"""Cities that do what a practice tells: one statement for each city and practice.

Follows d7a2c5e81f36; made on 2026-11-28.
"""

import sqlalchemy as sa
from alembic import op

revision = "a83c6e10f5b2"
down_revision = "d7a2c5e81f36"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "adoption",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("says", sa.String(length=10), nullable=False),
        sa.Column("since", sa.String(length=10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("own_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_adoption_resource_id_resource"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_adoption_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["own_id"], ["resource.id"], name=op.f("fk_adoption_own_id_resource"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_adoption_by_id_user"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adoption")),
        sa.UniqueConstraint("resource_id", "organisation_id", name=op.f("uq_adoption_resource_id_organisation_id")),
    )


def downgrade() -> None:
    op.drop_table("adoption")
