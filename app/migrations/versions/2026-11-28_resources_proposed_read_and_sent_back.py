"""Resources proposed, read by those who run the space, and sent back.

Follows e4b7d9a2c016; made on 2026-11-28.
"""

import sqlalchemy as sa
from alembic import op

revision = "f2b7d4a90c16"
down_revision = "e4b7d9a2c016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("space", sa.Column("reviews_resources", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("resource", sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_resource_proposed_at"), "resource", ["proposed_at"])
    op.create_table(
        "sent_back",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_sent_back_resource_id_resource"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_sent_back_by_id_user"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_back")),
    )
    op.create_index(op.f("ix_sent_back_resource_id"), "sent_back", ["resource_id"])


def downgrade() -> None:
    op.drop_table("sent_back")
    op.drop_index(op.f("ix_resource_proposed_at"), table_name="resource")
    op.drop_column("resource", "proposed_at")
    op.drop_column("space", "reviews_resources")
