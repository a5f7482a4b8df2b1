"""Invitations are found by a name whatever its accents.

Follows c3a90d51e7f4; made on 2026-11-29.
"""

import sqlalchemy as sa
from alembic import op

from app.core.db import sort_key

revision = "d17f4b83a6c0"
down_revision = "c3a90d51e7f4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("invitation", sa.Column("sort_key", sa.String(length=200), nullable=False, server_default=""))
    invitation = sa.table("invitation", sa.column("id", sa.Integer), sa.column("name"), sa.column("sort_key"))
    named = op.get_bind().execute(sa.select(invitation.c.id, invitation.c.name).where(invitation.c.name != "")).all()
    for key, name in named:
        op.execute(invitation.update().where(invitation.c.id == key).values(sort_key=sort_key(name)))


def downgrade() -> None:
    op.drop_column("invitation", "sort_key")
