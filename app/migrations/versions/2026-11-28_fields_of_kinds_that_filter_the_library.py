"""Fields of kinds that filter the library: their values, beside the resources.

Follows e5b81c7f20d4; made on 2026-11-28.
"""

import sqlalchemy as sa
from alembic import op

revision = "b4e0f6a27d19"
down_revision = "e5b81c7f20d4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "resource_facet",
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_id"],
            ["resource.id"],
            name=op.f("fk_resource_facet_resource_id_resource"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("resource_id", "name", "value", name=op.f("pk_resource_facet")),
    )
    op.create_index("ix_resource_facet_name_value", "resource_facet", ["name", "value"])


def downgrade() -> None:
    op.drop_table("resource_facet")
