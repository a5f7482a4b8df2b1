"""The answer to who asks to enter a space is kept until it takes effect, so that it can be taken back.

Follows c61f93d0ab57; made on 2026-11-28. SQLite cannot add a foreign key in place: the table is copied there, which
loses nothing because no other table points to it.
"""

import sqlalchemy as sa
from alembic import op

revision = "3c9e5a71d8f2"
down_revision = "c61f93d0ab57"
branch_labels = None
depends_on = None

WHO = "fk_join_request_decided_by_id_user"
COLUMNS = ("reason", "applied_at", "effective_at", "decided_by_id", "decided_at", "state")


def upgrade() -> None:
    with op.batch_alter_table("join_request") as table:
        table.add_column(sa.Column("state", sa.String(length=12), nullable=False, server_default="pending"))
        table.add_column(sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("decided_by_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("effective_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("reason", sa.String(length=1000), nullable=False, server_default=""))
        table.create_foreign_key(op.f(WHO), "user", ["decided_by_id"], ["id"], ondelete="SET NULL")


def downgrade() -> None:
    with op.batch_alter_table("join_request") as table:
        table.drop_constraint(op.f(WHO), type_="foreignkey")
        for name in COLUMNS:
            table.drop_column(name)
