"""Remember what a resumable upload was declared to be, and the checksum of every source."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what was uploaded before has nothing in them."""
    op.add_column("uploads", sa.Column("size_bytes", sa.BigInteger))
    op.add_column("uploads", sa.Column("fingerprint", sa.Text))
    op.add_column("uploads", sa.Column("unchecked_from", sa.BigInteger))
    op.add_column("videos", sa.Column("sha256", sa.Text))


def downgrade() -> None:
    """Drop the columns; SQLite can do that since 3.35."""
    op.drop_column("videos", "sha256")
    for column in ("unchecked_from", "fingerprint", "size_bytes"):
        op.drop_column("uploads", column)
