"""Databases with rows that were born in each revision, brought to the newest one and taken back."""

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any, Final, TypeVar

import attrs
import pytest
import sqlalchemy as sa

from adapters_db.categories import category_to_row
from adapters_db.columns import ID, UtcDateTime
from adapters_db.config import config_to_row
from adapters_db.deliveries import delivery_to_row
from adapters_db.invitations import invitation_to_row
from adapters_db.migrate import downgrade, upgrade
from adapters_db.revisions import REVISIONS
from adapters_db.store import SqlStore
from adapters_db.tallies import tally_to_row
from adapters_db.uploads import upload_to_row
from adapters_db.users import user_to_row
from adapters_db.video_rows import video_to_row
from vidcore.catalogue import VideoQuery
from vidcore.details import VideoDetails
from vidcore.lifecycle import Status
from vidcore.media import Mode, Plan, Storyboard
from vidcore.paces import Pace, Tally
from vidcore.pages import PageRequest
from vidcore.ports.store import CategoryEntry, Statistics
from vidcore.testing.examples import (
    NOW,
    PLAN,
    example_category,
    example_completed,
    example_config,
    example_delivery,
    example_failed,
    example_invitation,
    example_processing,
    example_upload,
    example_user,
    example_video,
)
from vidcore.uploads import Upload
from vidcore.users import Role
from vidcore.videos import Video
from vidcore.webhooks import DeliveryStatus, WebhookEvent

ODD: Final = 'Grüße 🎬 "quoted" \\ \t\n'
LATER: Final = NOW + timedelta(hours=1, microseconds=1)
OLDER: Final = REVISIONS[:-1]

ADMIN: Final = example_user(1, role=Role.ADMIN, token_epoch=3, weekly_upload_bytes=1 << 40)
MEMBER: Final = example_user(2, is_active=False, password_hash=ODD, created_at=LATER)
SHELF: Final = example_category(3, name=ODD, created_by=ADMIN.id)
BARE: Final = example_category(4)
INVITATIONS: Final = (
    example_invitation(5, created_by=ADMIN.id),
    example_invitation(6, used_at=LATER),
)
VIDEOS: Final = (
    example_video(7, MEMBER, description=ODD, plan=PLAN, sha256="7" * 64, due_at=LATER),
    example_processing(8, ADMIN, category_id=SHELF.id, holder=ODD, progress=1 / 3),
    example_completed(
        9,
        MEMBER,
        category_id=SHELF.id,
        file_size_bytes=1 << 40,
        view_count=1 << 33,
        claimed_at=NOW,
        storyboard="thumbnails/9-storyboard.jpg",
        storyboard_layout=Storyboard(
            duration=12.5, interval=2.0, count=7, columns=7, tile_width=160, tile_height=90
        ),
    ),
    example_failed(10, MEMBER, title=ODD, error_log=ODD, ready_at=LATER),
    example_completed(
        11,
        ADMIN,
        plan=Plan(video_index=0, audio_index=None, width=640, height=360, matrix="bt709"),
    ),
)
SHORTEST_PLAN: Final = (  # has nothing that a plan can do without
    '{"video_index": 0, "audio_index": null, "width": 640, "height": 360, "matrix": "bt709",'
    ' "deinterlace": false, "cap_frame_rate": false, "tone_map": null, "reasons": []}'
)
UPLOADS: Final = (
    example_upload(
        12,
        MEMBER,
        details=VideoDetails(title=ODD, description=ODD, category_id=SHELF.id),
        fingerprint=ODD,
        unchecked_from=500,
    ),
    example_upload(13, ADMIN, details=None, resumable=False, video_id=VIDEOS[0].id),
)
CONFIG: Final = example_config(video_storage_path=ODD, updated_by=ADMIN.id)
TALLIES: Final = (
    Tally(mode=Mode.ENCODE, completed=1 << 33, failed=2, media_seconds=1 / 3, busy_seconds=0.1),
    Tally(mode=None, stumbled=3, pace=Pace(weight=1 / 3, work=2.5, seconds=1e9, ratio=1e-9)),
)
DELIVERIES: Final = (
    example_delivery(14, payload=ODD, attempt=4, answer="503"),
    example_delivery(
        15, event=WebhookEvent.USER_REGISTERED, status=DeliveryStatus.DELIVERED, ended_at=LATER
    ),
)
ROWS: Final[dict[str, list[dict[str, Any]]]] = {
    "users": [user_to_row(user) for user in (ADMIN, MEMBER)],
    "invitations": [invitation_to_row(invitation) for invitation in INVITATIONS],
    "categories": [category_to_row(category) for category in (SHELF, BARE)],
    "videos": [
        *map(video_to_row, VIDEOS[:-1]),
        video_to_row(VIDEOS[-1]) | {"plan": SHORTEST_PLAN},
    ],
    "uploads": [upload_to_row(upload) for upload in UPLOADS],
    "config": [config_to_row(CONFIG)],
    "login_failures": [
        {"id": number, "name": ODD, "address": f"::{number}", "at": NOW} for number in (1, 2)
    ],
    "tallies": [tally_to_row(tally) for tally in TALLIES],
    "webhook_deliveries": [delivery_to_row(delivery) for delivery in DELIVERIES],
    "cron_runs": [{"name": name, "window": NOW.isoformat()} for name in (ODD, "weekly")],
}
FILLED_BY_ITSELF: Final = {"alembic_version", "video_counts"}

