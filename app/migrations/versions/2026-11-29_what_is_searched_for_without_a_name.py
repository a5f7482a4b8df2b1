"""Words searched for, by day, without who searched.

Follows a71c3e9d0b52; made on 2026-11-29.
"""

import sqlalchemy as sa
from alembic import op

revision = "c4d80f6b219e"
down_revision = "a71c3e9d0b52"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_asked",
        sa.Column("words", sa.String(length=100), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("words", "day", name=op.f("pk_search_asked")),
    )
    with op.batch_alter_table("search_asked") as batch_op:
        batch_op.create_index(batch_op.f("ix_search_asked_day"), ["day"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("search_asked") as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_asked_day"))
    op.drop_table("search_asked")
