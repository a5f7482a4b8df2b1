"""Office documents laid out on pages: on how many, where the host has LibreOffice.

Follows 1f84d6c3a7e0; made on 2026-11-28.
"""

import sqlalchemy as sa
from alembic import op

revision = "6b0e3f91d2c5"
down_revision = "1f84d6c3a7e0"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("blob", sa.Column("laid_out", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("blob", "laid_out")
