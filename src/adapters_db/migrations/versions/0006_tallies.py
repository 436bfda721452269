"""Count what comes of attempts, and give videos what a line of them is summed up by."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_OF_UNKNOWN_WORK = "UPDATE videos SET plan_mode = 'unplanned', work_seconds = 600"


def upgrade() -> None:
    """Make the table and the columns; of what waits already, the work is not known."""
    op.create_table(
        "tallies",
        sa.Column("mode", sa.Text, nullable=False),
        *(
            sa.Column(name, sa.BigInteger, nullable=False)
            for name in ("completed", "failed", "stumbled")
        ),
        *(
            sa.Column(name, sa.Double, nullable=False)
            for name in (
                "media_seconds",
                "busy_seconds",
                "pace_weight",
                "pace_work",
                "pace_inverse_work",
                "pace_seconds",
                "pace_ratio",
            )
        ),
        sa.PrimaryKeyConstraint("mode", name="pk_tallies"),
    )
    op.add_column("videos", sa.Column("claimed_at", _MOMENT))
    op.add_column("videos", sa.Column("plan_mode", sa.Text))
    op.add_column("videos", sa.Column("work_seconds", sa.Double))
    op.execute(_OF_UNKNOWN_WORK)
    with op.batch_alter_table("videos") as table:
        table.alter_column("plan_mode", existing_type=sa.Text, nullable=False)
        table.alter_column("work_seconds", existing_type=sa.Double, nullable=False)


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("videos") as table:
        for name in ("claimed_at", "plan_mode", "work_seconds"):
            table.drop_column(name)
    op.drop_table("tallies")
