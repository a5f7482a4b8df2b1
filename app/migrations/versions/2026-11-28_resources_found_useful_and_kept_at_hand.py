"""Resources found useful, and resources kept at hand.

Follows 3d9a7e15c4b8; made on 2026-11-28.
"""

import sqlalchemy as sa
from alembic import op

revision = "8b5d12e7c4f0"
down_revision = "3d9a7e15c4b8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("useful", "kept"):
        op.create_table(
            name,
            sa.Column("resource_id", sa.Integer(), nullable=False),
            sa.Column("user_id", sa.Integer(), nullable=False),
            sa.Column("at", sa.DateTime(timezone=True), nullable=False),
            sa.ForeignKeyConstraint(
                ["resource_id"], ["resource.id"], name=op.f(f"fk_{name}_resource_id_resource"), ondelete="CASCADE"
            ),
            sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f(f"fk_{name}_user_id_user"), ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("resource_id", "user_id", name=op.f(f"pk_{name}")),
        )
        op.create_index(op.f(f"ix_{name}_user_id"), name, ["user_id"])


def downgrade() -> None:
    op.drop_table("kept")
    op.drop_table("useful")
