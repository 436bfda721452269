"""A vidcore with members, categories and completed videos in it, as large as a benchmark wants it."""

import sqlalchemy as sa

from adapters_db.categories import category_to_row
from adapters_db.store import SqlStore
from adapters_db.tables import categories, users, videos
from adapters_db.users import user_to_row
from adapters_db.video_rows import video_to_row
from vidcore.testing.examples import example_category, example_completed, example_user

PEOPLE, CATEGORIES = 10, 5
BLOCK = 5_000  # videos that are made at once
FIRST = 1_000  # ids below it are those of members and categories


async def fill(url: str, count: int, *, media: str = "videos/none.mp4") -> None:
    """Add `count` completed videos, all with that file, to a database that has the newest schema."""
    store = SqlStore(url)
    members = [example_user(number + 1) for number in range(PEOPLE)]
    shelves = [example_category(PEOPLE + 1 + number) for number in range(CATEGORIES)]
    async with store.engines.write.begin() as connection:
        await connection.execute(sa.insert(users), [user_to_row(each) for each in members])
        await connection.execute(sa.insert(categories), [category_to_row(each) for each in shelves])
        for first in range(0, count, BLOCK):
            made = [
                video_to_row(
                    example_completed(
                        FIRST + number,
                        members[number % PEOPLE],
                        description=f"{number}: " + "word " * 40,
                        category_id=shelves[number % CATEGORIES].id,
                        media=media,
                    )
                )
                for number in range(first, min(count, first + BLOCK))
            ]
            await connection.execute(sa.insert(videos), made)
    await store.close()
