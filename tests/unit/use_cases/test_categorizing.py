import asyncio

import pytest

from tests.unit.use_cases.memory_platform import MemoryPlatform
from tests.unit.use_cases.stepping import SteppedStore, giving_way
from vidcore.errors import (
    CategoryExistsError,
    InvalidValueError,
    NotAuthenticatedError,
    NotFoundError,
)
from vidcore.testing.examples import (
    NOBODY,
    NOW,
    example_category,
    example_completed,
    example_user,
    example_video,
)
from vidcore.use_cases.categorizing import (
    CreateCategory,
    ListCategories,
    RemoveCategory,
    RenameCategory,
)

ADMIN = example_user(1)


@pytest.fixture(autouse=True)
async def admin(platform: MemoryPlatform) -> None:
    await platform.add(ADMIN)


async def test_a_category_is_made_with_a_slug_of_its_own(platform: MemoryPlatform) -> None:
    create = platform.make(CreateCategory)

    first = await create(created_by=ADMIN.id, name=" Café ")
    second = await create(created_by=ADMIN.id, name="Cafe")

    assert (first.category.name, first.category.slug, first.video_count) == ("Café", "cafe", 0)
    assert (second.category.slug, second.category.created_at) == ("cafe-2", NOW)
    assert set(platform.remembered().categories.values()) == {first.category, second.category}


async def test_a_category_needs_a_name_that_nobody_has(platform: MemoryPlatform) -> None:
    await platform.add(example_category(1))

    with platform.refuses(CategoryExistsError):
        await platform.make(CreateCategory)(created_by=ADMIN.id, name="CATEGORY 1")
    with platform.refuses(InvalidValueError):
        await platform.make(CreateCategory)(created_by=ADMIN.id, name="  ")


async def test_an_admin_who_was_deleted_meanwhile_makes_no_category(
    platform: MemoryPlatform,
) -> None:
    with platform.refuses(NotAuthenticatedError):
        await platform.make(CreateCategory)(created_by=NOBODY, name="Sea")


async def test_many_with_one_slug_at_once_get_one_each(platform: MemoryPlatform) -> None:
    create = platform.make(CreateCategory, SteppedStore(platform.store, giving_way([2])))

    made = await asyncio.gather(
        *(create(created_by=ADMIN.id, name=name) for name in ("a b", "a-b", "a_b"))
    )

    assert {entry.category.slug for entry in made} == {"a-b", "a-b-2", "a-b-3"}


@pytest.mark.parametrize(("number", "beside"), [(1, 2), (2, 1)])
async def test_a_renamed_category_keeps_its_videos_and_gets_a_new_slug(
    platform: MemoryPlatform, number: int, beside: int
) -> None:
    category, other = example_category(number), example_category(beside)
    await platform.add(
        category,
        other,
        example_completed(1, ADMIN, category_id=category.id),
        example_video(2, ADMIN, category_id=category.id),
    )
    rename = platform.make(RenameCategory)

    renamed = await rename(category_id=category.id, name="Zoo")

    assert (renamed.category.slug, renamed.video_count) == ("zoo", 1)
    listing = await platform.make(ListCategories)()
    assert [entry.category.name for entry in listing] == [other.name, "Zoo"]
    assert listing[1] == renamed


async def test_a_category_may_take_its_own_name_again(platform: MemoryPlatform) -> None:
    await platform.add(example_category(1))

    renamed = await platform.make(RenameCategory)(
        category_id=example_category(1).id, name="CATEGORY 1"
    )

    assert (renamed.category.name, renamed.category.slug) == ("CATEGORY 1", "category-1")


async def test_a_refused_renaming_changes_nothing(platform: MemoryPlatform) -> None:
    await platform.add(example_category(1), example_category(2))
    rename = platform.make(RenameCategory)

    with platform.refuses(CategoryExistsError):
        await rename(category_id=example_category(2).id, name="category 1")
    with platform.refuses(InvalidValueError):
        await rename(category_id=example_category(2).id, name="x" * 81)
    with platform.refuses(NotFoundError):
        await rename(category_id=NOBODY, name="Zoo")


async def test_videos_outlive_their_category(platform: MemoryPlatform) -> None:
    video = example_completed(1, ADMIN, category_id=example_category(1).id)
    await platform.add(example_category(1), video)

    await platform.make(RemoveCategory)(example_category(1).id)

    assert (await platform.video(video.id)).category_id is None
    assert await platform.make(ListCategories)() == []
    with platform.refuses(NotFoundError):
        await platform.make(RemoveCategory)(example_category(1).id)
