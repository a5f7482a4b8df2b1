"""People say more of themselves; invitations, requests for access, imports and entries of administrators.

Columns are added in place: SQLite copies a table to change it otherwise, and dropping the old one would take along
what refers to it.

Follows 9decfd2f5ad8; made on 2026-11-25.
"""

import sqlalchemy as sa
from alembic import op

revision = "c1788d7d5a36"
down_revision = "9decfd2f5ad8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organisation_domain",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_organisation_domain_organisation_id_organisation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_domain")),
        sa.UniqueConstraint("domain", name=op.f("uq_organisation_domain_domain")),
    )
    op.create_index(
        op.f("ix_organisation_domain_organisation_id"), "organisation_domain", ["organisation_id"], unique=False
    )

    op.create_table(
        "access_request",
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("function", sa.String(length=160), nullable=False),
        sa.Column("organisation_name", sa.String(length=200), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user.id"], name=op.f("fk_access_request_decided_by_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_access_request_organisation_id_organisation"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_access_request_user_id_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_request")),
        sa.UniqueConstraint("public_id", name=op.f("uq_access_request_public_id")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_access_request_secret_hash")),
    )
    op.create_index(op.f("ix_access_request_email"), "access_request", ["email"], unique=False)
    op.create_index(op.f("ix_access_request_organisation_id"), "access_request", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_access_request_state"), "access_request", ["state"], unique=False)

    op.create_table(
        "charter_version",
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user.id"], name=op.f("fk_charter_version_by_id_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_charter_version")),
    )
    op.create_table(
        "data_export",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_data_export_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_export")),
        sa.UniqueConstraint("public_id", name=op.f("uq_data_export_public_id")),
    )
    op.create_index(op.f("ix_data_export_user_id"), "data_export", ["user_id"], unique=False)

    op.create_table(
        "email_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("new_email", sa.String(length=254), nullable=False),
        sa.Column("old_secret_hash", sa.String(length=64), nullable=False),
        sa.Column("new_secret_hash", sa.String(length=64), nullable=False),
        sa.Column("old_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("new_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_email_change_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_change")),
        sa.UniqueConstraint("new_secret_hash", name=op.f("uq_email_change_new_secret_hash")),
        sa.UniqueConstraint("old_secret_hash", name=op.f("uq_email_change_old_secret_hash")),
        sa.UniqueConstraint("user_id", name=op.f("uq_email_change_user_id")),
    )
    op.create_table(
        "expertise",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("sort_key", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_expertise_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expertise")),
        sa.UniqueConstraint("user_id", "sort_key", name=op.f("uq_expertise_user_id_sort_key")),
    )
    op.create_index(op.f("ix_expertise_sort_key"), "expertise", ["sort_key"], unique=False)

    op.create_table(
        "identity_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_identity_link_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_link")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_identity_link_issuer_subject")),
    )
    op.create_index(op.f("ix_identity_link_user_id"), "identity_link", ["user_id"], unique=False)

    op.create_table(
        "people_import",
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_people_import_by_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_import")),
        sa.UniqueConstraint("public_id", name=op.f("uq_people_import_public_id")),
    )
    op.create_index(op.f("ix_people_import_by_id"), "people_import", ["by_id"], unique=False)

    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_recovery_code_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_user_id"), "recovery_code", ["user_id"], unique=False)

    op.create_table(
        "space_entry",
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=600), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id"], ["space.id"], name=op.f("fk_space_entry_space_id_space"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_space_entry_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_space_entry")),
        sa.UniqueConstraint("public_id", name=op.f("uq_space_entry_public_id")),
    )
    op.create_index(op.f("ix_space_entry_space_id"), "space_entry", ["space_id"], unique=False)
    op.create_index(op.f("ix_space_entry_user_id"), "space_entry", ["user_id"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("function", sa.String(length=160), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("purpose", sa.String(length=300), nullable=False),
        sa.Column("guest_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sponsor_id", sa.Integer(), nullable=True),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by_id", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["accepted_by_id"], ["user.id"], name=op.f("fk_invitation_accepted_by_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["people_import.id"], name=op.f("fk_invitation_import_id_people_import"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["invited_by_id"], ["user.id"], name=op.f("fk_invitation_invited_by_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_invitation_organisation_id_organisation"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["sponsor_id"], ["user.id"], name=op.f("fk_invitation_sponsor_id_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("public_id", name=op.f("uq_invitation_public_id")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_invitation_secret_hash")),
    )
    op.create_index(op.f("ix_invitation_email"), "invitation", ["email"], unique=False)
    op.create_index(op.f("ix_invitation_import_id"), "invitation", ["import_id"], unique=False)
    op.create_index(op.f("ix_invitation_invited_by_id"), "invitation", ["invited_by_id"], unique=False)
    op.create_index(op.f("ix_invitation_organisation_id"), "invitation", ["organisation_id"], unique=False)

    op.create_table(
        "people_import_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["people_import.id"],
            name=op.f("fk_people_import_row_import_id_people_import"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_import_row")),
        sa.UniqueConstraint("import_id", "n", name=op.f("uq_people_import_row_import_id_n")),
    )
    op.create_table(
        "invitation_space",
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["invitation.id"],
            name=op.f("fk_invitation_space_invitation_id_invitation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["space_id"], ["space.id"], name=op.f("fk_invitation_space_space_id_space"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("invitation_id", "space_id", name=op.f("pk_invitation_space")),
    )
    op.add_column("join_request", sa.Column("message", sa.String(length=600), nullable=False, server_default=""))

    op.add_column("membership", sa.Column("purpose", sa.String(length=300), nullable=False, server_default=""))
    op.add_column("membership", sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))

    op.add_column("organisation", sa.Column("joined_on", sa.Date(), nullable=True))
    op.add_column("organisation", sa.Column("country", sa.String(length=2), nullable=False, server_default="FR"))
    op.add_column("organisation", sa.Column("insee_code", sa.String(length=9), nullable=True))
    op.add_column("organisation", sa.Column("latitude", sa.Double(), nullable=True))
    op.add_column("organisation", sa.Column("longitude", sa.Double(), nullable=True))
    op.add_column("organisation", sa.Column("edit_version", sa.Integer(), nullable=False, server_default="1"))
    op.create_index(op.f("ix_organisation_insee_code"), "organisation", ["insee_code"], unique=False)

    op.add_column("space", sa.Column("welcome", sa.Text(), nullable=False, server_default=""))
    op.add_column("space", sa.Column("welcome_html", sa.Text(), nullable=False, server_default=""))
    op.add_column("space", sa.Column("hidden_sections", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("space", sa.Column("image_sha256", sa.String(length=64), nullable=True))

    op.add_column("user", sa.Column("is_referent", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("user", sa.Column("mandate", sa.String(length=10), nullable=True))
    op.add_column("user", sa.Column("mandate_start", sa.Date(), nullable=True))
    op.add_column("user", sa.Column("mandate_end", sa.Date(), nullable=True))
    op.add_column("user", sa.Column("spoken_languages", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("user", sa.Column("about", sa.Text(), nullable=False, server_default=""))
    op.add_column("user", sa.Column("phone", sa.String(length=30), nullable=False, server_default=""))
    op.add_column("user", sa.Column("photo_sha256", sa.String(length=64), nullable=True))
    op.add_column("user", sa.Column("in_directory", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("user", sa.Column("email_shown_to", sa.String(length=10), nullable=False, server_default="nobody"))
    op.add_column("user", sa.Column("phone_shown_to", sa.String(length=10), nullable=False, server_default="nobody"))
    op.add_column("user", sa.Column("photo_shown_to", sa.String(length=10), nullable=False, server_default="network"))
    op.add_column("user", sa.Column("totp_secret", sa.String(length=300), nullable=True))
    op.add_column("user", sa.Column("totp_confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("user", sa.Column("totp_last_step", sa.BigInteger(), nullable=True))
    op.add_column("user", sa.Column("charter_version", sa.Integer(), nullable=True))
    op.add_column("user", sa.Column("charter_accepted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("user", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("user", "erased_at")
    op.drop_column("user", "charter_accepted_at")
    op.drop_column("user", "charter_version")
    op.drop_column("user", "totp_last_step")
    op.drop_column("user", "totp_confirmed_at")
    op.drop_column("user", "totp_secret")
    op.drop_column("user", "photo_shown_to")
    op.drop_column("user", "phone_shown_to")
    op.drop_column("user", "email_shown_to")
    op.drop_column("user", "in_directory")
    op.drop_column("user", "photo_sha256")
    op.drop_column("user", "phone")
    op.drop_column("user", "about")
    op.drop_column("user", "spoken_languages")
    op.drop_column("user", "mandate_end")
    op.drop_column("user", "mandate_start")
    op.drop_column("user", "mandate")
    op.drop_column("user", "is_referent")

    op.drop_column("space", "image_sha256")
    op.drop_column("space", "hidden_sections")
    op.drop_column("space", "welcome_html")
    op.drop_column("space", "welcome")

    op.drop_index(op.f("ix_organisation_insee_code"), "organisation")
    op.drop_column("organisation", "edit_version")
    op.drop_column("organisation", "longitude")
    op.drop_column("organisation", "latitude")
    op.drop_column("organisation", "insee_code")
    op.drop_column("organisation", "country")
    op.drop_column("organisation", "joined_on")

    op.drop_column("membership", "warned_at")
    op.drop_column("membership", "purpose")

    op.drop_column("join_request", "message")

    op.drop_table("invitation_space")
    op.drop_table("people_import_row")
    op.drop_index(op.f("ix_invitation_organisation_id"), "invitation")
    op.drop_index(op.f("ix_invitation_invited_by_id"), "invitation")
    op.drop_index(op.f("ix_invitation_import_id"), "invitation")
    op.drop_index(op.f("ix_invitation_email"), "invitation")

    op.drop_table("invitation")
    op.drop_index(op.f("ix_space_entry_user_id"), "space_entry")
    op.drop_index(op.f("ix_space_entry_space_id"), "space_entry")

    op.drop_table("space_entry")
    op.drop_index(op.f("ix_recovery_code_user_id"), "recovery_code")

    op.drop_table("recovery_code")
    op.drop_index(op.f("ix_people_import_by_id"), "people_import")

    op.drop_table("people_import")
    op.drop_index(op.f("ix_identity_link_user_id"), "identity_link")

    op.drop_table("identity_link")
    op.drop_index(op.f("ix_expertise_sort_key"), "expertise")

    op.drop_table("expertise")
    op.drop_table("email_change")
    op.drop_index(op.f("ix_data_export_user_id"), "data_export")

    op.drop_table("data_export")
    op.drop_table("charter_version")
    op.drop_index(op.f("ix_access_request_state"), "access_request")
    op.drop_index(op.f("ix_access_request_organisation_id"), "access_request")
    op.drop_index(op.f("ix_access_request_email"), "access_request")

    op.drop_table("access_request")
    op.drop_index(op.f("ix_organisation_domain_organisation_id"), "organisation_domain")

    op.drop_table("organisation_domain")
