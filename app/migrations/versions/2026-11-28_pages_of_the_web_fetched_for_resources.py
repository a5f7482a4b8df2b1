"""Pages of the web fetched for press articles: what they propose, and their words for the search.

Follows a83c6e10f5b2; made on 2026-11-28.
"""

import sqlalchemy as sa
from alembic import op

revision = "e4b7d9a2c016"
down_revision = "a83c6e10f5b2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fetched_page",
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("form", sa.String(length=300), nullable=False),
        sa.Column("address", sa.String(length=2000), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("refusal", sa.String(length=20), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("resource_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_fetched_page_by_id_user"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_fetched_page_resource_id_resource"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fetched_page")),
        sa.UniqueConstraint("public_id", name=op.f("uq_fetched_page_public_id")),
        sa.UniqueConstraint("resource_id", name=op.f("uq_fetched_page_resource_id")),
    )
    op.create_index("ix_fetched_page_form", "fetched_page", ["by_id", "form"])


def downgrade() -> None:
    op.drop_table("fetched_page")
