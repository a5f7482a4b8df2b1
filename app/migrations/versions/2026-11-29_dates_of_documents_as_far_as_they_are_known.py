"""The date of a document as far as it is known: a year, a month or a day.

Follows e93b7d2c5a18; made on 2026-11-29.
"""

import sqlalchemy as sa
from alembic import op

revision = "4b8d06f3e1a7"
down_revision = "e93b7d2c5a18"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("resource") as batch_op:
        batch_op.alter_column(
            "dated_on",
            existing_type=sa.Date(),
            type_=sa.String(length=10),
            existing_nullable=True,
            postgresql_using="to_char(dated_on, 'YYYY-MM-DD')",
        )


def downgrade() -> None:
    op.execute("UPDATE resource SET dated_on = substr(dated_on || '-01-01', 1, 10) WHERE dated_on IS NOT NULL")
    if op.get_bind().dialect.name != "sqlite":  # where a date is such a text, and a copy would make a number of it
        op.alter_column("resource", "dated_on", type_=sa.Date(), postgresql_using="dated_on::date")
