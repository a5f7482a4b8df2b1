"""A line of the journal is not replaced: SQLite's REPLACE removes a row without asking the guard of removals.

Follows 4b8d06f3e1a7; made on 2026-11-29.
"""

import sqlalchemy as sa
from alembic import op

revision = "c7a1e94d5b02"
down_revision = "4b8d06f3e1a7"
branch_labels = None
depends_on = None

GUARD = """CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(sa.text(GUARD))


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(sa.text("DROP TRIGGER audit_is_not_replaced"))
