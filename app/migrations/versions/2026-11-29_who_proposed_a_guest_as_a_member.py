"""Who runs a space and proposed one of its guests as a member of the network.

Follows 92e5b0c7d4a1; made on 2026-11-29.
"""

import sqlalchemy as sa
from alembic import op

revision = "c3a90d51e7f4"
down_revision = "92e5b0c7d4a1"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("membership") as batch_op:
        batch_op.add_column(sa.Column("proposed_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_membership_proposed_by_id_user"), "user", ["proposed_by_id"], ["id"], ondelete="SET NULL"
        )


def downgrade() -> None:
    with op.batch_alter_table("membership") as batch_op:
        batch_op.drop_constraint(op.f("fk_membership_proposed_by_id_user"), type_="foreignkey")
        batch_op.drop_column("proposed_by_id")
