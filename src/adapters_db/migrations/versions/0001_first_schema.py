"""Make the first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make all tables, those first that others refer to."""
    _create_users()
    _create_invitations()
    _create_categories()
    _create_videos()
    _create_uploads()
    _create_config()
    _create_login_failures()
    op.create_table(
        "cron_runs",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("window", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", "window", name="pk_cron_runs"),
    )


def downgrade() -> None:
    """Drop all tables, those last that others refer to."""
    for table in (
        "cron_runs",
        "login_failures",
        "config",
        "uploads",
        "videos",
        "categories",
        "invitations",
        "users",
    ):
        op.drop_table(table)


def _create_users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("email_key", sa.Text, nullable=False),
        sa.Column("username", sa.Text, nullable=False),
        sa.Column("username_key", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("token_epoch", sa.BigInteger, nullable=False),
        sa.Column("weekly_upload_bytes", sa.BigInteger, nullable=False),
        sa.Column("last_upload_reset", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email_key", name="uq_users_email_key"),
        sa.UniqueConstraint("username_key", name="uq_users_username_key"),
        sa.CheckConstraint("role IN ('admin', 'user')", name=op.f("ck_users_role")),
    )
    op.create_index("ix_users_created_at_id", "users", ["created_at", "id"])


def _create_invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("token_hash", sa.Text, nullable=False),
        sa.Column("created_by", sa.Uuid),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.UniqueConstraint("token_hash", name="uq_invitations_token_hash"),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["users.id"],
            name="fk_invitations_created_by_users",
            ondelete="SET NULL",
        ),
    )
    op.create_index("ix_invitations_created_at_id", "invitations", ["created_at", "id"])
    op.create_index("ix_invitations_created_by", "invitations", ["created_by"])


def _create_categories() -> None:
    op.create_table(
        "categories",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("created_by", sa.Uuid),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_categories"),
        sa.UniqueConstraint("name_key", name="uq_categories_name_key"),
        sa.UniqueConstraint("slug", name="uq_categories_slug"),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["users.id"],
            name="fk_categories_created_by_users",
            ondelete="SET NULL",
        ),
    )
    op.create_index("ix_categories_created_by", "categories", ["created_by"])


def _create_videos() -> None:
    op.create_table(
        "videos",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("title_key", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("description_key", sa.Text),
        sa.Column("original_filename", sa.Text, nullable=False),
        sa.Column("file_size_bytes", sa.BigInteger, nullable=False),
        sa.Column("duration_seconds", sa.Double),
        sa.Column("width", sa.Integer),
        sa.Column("height", sa.Integer),
        sa.Column("uploaded_by", sa.Uuid, nullable=False),
        sa.Column("category_id", sa.Uuid),
        sa.Column("view_count", sa.BigInteger, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("progress", sa.Double, nullable=False),
        sa.Column("error_message", sa.Text),
        sa.Column("error_log", sa.Text),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("source", sa.Text),
        sa.Column("media", sa.Text),
        sa.Column("thumbnail", sa.Text),
        sa.Column("plan", sa.Text),
        sa.Column("attempt", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("ready_at", _MOMENT, nullable=False),
        sa.Column("lease_until", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_videos"),
        sa.ForeignKeyConstraint(
            ["uploaded_by"],
            ["users.id"],
            name="fk_videos_uploaded_by_users",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["categories.id"],
            name="fk_videos_category_id_categories",
            ondelete="SET NULL",
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'processing', 'completed', 'failed')",
            name=op.f("ck_videos_status"),
        ),
    )
    for columns in (
        ["created_at", "id"],
        ["view_count", "id"],
        ["uploaded_by", "created_at", "id"],
        ["category_id", "created_at", "id"],
        ["status", "ready_at"],
    ):
        op.create_index(f"ix_videos_{'_'.join(columns)}", "videos", columns)


def _create_uploads() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("filename", sa.Text, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("description", sa.Text),
        sa.Column("category_id", sa.Uuid),
        sa.Column("reserved_bytes", sa.BigInteger, nullable=False),
        sa.Column("resumable", sa.Boolean, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("video_id", sa.Uuid),
        sa.PrimaryKeyConstraint("id", name="pk_uploads"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_uploads_user_id_users", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_uploads_user_id_expires_at", "uploads", ["user_id", "expires_at"])
    op.create_index("ix_uploads_expires_at", "uploads", ["expires_at"])


def _create_config() -> None:
    op.create_table(
        "config",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("max_file_size_bytes", sa.BigInteger, nullable=False),
        sa.Column("weekly_upload_limit_bytes", sa.BigInteger, nullable=False),
        sa.Column("video_storage_path", sa.Text),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.Column("updated_by", sa.Uuid),
        sa.PrimaryKeyConstraint("id", name="pk_config"),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name="fk_config_updated_by_users", ondelete="SET NULL"
        ),
        sa.CheckConstraint("id = 1", name=op.f("ck_config_single_row")),
    )


def _create_login_failures() -> None:
    op.create_table(
        "login_failures",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_login_failures"),
    )
    for columns in (["name", "at"], ["address", "at"], ["at"]):
        op.create_index(f"ix_login_failures_{'_'.join(columns)}", "login_failures", columns)
