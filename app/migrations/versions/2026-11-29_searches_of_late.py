"""What each person asked lately, theirs alone.

Follows c40d9a7be153; made on 2026-11-29.
"""

import sqlalchemy as sa
from alembic import op

revision = "c41f6a08e7b2"
down_revision = "c40d9a7be153"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recent_search",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_recent_search_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recent_search")),
        sa.UniqueConstraint("public_id", name=op.f("uq_recent_search_public_id")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_recent_search_user_id_key")),
    )
    with op.batch_alter_table("recent_search") as batch_op:
        batch_op.create_index(batch_op.f("ix_recent_search_at"), ["at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("recent_search") as batch_op:
        batch_op.drop_index(batch_op.f("ix_recent_search_at"))
    op.drop_table("recent_search")
