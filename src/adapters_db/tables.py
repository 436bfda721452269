"""The schema, as queries see it. `migrations` builds it; a test holds the two together.

`…_key` columns hold text as the core compares it, folded by Python: SQLite's `lower()` knows ASCII
only and PostgreSQL's depends on the database's locale, so only so do both find and refuse the same.
"""

from enum import StrEnum
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from adapters_db.columns import ID, UtcDateTime
from vidcore.lifecycle import Status
from vidcore.users import Role
from vidcore.webhooks import DeliveryStatus, WebhookEvent

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _one_of(column: str, values: type[StrEnum]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=column)


def _partial(table: sa.Table, name: str, condition: str, *columns: str) -> None:
    """Index those rows for which a condition holds that queries write out just so."""
    where = sa.text(condition)
    sa.Index(name, *(table.c[it] for it in columns), sqlite_where=where, postgresql_where=where)


users = sa.Table(
    "users",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("email_key", sa.Text, nullable=False, unique=True),
    sa.Column("username", sa.Text, nullable=False),
    sa.Column("username_key", sa.Text, nullable=False, unique=True),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("is_active", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("token_epoch", sa.BigInteger, nullable=False),
    sa.Column("weekly_upload_bytes", sa.BigInteger, nullable=False),
    sa.Column("last_upload_reset", UtcDateTime, nullable=False),
    _one_of("role", Role),
    sa.Index(None, "role", "is_active", "created_at", "id"),
)

invitations = sa.Table(
    "invitations",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("token_hash", sa.Text, nullable=False, unique=True),
    sa.Column("created_by", sa.ForeignKey(users.c.id, ondelete="SET NULL")),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("used_at", UtcDateTime),
    sa.Index(None, "created_at", "id"),
    sa.Index(None, "created_by"),
)
_partial(invitations, "ix_invitations_used", "used_at IS NOT NULL", "created_at", "id")
_partial(
    *(invitations, "ix_invitations_unused", "used_at IS NULL"), "created_at", "id", "expires_at"
)

categories = sa.Table(
    "categories",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("name_key", sa.Text, nullable=False, unique=True),
    sa.Column("slug", sa.Text, nullable=False, unique=True),
    sa.Column("created_by", sa.ForeignKey(users.c.id, ondelete="SET NULL")),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Index(None, "created_by"),
)

videos = sa.Table(
    "videos",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("title_key", sa.Text, nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("description_key", sa.Text),
    sa.Column("original_filename", sa.Text, nullable=False),
    sa.Column("file_size_bytes", sa.BigInteger, nullable=False),
    sa.Column("duration_seconds", sa.Double),
    sa.Column("width", sa.Integer),
    sa.Column("height", sa.Integer),
    sa.Column("uploaded_by", sa.ForeignKey(users.c.id, ondelete="RESTRICT"), nullable=False),
    sa.Column("category_id", sa.ForeignKey(categories.c.id, ondelete="SET NULL")),
    sa.Column("sha256", sa.Text),
    sa.Column("view_count", sa.BigInteger, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("progress", sa.Double, nullable=False),
    sa.Column("error_message", sa.Text),
    sa.Column("error_log", sa.Text),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("source", sa.Text),
    sa.Column("media", sa.Text),
    sa.Column("thumbnail", sa.Text),
    sa.Column("storyboard", sa.Text),
    sa.Column("storyboard_layout", sa.Text),
    sa.Column("plan", sa.Text),
    sa.Column("attempt", sa.BigInteger, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("ready_at", UtcDateTime, nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("plan_mode", sa.Text, nullable=False),  # of the plan, and the work in it: to sum up
    sa.Column("work_seconds", sa.Double, nullable=False),
    sa.Column("holder", sa.Text),
    sa.Column("claimed_at", UtcDateTime),
    sa.Column("lease_until", UtcDateTime),
    _one_of("status", Status),
    # A list is in one status, or merged of those that are: see `cells`.
    *(
        sa.Index(None, *narrowed, "status", sort, "id")
        for narrowed in ((), ("category_id",), ("uploaded_by",), ("uploaded_by", "category_id"))
        for sort in ("created_at", "view_count")
    ),
)

# Not what it is but what it is not: that way, SQLite takes no index of the status instead.
IS_UNDER_WAY: Final = "status NOT IN ('completed', 'failed')"
_partial(videos, "ix_videos_line", IS_UNDER_WAY, "due_at", "id")

EVERY: Final = UUID(int=0)  # of members, or of categories

# How many videos there are, and their bytes, in each status, of each member or all, in each category or
# all: EVERY stands for all. Triggers keep it, and only sums over `slot` mean anything: on PostgreSQL, each
# change is a row of its own until some are folded into slot 0.
video_counts = sa.Table(
    "video_counts",
    metadata,
    sa.Column("uploaded_by", ID, primary_key=True),
    sa.Column("category_id", ID, primary_key=True),
    sa.Column("status", sa.Text, primary_key=True),
    sa.Column("slot", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("videos", sa.BigInteger, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    info={"derived": True},
)
_partial(video_counts, "ix_video_counts_unfolded", "slot <> 0 OR videos = 0", "slot")
videos.add_is_dependent_on(video_counts)  # who deletes rows of all tables deletes these last

uploads = sa.Table(
    "uploads",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("user_id", sa.ForeignKey(users.c.id, ondelete="CASCADE"), nullable=False),
    sa.Column("filename", sa.Text, nullable=False),
    sa.Column("title", sa.Text),  # the three details are known together, or not at all
    sa.Column("description", sa.Text),
    sa.Column("category_id", ID),  # no reference: the category may go before the upload ends
    sa.Column("size_bytes", sa.BigInteger),
    sa.Column("fingerprint", sa.Text),
    sa.Column("reserved_bytes", sa.BigInteger, nullable=False),
    sa.Column("resumable", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("unchecked_from", sa.BigInteger),
    sa.Column("video_id", ID),  # no reference: the video may go before the upload expires
    sa.Index(None, "user_id", "expires_at"),
    sa.Index(None, "expires_at"),
)

config = sa.Table(
    "config",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("max_file_size_bytes", sa.BigInteger, nullable=False),
    sa.Column("weekly_upload_limit_bytes", sa.BigInteger, nullable=False),
    sa.Column("video_storage_path", sa.Text),
    sa.Column("updated_at", UtcDateTime, nullable=False),
    sa.Column("updated_by", sa.ForeignKey(users.c.id, ondelete="SET NULL")),
    sa.CheckConstraint("id = 1", name="single_row"),
)

login_failures = sa.Table(
    "login_failures",
    metadata,
    # SQLite numbers rows by itself only where the type is exactly INTEGER.
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index(None, "name", "at"),
    sa.Index(None, "address", "at"),
    sa.Index(None, "at"),
)

tallies = sa.Table(
    "tallies",
    metadata,
    sa.Column("mode", sa.Text, primary_key=True),
    sa.Column("completed", sa.BigInteger, nullable=False),
    sa.Column("failed", sa.BigInteger, nullable=False),
    sa.Column("stumbled", sa.BigInteger, nullable=False),
    sa.Column("media_seconds", sa.Double, nullable=False),
    sa.Column("busy_seconds", sa.Double, nullable=False),
    sa.Column("pace_weight", sa.Double, nullable=False),
    sa.Column("pace_work", sa.Double, nullable=False),
    sa.Column("pace_inverse_work", sa.Double, nullable=False),
    sa.Column("pace_seconds", sa.Double, nullable=False),
    sa.Column("pace_ratio", sa.Double, nullable=False),
)

webhook_deliveries = sa.Table(
    "webhook_deliveries",
    metadata,
    sa.Column("id", ID, primary_key=True),
    sa.Column("event", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("answer", sa.Text),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("ready_at", UtcDateTime, nullable=False),
    sa.Column("ended_at", UtcDateTime),
    _one_of("event", WebhookEvent),
    _one_of("status", DeliveryStatus),
    sa.Index(None, "url", "status", "ready_at", "id"),
    sa.Index(None, "created_at"),
)

cron_runs = sa.Table(
    "cron_runs",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("window", sa.Text, primary_key=True),
)
