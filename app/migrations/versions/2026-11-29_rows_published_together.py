"""Rows of the table of files to complete that are published together, by a job.

Follows 8d3f61b0a7c4; made on 2026-11-29.
"""

import sqlalchemy as sa
from alembic import op

revision = "e6b20f95a8d1"
down_revision = "8d3f61b0a7c4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staged_publication",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("as_draft", sa.Boolean(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("made", sa.JSON(), nullable=False),
        sa.Column("refused", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["user.id"], name=op.f("fk_staged_publication_person_id_user"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["space_id"], ["space.id"], name=op.f("fk_staged_publication_space_id_space"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staged_publication")),
        sa.UniqueConstraint("public_id", name=op.f("uq_staged_publication_public_id")),
    )
    op.create_index(op.f("ix_staged_publication_person_id"), "staged_publication", ["person_id"])
    op.create_index(op.f("ix_staged_publication_space_id"), "staged_publication", ["space_id"])
    op.create_index(op.f("ix_staged_publication_at"), "staged_publication", ["at"])


def downgrade() -> None:
    op.drop_table("staged_publication")
