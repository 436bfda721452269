"""Give videos a storyboard, and what it looks like."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; earlier videos have no storyboard."""
    for column in ("storyboard", "storyboard_layout"):
        op.add_column("videos", sa.Column(column, sa.Text))


def downgrade() -> None:
    """Drop the columns; the files of storyboards stay in their videos' folders."""
    for column in ("storyboard_layout", "storyboard"):
        op.drop_column("videos", column)
