"""Files sent in pieces, and those that wait to be completed before they join the library.

Follows b5e81f0c4d72; made on 2026-11-28.
"""

import sqlalchemy as sa
from alembic import op

revision = "5e1b7c94d0a3"
down_revision = "b5e81f0c4d72"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staged_resource",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("typed", sa.JSON(), nullable=False),
        sa.Column("apart", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["user.id"], name=op.f("fk_staged_resource_person_id_user"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["space_id"], ["space.id"], name=op.f("fk_staged_resource_space_id_space"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staged_resource")),
        sa.UniqueConstraint("public_id", name=op.f("uq_staged_resource_public_id")),
    )
    op.create_index("ix_staged_resource_person_space", "staged_resource", ["person_id", "space_id"])
    op.create_index(op.f("ix_staged_resource_space_id"), "staged_resource", ["space_id"])
    op.create_index(op.f("ix_staged_resource_touched_at"), "staged_resource", ["touched_at"])
    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=220), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified", sa.String(length=20), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.String(length=400), nullable=False),
        sa.Column("staged_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["user.id"], name=op.f("fk_upload_person_id_user"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["space_id"], ["space.id"], name=op.f("fk_upload_space_id_space"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["staged_id"],
            ["staged_resource.id"],
            name=op.f("fk_upload_staged_id_staged_resource"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("public_id", name=op.f("uq_upload_public_id")),
    )
    op.create_index(op.f("ix_upload_expires_at"), "upload", ["expires_at"])
    op.create_index(op.f("ix_upload_person_id"), "upload", ["person_id"])
    op.create_index(op.f("ix_upload_space_id"), "upload", ["space_id"])
    op.create_index(op.f("ix_upload_staged_id"), "upload", ["staged_id"])


def downgrade() -> None:
    op.drop_table("upload")
    op.drop_table("staged_resource")
