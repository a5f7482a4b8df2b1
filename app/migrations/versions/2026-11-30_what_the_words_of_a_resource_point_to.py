"""What the words of a resource point to: those that stand are read once.

Follows b94c7e05d3f8; made on 2026-11-30.
"""

import json
import re

import sqlalchemy as sa
from alembic import op

revision = "c7d15e90b2a4"
down_revision = "b94c7e05d3f8"
branch_labels = None
depends_on = None

ADDRESS = re.compile("/ressources/([a-z2-7]{10})(?![a-z2-7])")


def upgrade() -> None:
    link = op.create_table(
        "resource_link",
        sa.Column("resource_id", sa.Integer(), nullable=False),
        sa.Column("pointed", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.id"], name=op.f("fk_resource_link_resource_id_resource"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("resource_id", "pointed", name=op.f("pk_resource_link")),
    )
    op.create_index(op.f("ix_resource_link_pointed"), "resource_link", ["pointed"])
    resource = sa.table(
        "resource",
        *(sa.column(name) for name in ("id", "public_id", "summary", "body")),
        sa.column("fields", sa.JSON()),
    )
    texts = (resource.c.summary, resource.c.body, sa.cast(resource.c.fields, sa.Text))
    pointing = sa.or_(*(one.contains("/ressources/") for one in texts))
    found = op.get_bind().execute(sa.select(resource).where(pointing)).all()
    rows = [{"resource_id": one.id, "pointed": pointed} for one in found for pointed in _pointed(one)]
    if rows:
        op.bulk_insert(link, rows)


def _pointed(resource: sa.Row) -> list[str]:
    words = resource.summary, resource.body, json.dumps(resource.fields)
    return sorted({found for text in words for found in ADDRESS.findall(text)} - {resource.public_id})


def downgrade() -> None:
    op.drop_table("resource_link")
