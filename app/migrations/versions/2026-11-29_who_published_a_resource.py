"""Who published a resource: the journal knows it for some months, its history for good.

Follows e6b20f95a8d1; made on 2026-11-29.
"""

import sqlalchemy as sa
from alembic import op

revision = "b94c7e05d3f8"
down_revision = "e6b20f95a8d1"
branch_labels = None
depends_on = None

WHO = "fk_resource_published_by_id_user"
#: What the journal still tells of it.
KNOWN = """UPDATE resource SET published_by_id = (SELECT person_id FROM audit WHERE action = 'resource.shared'
AND subject_type = 'resource' AND subject_id = resource.id ORDER BY id DESC LIMIT 1)"""


def upgrade() -> None:
    with op.batch_alter_table("resource") as table:
        table.add_column(sa.Column("published_by_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f(WHO), "user", ["published_by_id"], ["id"], ondelete="SET NULL")
    op.execute(sa.text(KNOWN))


def downgrade() -> None:
    with op.batch_alter_table("resource") as table:
        table.drop_constraint(op.f(WHO), type_="foreignkey")
        table.drop_column("published_by_id")
