"""The place that the files of a space may take, and when those who run it were told that it fills up.

Follows f18b4c0d72e6; made on 2026-11-28.
"""

import sqlalchemy as sa
from alembic import op

revision = "b5e81f0c4d72"
down_revision = "f18b4c0d72e6"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("space", sa.Column("quota", sa.BigInteger(), nullable=True))
    op.add_column("space", sa.Column("nearly_full_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("space", "nearly_full_at")
    op.drop_column("space", "quota")
