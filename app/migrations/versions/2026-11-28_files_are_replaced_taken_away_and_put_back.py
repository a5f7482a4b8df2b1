"""Files are replaced, taken away and put back: their versions say what changed, and are parts for the search.

Follows f2b7d4a90c16; made on 2026-11-28. Until now a file had one version, and the index knew its pages by its place
among the files of its resource: that number stays its part.
"""

import sqlalchemy as sa
from alembic import op

revision = "7d20c4e9b1a6"
down_revision = "f2b7d4a90c16"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attachment", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("file_version", sa.Column("part", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("file_version", sa.Column("note", sa.String(length=300), nullable=False, server_default=""))
    op.add_column("file_version", sa.Column("back_to", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE file_version SET part ="
        " (SELECT attachment.position FROM attachment WHERE attachment.id = file_version.attachment_id)"
    )


def downgrade() -> None:
    op.execute("DELETE FROM attachment WHERE removed_at IS NOT NULL")
    op.drop_column("file_version", "back_to")
    op.drop_column("file_version", "note")
    op.drop_column("file_version", "part")
    op.drop_column("attachment", "removed_at")
