"""Drafts shared with colleagues of one's city: whether the author lets them read and complete it.

Follows b4e0f6a27d19; made on 2026-11-28.
"""

import sqlalchemy as sa
from alembic import op

revision = "c61f93d0ab57"
down_revision = "b4e0f6a27d19"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("resource", sa.Column("shared_draft", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("resource", "shared_draft")
