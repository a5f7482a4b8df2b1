"""The words that were ever indexed, for what a misspelled one may mean.

Follows d17f4b83a6c0; made on 2026-11-29.
"""

import sqlalchemy as sa
from alembic import op

revision = "5b1e84c7d920"
down_revision = "d17f4b83a6c0"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_word",
        sa.Column("form", sa.String(length=30), nullable=False),
        sa.Column("initial", sa.String(length=1), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("form", name=op.f("pk_search_word")),
    )
    with op.batch_alter_table("search_word") as batch_op:
        batch_op.create_index(batch_op.f("ix_search_word_initial"), ["initial"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("search_word") as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_word_initial"))
    op.drop_table("search_word")
