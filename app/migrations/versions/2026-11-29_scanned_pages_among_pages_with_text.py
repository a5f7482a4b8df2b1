"""Scanned pages among pages with text: which they are, and which pages had their words read on their picture.

Follows HEAD; made on 2026-11-29.
"""

import sqlalchemy as sa
from alembic import op

revision = "5e20b7c94f1a"
down_revision = "5b1e84c7d920"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("blob", sa.Column("scanned", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("page", sa.Column("is_recognised", sa.Boolean(), server_default=sa.false(), nullable=False))
    recognised = "SELECT id FROM blob WHERE recognised IS NOT NULL"
    op.execute(f"UPDATE page SET is_recognised = true WHERE blob_id IN ({recognised})")  # noqa: S608 - our own words


def downgrade() -> None:
    op.drop_column("page", "is_recognised")
    op.drop_column("blob", "scanned")
