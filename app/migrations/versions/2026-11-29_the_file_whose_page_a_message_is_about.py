"""The file whose page a message is about: until now it was always the first one of its resource.

Follows c7a1e94d5b02; made on 2026-11-29.
"""

import sqlalchemy as sa
from alembic import op

revision = "8d3f61b0a7c4"
down_revision = "c7a1e94d5b02"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("post", sa.Column("file", sa.String(length=10), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("post", "file")
