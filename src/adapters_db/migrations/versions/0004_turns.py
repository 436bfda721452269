"""Give every video its due time in the queue, and the name of the worker that holds it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the columns; what waits already is due in the order in which it was ready."""
    op.add_column("videos", sa.Column("holder", sa.Text))
    op.add_column("videos", sa.Column("due_at", _MOMENT))
    op.execute("UPDATE videos SET due_at = ready_at")
    with op.batch_alter_table("videos") as table:
        table.alter_column("due_at", existing_type=_MOMENT, nullable=False)
        table.drop_index("ix_videos_status_ready_at")
        table.create_index("ix_videos_status_due_at_id", ["status", "due_at", "id"])


def downgrade() -> None:
    """Drop the columns."""
    with op.batch_alter_table("videos") as table:
        table.drop_index("ix_videos_status_due_at_id")
        table.create_index("ix_videos_status_ready_at", ["status", "ready_at"])
        table.drop_column("due_at")
        table.drop_column("holder")
