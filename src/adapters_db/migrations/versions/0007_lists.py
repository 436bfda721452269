"""Give every list an index in its order, and count videos as they come, change and go."""

from itertools import product

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_NOBODY = "00000000-0000-0000-0000-000000000000"
_FOLD_LOCK = 7_238_410_177  # any number that nothing else in the database locks
_FOLD_EVERY = 256  # rows

_GONE = {
    "ix_videos_created_at_id": ["created_at", "id"],
    "ix_videos_view_count_id": ["view_count", "id"],
    "ix_videos_uploaded_by_created_at_id": ["uploaded_by", "created_at", "id"],
    "ix_videos_category_id_created_at_id": ["category_id", "created_at", "id"],
    "ix_videos_status_due_at_id": ["status", "due_at", "id"],
}
_NARROWED: tuple[list[str], ...] = (
    [],
    ["category_id"],
    ["uploaded_by"],
    ["uploaded_by", "category_id"],
)
_LISTS = [[*by, "status", sort, "id"] for by in _NARROWED for sort in ("created_at", "view_count")]
_PARTIAL = (
    ("ix_videos_line", "videos", ["due_at", "id"], "status NOT IN ('completed', 'failed')"),
    ("ix_invitations_used", "invitations", ["created_at", "id"], "used_at IS NOT NULL"),
    (
        "ix_invitations_unused",
        "invitations",
        ["created_at", "id", "expires_at"],
        "used_at IS NULL",
    ),
    ("ix_video_counts_unfolded", "video_counts", ["slot"], "slot <> 0 OR videos = 0"),
)
_USERS = ("ix_users_role_is_active_created_at_id", ["role", "is_active", "created_at", "id"])


def upgrade() -> None:
    """Make the table of counts, what keeps it, and the indexes."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.create_table(
        "video_counts",
        sa.Column("uploaded_by", sa.Uuid, nullable=False),
        sa.Column("category_id", sa.Uuid, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("slot", sa.BigInteger, nullable=False),
        sa.Column("videos", sa.BigInteger, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint(
            "uploaded_by", "category_id", "status", "slot", name="pk_video_counts"
        ),
    )
    for name in _GONE:
        op.drop_index(name, "videos")
    for columns in _LISTS:
        op.create_index(_name("videos", columns), "videos", columns)
    for name, table, columns, condition in _PARTIAL:
        where = sa.text(condition)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
    op.drop_index("ix_users_created_at_id", "users")
    op.create_index(_USERS[0], "users", _USERS[1])
    op.execute(_insert(_cells("videos", sqlite=sqlite), "0"))
    for statement in _sqlite_triggers() if sqlite else _postgresql_triggers():
        op.execute(statement)


def downgrade() -> None:
    """Drop them, and make the indexes that were there before."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name in ("added", "changed", "removed"):
        op.execute(f"DROP TRIGGER count_video_{name}" + ("" if sqlite else " ON videos"))
        if not sqlite:
            op.execute(f"DROP FUNCTION count_video_{name}()")
    if not sqlite:
        op.execute("DROP FUNCTION fold_video_counts(bigint)")
    op.drop_index(_USERS[0], "users")
    op.create_index("ix_users_created_at_id", "users", ["created_at", "id"])
    for name, table, _, _ in reversed(_PARTIAL):
        op.drop_index(name, table)
    for columns in _LISTS:
        op.drop_index(_name("videos", columns), "videos")
    for name, columns in _GONE.items():
        op.create_index(name, "videos", columns)
    op.drop_table("video_counts")
    if not sqlite:
        op.execute("DROP SEQUENCE video_counts_slot")


def _name(table: str, columns: list[str]) -> str:
    return "_".join(["ix", table, *columns])


def _cells(rows: str, *, sqlite: bool, sign: str = "") -> str:
    """Give what some rows of videos add to the four counts that each of them is in."""
    nobody = f"'{_NOBODY.replace('-', '')}'" if sqlite else f"'{_NOBODY}'::uuid"
    return " UNION ALL ".join(
        f"SELECT {'uploaded_by' if by_uploader else nobody} AS uploaded_by, "  # noqa: S608 - of our own names
        f"{'category_id' if by_category else nobody} AS category_id, status, "
        f"{sign}count(*) AS videos, {sign}sum(file_size_bytes) AS bytes FROM {rows}"
        f"{' WHERE category_id IS NOT NULL' if by_category else ''} "
        f"GROUP BY {', '.join(_keys(by_uploader, by_category))}"
        for by_uploader, by_category in product((False, True), repeat=2)
    )


def _keys(by_uploader: bool, by_category: bool) -> list[str]:  # noqa: FBT001 - both of one product
    return ["uploaded_by"] * by_uploader + ["category_id"] * by_category + ["status"]


