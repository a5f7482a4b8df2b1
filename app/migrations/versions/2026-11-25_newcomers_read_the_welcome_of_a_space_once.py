"""Newcomers read the welcome of a space once: when they did is remembered.

Follows c1788d7d5a36; made on 2026-11-25.
"""

import sqlalchemy as sa
from alembic import op

revision = "7d2f4a9be61c"
down_revision = "c1788d7d5a36"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("membership", sa.Column("welcomed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("membership", "welcomed_at")
