"""What people do and the regions of their organisations are kept folded too, so that the database compares them.

Follows e92f51b7d034; made on 2026-11-29.
"""

import sqlalchemy as sa
from alembic import op

from app.core.db import sort_key

revision = "e93b7d2c5a18"
down_revision = "e92f51b7d034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, written in (("user", "function"), ("organisation", "region")):
        key = f"{written}_key"
        op.add_column(name, sa.Column(key, sa.String(length=200), nullable=False, server_default=""))
        table = sa.table(name, sa.column("id", sa.Integer), sa.column(written), sa.column(key))
        column = table.c[written]
        filled = sa.select(column).where(column.is_not(None), column != "").distinct()
        for (text,) in op.get_bind().execute(filled).all():
            op.execute(table.update().where(column == text).values({key: sort_key(text)}))


def downgrade() -> None:
    op.drop_column("organisation", "region_key")
    op.drop_column("user", "function_key")
