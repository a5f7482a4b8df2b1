"""When a person said whether they want to be in the directory: nobody is presumed to.

Follows 7d2f4a9be61c; made on 2026-11-25.
"""

import sqlalchemy as sa
from alembic import op

revision = "5d0b7c1e9a24"
down_revision = "7d2f4a9be61c"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user", sa.Column("directory_answered_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("user", "directory_answered_at")
