"""Words of scans, read page by page: how far each has come.

Follows c7a1f4e82d35; made on 2026-11-28.
"""

import sqlalchemy as sa
from alembic import op

revision = "1f84d6c3a7e0"
down_revision = "c7a1f4e82d35"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("blob", sa.Column("recognised", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.execute("UPDATE blob SET reading = 'image_only' WHERE reading = 'recognised'")
    op.drop_column("blob", "recognised")
