"""The journal is only added to: the database refuses to change a line, or to remove one less than six months old.

Follows 5d0b7c1e9a24; made on 2026-11-25.
"""

import sqlalchemy as sa
from alembic import op

revision = "e5b81c7f20d4"
down_revision = "5d0b7c1e9a24"
branch_labels = None
depends_on = None

REFUSAL = "the journal is only added to"
SQLITE = (
    f"CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"""CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit WHEN OLD.at > datetime('now', '-180 days')
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
)
POSTGRESQL = (
    f"""CREATE FUNCTION audit_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'DELETE' THEN IF OLD.at < now() - interval '180 days' THEN RETURN OLD; END IF; END IF;
    RAISE EXCEPTION '{REFUSAL}'; END $$""",
    """CREATE TRIGGER audit_is_only_added_to BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_is_only_added_to()""",
    """CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_only_added_to()""",
)


def upgrade() -> None:
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(sa.text(statement))


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(sa.text("DROP TRIGGER audit_is_not_removed"))
        op.execute(sa.text("DROP TRIGGER audit_is_not_changed"))
        return
    op.execute(sa.text("DROP TRIGGER audit_is_not_emptied ON audit"))
    op.execute(sa.text("DROP TRIGGER audit_is_only_added_to ON audit"))
    op.execute(sa.text("DROP FUNCTION audit_is_only_added_to()"))