def _insert(cells: str, slot: str) -> str:
    return (
        "INSERT INTO video_counts (uploaded_by, category_id, status, slot, videos, bytes) "  # noqa: S608 - of our own names
        f"SELECT uploaded_by, category_id, status, {slot}, videos, bytes FROM ({cells}) AS cells"
    )


def _sqlite_triggers() -> list[str]:
    """One writes at a time, so each change is added to the one row of its count."""
    counted = ("status", "uploaded_by", "category_id", "file_size_bytes")
    differs = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in counted)
    added, removed = _sqlite_change("NEW", ""), _sqlite_change("OLD", "-")
    return [
        f"CREATE TRIGGER count_video_added AFTER INSERT ON videos BEGIN {added} END",
        (
            f"CREATE TRIGGER count_video_changed AFTER UPDATE OF {', '.join(counted)} ON videos "
            f"WHEN {differs} BEGIN {removed} {added} {_EMPTIED} END"
        ),
        f"CREATE TRIGGER count_video_removed AFTER DELETE ON videos BEGIN {removed} {_EMPTIED} END",
    ]


_EMPTIED = "DELETE FROM video_counts WHERE uploaded_by = OLD.uploaded_by AND videos = 0;"


def _sqlite_change(row: str, sign: str) -> str:
    columns = ("uploaded_by", "category_id", "status", "file_size_bytes")
    one = f"(SELECT {', '.join(f'{row}.{column} AS {column}' for column in columns)})"
    return (
        f"{_insert(_cells(one, sqlite=True, sign=sign), '0')} WHERE true "
        "ON CONFLICT (uploaded_by, category_id, status, slot) DO UPDATE "
        "SET videos = videos + excluded.videos, bytes = bytes + excluded.bytes;"
    )


def _postgresql_triggers() -> list[str]:
    """Each change is noted in rows of its own, so that nobody waits for another; some fold them."""
    added = _cells("added", sqlite=False)
    removed = _cells("removed", sqlite=False, sign="-")
    # What the change of a title takes away it also adds: nothing is noted of it.
    changed = (
        "SELECT uploaded_by, category_id, status, sum(videos) AS videos, sum(bytes) AS bytes "  # noqa: S608 - of our own names
        f"FROM ({added} UNION ALL {removed}) AS changes GROUP BY uploaded_by, category_id, status "
        "HAVING sum(videos) <> 0 OR sum(bytes) <> 0"
    )
    tables = {
        "added": ("INSERT", added, "NEW TABLE AS added"),
        "changed": ("UPDATE", changed, "OLD TABLE AS removed NEW TABLE AS added"),
        "removed": ("DELETE", removed, "OLD TABLE AS removed"),
    }
    triggers = [
        statement
        for name, (event, cells, referencing) in tables.items()
        for statement in (
            _noting(name, cells),
            (
                f"CREATE TRIGGER count_video_{name} AFTER {event} ON videos REFERENCING {referencing} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION count_video_{name}()"
            ),
        )
    ]
    return ["CREATE SEQUENCE video_counts_slot", _FOLDING, *triggers]


def _noting(name: str, cells: str) -> str:
    return f"""
    CREATE FUNCTION count_video_{name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    DECLARE
        noted bigint;
    BEGIN
        {_insert(cells, "nextval('video_counts_slot')")};
        GET DIAGNOSTICS noted = ROW_COUNT;
        PERFORM fold_video_counts(noted);
        RETURN NULL;
    END $$"""


# Who folds waits for nobody, and nobody for them: only the holder of the lock touches slot 0, or takes rows
# away. A transaction that sees an older moment than now could take what another has taken.
_FOLDING = f"""
    CREATE FUNCTION fold_video_counts(noted bigint) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
    BEGIN
        IF noted = 0 OR currval('video_counts_slot') % {_FOLD_EVERY} >= noted
            OR current_setting('transaction_isolation') <> 'read committed'
            OR NOT pg_try_advisory_xact_lock({_FOLD_LOCK})
        THEN
            RETURN;
        END IF;
        WITH taken AS (DELETE FROM video_counts WHERE slot <> 0 RETURNING *)
        INSERT INTO video_counts AS kept (uploaded_by, category_id, status, slot, videos, bytes)
            SELECT uploaded_by, category_id, status, 0, sum(videos), sum(bytes)
            FROM taken GROUP BY uploaded_by, category_id, status
        ON CONFLICT (uploaded_by, category_id, status, slot) DO UPDATE
            SET videos = kept.videos + excluded.videos, bytes = kept.bytes + excluded.bytes;
        DELETE FROM video_counts WHERE slot = 0 AND videos = 0;
    END $$"""  # noqa: S608 - of our own names
