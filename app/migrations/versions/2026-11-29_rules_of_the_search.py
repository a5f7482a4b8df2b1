"""Rules of the search kept by those who run it: synonyms, words to ignore, things that come first.

Follows 5e20b7c94f1a; made on 2026-11-29.
"""

import sqlalchemy as sa
from alembic import op

revision = "a71c3e9d0b52"
down_revision = "5e20b7c94f1a"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_rule",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edit_version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_rule")),
        sa.UniqueConstraint("public_id", name=op.f("uq_search_rule_public_id")),
    )
    with op.batch_alter_table("search_rule") as batch_op:
        batch_op.create_index(batch_op.f("ix_search_rule_kind"), ["kind"], unique=False)
    op.create_table(
        "search_rules_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_rules_version")),
    )


def downgrade() -> None:
    op.drop_table("search_rules_version")
    with op.batch_alter_table("search_rule") as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_rule_kind"))
    op.drop_table("search_rule")
