"""Files wait for what the antivirus says; those that are there came when there was none.

Follows 1c8e5f37ab90; made on 2026-11-28.
"""

import sqlalchemy as sa
from alembic import op

revision = "e92a7b3d5c18"
down_revision = "1c8e5f37ab90"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("blob", sa.Column("safety", sa.String(length=10), nullable=False, server_default="unchecked"))
    op.add_column("blob", sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("blob", sa.Column("signature", sa.String(length=120), nullable=False, server_default=""))
    op.create_index(op.f("ix_blob_safety"), "blob", ["safety"])


def downgrade() -> None:
    op.drop_index(op.f("ix_blob_safety"), table_name="blob")
    op.drop_column("blob", "signature")
    op.drop_column("blob", "checked_at")
    op.drop_column("blob", "safety")
