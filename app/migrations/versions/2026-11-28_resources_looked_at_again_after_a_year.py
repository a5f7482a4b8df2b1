"""Resources looked at again after a year: when, who was asked, and when they were last said to hold.

Practices and guides already published are to be looked at a year after they came out.

Follows 5e1b7c94d0a3; made on 2026-11-28.
"""

import sqlalchemy as sa
from alembic import op

revision = "1c8e5f37ab90"
down_revision = "5e1b7c94d0a3"
branch_labels = None
depends_on = None

A_YEAR_AFTER = {
    "sqlite": "date(published_at, '+12 months')",
    "postgresql": "(published_at + interval '12 months')::date",
}


def upgrade() -> None:
    op.add_column("resource", sa.Column("review_on", sa.Date(), nullable=True))
    op.add_column("resource", sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_resource_review_on"), "resource", ["review_on"])
    op.create_table(
        "validity_asked",
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_validity_asked_resource_id_resource"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_validity_asked_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("resource_id", "user_id", name=op.f("pk_validity_asked")),
    )
    op.create_index(op.f("ix_validity_asked_user_id"), "validity_asked", ["user_id"])
    after = A_YEAR_AFTER[op.get_bind().dialect.name]
    due = "kind IN ('practice', 'guide') AND state = 'published'"
    op.execute(f"UPDATE resource SET review_on = {after} WHERE {due}")  # noqa: S608 - our own words


def downgrade() -> None:
    op.drop_table("validity_asked")
    op.drop_index(op.f("ix_resource_review_on"), table_name="resource")
    op.drop_column("resource", "verified_at")
    op.drop_column("resource", "review_on")