T = TypeVar("T")
E = TypeVar("E", Video, Upload)
Contents = dict[str, dict[str, list[Any]]]  # of each column of each table

DEFINITIONS: Final = {
    "sqlite": """
        SELECT name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL
    """,
    "postgresql": """
        SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT sequencename, data_type::text FROM pg_sequences WHERE schemaname = 'public'
        UNION ALL SELECT proname, pg_get_functiondef(oid)
            FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT tgname, pg_get_triggerdef(pg_trigger.oid)
            FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
            WHERE relnamespace = 'public'::regnamespace AND NOT tgisinternal
    """,
}


def reflected(connection: sa.Connection) -> list[sa.Table]:
    """Give the tables as they are in the database, with ids and moments as the domain has them."""
    found = sa.MetaData()

    @sa.event.listens_for(found, "column_reflect")
    def _(_: object, __: object, column: dict[str, Any]) -> None:
        match column["type"]:
            case sa.CHAR():
                column["type"] = ID
            case sa.DateTime():
                column["type"] = UtcDateTime()

    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name not in FILLED_BY_ITSELF]


def fill(connection: sa.Connection) -> None:
    """Put rows into every table that there is, with a value for every column that it has."""
    for table in reflected(connection):
        rows = [{name: row[name] for name in table.c.keys()} for row in ROWS[table.name]]  # noqa: SIM118 - of a table
        connection.execute(sa.insert(table), rows)


def contents(connection: sa.Connection) -> Contents:
    """Give everything that is in the tables, in the order of their keys."""
    found: Contents = {}
    for table in reflected(connection):
        rows = connection.execute(sa.select(table).order_by(*table.primary_key)).mappings().all()
        found[table.name] = {column.name: [row[column] for row in rows] for column in table.c}
    return found


def as_far_as(there: Contents, rows: Contents) -> Contents:
    """Give of `rows` the tables and columns that are `there` too."""
    return {
        table: {name: values for name, values in columns.items() if name in there[table]}
        for table, columns in rows.items()
        if table in there
    }


def schema(connection: sa.Connection) -> dict[str, Any]:
    """Describe everything that migrations make, but for the order of columns."""
    inspector = sa.inspect(connection)
    parts = (
        inspector.get_multi_columns,
        inspector.get_multi_pk_constraint,
        inspector.get_multi_foreign_keys,
        inspector.get_multi_unique_constraints,
        inspector.get_multi_check_constraints,
    )
    described: dict[str, Any] = {
        part.__name__: {table: _sorted(found) for (_, table), found in part().items()}
        for part in parts
    }
    definitions = connection.exec_driver_sql(DEFINITIONS[connection.dialect.name])
    return described | {"definitions": sorted(map(tuple, definitions))}


def _sorted(found: Any) -> list[str]:
    return sorted(map(repr, found)) if isinstance(found, list) else [repr(found)]


def kept(entity: E, columns: Collection[str], **instead: Any) -> E:
    """Give what comes back of an entity that was stored in `columns` alone.

    What has no column is as by default, or `instead` of that.
    """
    fields = attrs.fields_dict(type(entity))
    optional = {name: it.default for name, it in fields.items() if it.default is not attrs.NOTHING}
    lost: dict[str, Any] = {
        name: it for name, it in (optional | instead).items() if name not in columns
    }
    return attrs.evolve(entity, **lost)


