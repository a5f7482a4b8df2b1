"""How far a rebuild of the index has come; words know the last rebuild that met them.

Follows c41f6a08e7b2; made on 2026-11-29.
"""

import sqlalchemy as sa
from alembic import op

revision = "e92f51b7d034"
down_revision = "c41f6a08e7b2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_rebuild",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("generation", sa.String(length=80), nullable=False),
        sa.Column("made_with", sa.String(length=400), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_rebuild")),
    )
    with op.batch_alter_table("search_word") as batch_op:
        batch_op.add_column(sa.Column("met_by", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("search_word") as batch_op:
        batch_op.drop_column("met_by")
    op.drop_table("search_rebuild")
