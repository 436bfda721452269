"""Many videos at once, made by the database itself, for what only shows among many."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters_db.store import SqlStore
from adapters_db.tables import videos
from adapters_db.video_rows import video_to_row
from vidcore.testing.examples import example_category, example_completed, example_user
from vidcore.users import Role

ADMIN, ADA, EVE = example_user(1, role=Role.ADMIN), example_user(2), example_user(3)
SHELF, BARE = example_category(4), example_category(5)

# Of each hundred: most completed and of EVE, on the shelf; some pending or failed, of her or ADA.
_STATUS: Final = """CASE WHEN n % 100 < 3 THEN 'pending' WHEN n % 100 = 3 THEN 'failed'
    WHEN n % 1000 = 4 THEN 'processing' ELSE 'completed' END"""


async def fill(store: SqlStore, count: int) -> None:
    """Put three members, two categories and `count` videos into an empty database."""
    async with store.write() as work:
        for user in (ADMIN, ADA, EVE):
            await work.users.add(user)
        for category in (SHELF, BARE):
            await work.categories.add(category)
        await work.commit()
    async with store.engines.write.connect() as connection:
        await connection.begin()
        await _insert(connection, count)
        await connection.commit()
    if store.engines.write.dialect.name == "postgresql":
        async with store.engines.write.connect() as connection:
            autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await autocommit.exec_driver_sql("VACUUM ANALYZE")


async def _insert(connection: AsyncConnection, count: int) -> None:
    sqlite = connection.dialect.name == "sqlite"
    example = video_to_row(example_completed(1, EVE, category_id=SHELF.id))
    known = {
        "id": "printf('%032x', n)" if sqlite else "lpad(to_hex(n), 32, '0')::uuid",
        "status": _STATUS,
        "uploaded_by": f"CASE WHEN n % 50 = 0 THEN {_id(ADA.id, sqlite)} ELSE {_id(EVE.id, sqlite)} END",
        "category_id": f"CASE WHEN n % 10 = 0 THEN NULL ELSE {_id(SHELF.id, sqlite)} END",
        "created_at": "strftime('%Y-%m-%d %H:%M:%S.000000', 1735689600 + n / 3, 'unixepoch')"
        if sqlite
        else "to_timestamp(1735689600 + n / 3)",
        "view_count": "n * 7919 % 1000",
    }
    columns = ", ".join(videos.c.keys())
    values = ", ".join(known.get(name, f":{name}") for name in videos.c.keys())  # noqa: SIM118 - of a table
    numbers = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)"
    statement = sa.text(f"INSERT INTO videos ({columns}) {numbers} SELECT {values} FROM numbers")
    typed = [
        sa.bindparam(name, value, type_=videos.c[name].type)
        for name, value in example.items()
        if name not in known
    ]
    await connection.execute(statement.bindparams(*typed, sa.bindparam("count", count)))


def _id(value: object, sqlite: bool) -> str:  # noqa: FBT001 - read where it is called
    return f"'{str(value).replace('-', '')}'" if sqlite else f"'{value}'::uuid"