async def look(store: SqlStore, question: Callable[[sa.Connection], T]) -> T:
    async with store.engines.read.connect() as connection:
        return await connection.run_sync(question)


async def filled(store: SqlStore) -> Contents:
    async with store.engines.write.begin() as connection:
        await connection.run_sync(fill)
    return await look(store, contents)


async def assert_all_can_be_read(store: SqlStore, born: Contents) -> None:
    """Read by the port what was stored in the columns of `born`."""
    videos = [kept(it, born["videos"], due_at=it.ready_at) for it in VIDEOS]
    uploads = [kept(it, born["uploads"]) for it in UPLOADS]
    await store.check()
    async with store.read() as work:
        assert await work.users.after(None, limit=9) == [ADMIN, MEMBER]
        assert await work.videos.after(None, limit=9) == videos
        assert await work.uploads.after(None, limit=9) == uploads
        assert [await work.invitations.get(it.id) for it in INVITATIONS] == [*INVITATIONS]
        assert await work.config.get() == CONFIG
        if "tallies" in born:
            assert await work.tallies.listing() == [*TALLIES]
        if "webhook_deliveries" in born:
            assert [await work.deliveries.get(it.id) for it in DELIVERIES] == [*DELIVERIES]
        page = await work.videos.page(VideoQuery(), PageRequest())
        assert (page.total, [entry.video for entry in page.items]) == (len(VIDEOS), videos[::-1])
        assert await work.categories.listing() == [
            CategoryEntry(category=BARE, video_count=0),
            CategoryEntry(category=SHELF, video_count=1),
        ]
        assert await work.books.statistics() == Statistics(
            total_users=2,
            active_users=1,
            videos_by_status={
                Status.PENDING: 1,
                Status.PROCESSING: 1,
                Status.COMPLETED: 2,
                Status.FAILED: 1,
            },
            storage_used_bytes=sum(video.file_size_bytes for video in VIDEOS),
        )


@pytest.fixture
def newest_schema_url(request: pytest.FixtureRequest, empty_database_url: str) -> str:
    """A database of the same kind as the empty one, which had the newest schema before any row."""
    is_sqlite = empty_database_url.startswith("sqlite")
    return str(request.getfixturevalue("sqlite_url" if is_sqlite else "postgres_url"))


@pytest.mark.parametrize("revision", OLDER)
async def test_an_upgrade_from_any_revision_keeps_all_that_was_in_it(
    make_store: Callable[..., SqlStore],
    empty_database_url: str,
    newest_schema_url: str,
    revision: str,
) -> None:
    store = make_store(empty_database_url)
    await upgrade(empty_database_url, revision)
    born = await filled(store)

    await upgrade(empty_database_url)

    assert as_far_as(born, await look(store, contents)) == born
    assert await look(store, schema) == await look(make_store(newest_schema_url), schema)
    await assert_all_can_be_read(store, born)


@pytest.mark.parametrize("revision", OLDER)
async def test_the_way_back_to_any_revision_keeps_all_that_was_born_in_it(
    make_store: Callable[..., SqlStore], empty_database_url: str, revision: str
) -> None:
    store = make_store(empty_database_url)
    await upgrade(empty_database_url, revision)
    first = await look(store, schema)
    born = await filled(store)
    await upgrade(empty_database_url)

    for step in reversed(OLDER[OLDER.index(revision) :]):
        await downgrade(empty_database_url, step)
        assert as_far_as(born, await look(store, contents)) == born

    assert await look(store, contents) == born
    assert await look(store, schema) == first


async def test_each_step_back_from_the_newest_revision_keeps_what_there_are_columns_for(
    make_store: Callable[..., SqlStore], empty_database_url: str
) -> None:
    store = make_store(empty_database_url)
    await upgrade(empty_database_url)
    born = await filled(store)
    await assert_all_can_be_read(store, born)

    for step in reversed(OLDER):
        await downgrade(empty_database_url, step)
        left = await look(store, contents)
        assert as_far_as(born, left) == as_far_as(left, born)
    oldest = await look(store, contents)
    await upgrade(empty_database_url)

    await assert_all_can_be_read(store, oldest)
