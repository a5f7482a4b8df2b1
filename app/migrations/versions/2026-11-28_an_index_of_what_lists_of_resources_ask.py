"""An index of what lists of resources, their filters and their counts ask, so that they need not read texts.

Follows 7d20c4e9b1a6; made on 2026-11-28.
"""

from alembic import op

revision = "a41d7be20c65"
down_revision = "7d20c4e9b1a6"
branch_labels = None
depends_on = None

COLUMNS = ["state", "deleted_at", "space_id", "audience", "author_id", "kind", "published_at", "sort_key"]


def upgrade() -> None:
    op.create_index("ix_resource_listed", "resource", COLUMNS)


def downgrade() -> None:
    op.drop_index("ix_resource_listed", "resource")
