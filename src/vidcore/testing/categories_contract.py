"""What every store promises of categories."""

from datetime import timedelta

import pytest

from vidcore.categories import Category
from vidcore.errors import CategoryExistsError, NotFoundError
from vidcore.ports.store import Store
from vidcore.testing.examples import (
    MICROSECOND,
    NOBODY,
    NOW,
    example_category,
    example_completed,
    example_failed,
    example_processing,
    example_user,
    example_video,
)


async def remember(store: Store, *categories: Category) -> None:
    """Add the categories and commit."""
    async with store.write() as work:
        for category in categories:
            await work.categories.add(category)
        await work.commit()


async def save(store: Store, category: Category) -> None:
    """Save the category and commit."""
    async with store.write() as work:
        await work.categories.save(category)
        await work.commit()


class CategoriesContract:
    """Give a fixture `store`: a Store that is empty."""

    async def test_a_category_comes_back_as_it_was_added_and_saved(self, store: Store) -> None:
        """Every field, beyond ASCII."""
        admin = example_user(1)
        category = example_category(
            2,
            name="Ärger & 100%_\\ 'Spaß' 猫",
            slug="aerger-2",
            created_by=admin.id,
            created_at=NOW + MICROSECOND,
        )
        async with store.write() as work:
            await work.users.add(admin)
            await work.commit()
        await remember(store, category, example_category(3))

        async with store.read() as work:
            back = await work.categories.get(category.id)
            assert await work.categories.get(example_category(3).id) == example_category(3)
        assert back == category
        assert back.created_at.utcoffset() == timedelta()

        renamed = category.renamed("Freude", taken_slugs=())
        await save(store, renamed)
        async with store.read() as work:
            assert await work.categories.get(category.id) == renamed
            assert await work.categories.get(example_category(3).id) == example_category(3)

    async def test_an_unknown_category_is_not_found(self, store: Store) -> None:
        """Neither to be got, nor saved, nor removed."""
        async with store.read() as work:
            with pytest.raises(NotFoundError) as missing:
                await work.categories.get(NOBODY)
        assert missing.value.key == NOBODY
        async with store.write() as work:
            with pytest.raises(NotFoundError):
                await work.categories.save(example_category(1))
            with pytest.raises(NotFoundError):
                await work.categories.remove(NOBODY)

    @pytest.mark.parametrize("name", ["Ärger", "ärger", "ÄRGER", "A\u0308rger"])
    async def test_a_name_is_unique_in_any_case(self, store: Store, name: str) -> None:
        """Compared by `vidcore.categories.category_key`, when added and when renamed."""
        await remember(store, example_category(1, name="Ärger"), example_category(2))

        with pytest.raises(CategoryExistsError) as added:
            await remember(store, example_category(3, name=name))
        with pytest.raises(CategoryExistsError):
            await save(store, example_category(2, name=name))

        assert added.value.name == name
        async with store.read() as work:
            names = [entry.category.name for entry in await work.categories.listing()]
        assert names == ["Category 2", "Ärger"]

    async def test_a_slug_is_unique(self, store: Store) -> None:
        """Even under different names."""
        await remember(store, example_category(1, slug="cats"))

        with pytest.raises(CategoryExistsError):
            await remember(store, example_category(2, slug="cats"))

    async def test_a_category_may_take_its_own_name_in_another_case(self, store: Store) -> None:
        """It is not in its own way."""
        await remember(store, example_category(1, name="cats"))

        await save(store, example_category(1, name="CATS"))

        async with store.read() as work:
            assert (await work.categories.get(example_category(1).id)).name == "CATS"

    async def test_categories_come_by_name_without_regard_to_case(self, store: Store) -> None:
        """In the order of `category_key`, so that spaces and hyphens count as characters do."""
        names = ["b", "A", "a b", "C", "ab", "a-c", "Zebra", "äpfel", "10"]
        await remember(
            store, *(example_category(number, name=name) for number, name in enumerate(names))
        )

        async with store.read() as work:
            listed = [entry.category.name for entry in await work.categories.listing()]
        assert listed == ["10", "A", "a b", "a-c", "ab", "b", "C", "Zebra", "äpfel"]

    async def test_an_empty_platform_lists_no_categories(self, store: Store) -> None:
        """Rather than to fail."""
        async with store.read() as work:
            assert list(await work.categories.listing()) == []

    async def test_a_listing_counts_completed_videos_only(self, store: Store) -> None:
        """And those of each category by itself."""
        user, full, empty = example_user(1), example_category(2), example_category(3)
        async with store.write() as work:
            await work.users.add(user)
            await work.categories.add(full)
            await work.categories.add(empty)
            for video in (
                example_completed(10, user, category_id=full.id),
                example_completed(11, user, category_id=full.id),
                example_completed(12, user),
                example_video(13, user, category_id=full.id),
                example_processing(14, user, category_id=empty.id),
                example_failed(15, user, category_id=empty.id),
            ):
                await work.videos.add(video)
            await work.commit()

        async with store.read() as work:
            listing = await work.categories.listing()
        counts = [(entry.category, entry.video_count) for entry in listing]
        assert counts == [(full, 2), (empty, 0)]

    async def test_videos_stay_when_their_category_goes(self, store: Store) -> None:
        """Without one; the videos of other categories keep theirs."""
        user, gone, kept = example_user(1), example_category(2), example_category(3)
        async with store.write() as work:
            await work.users.add(user)
            await work.categories.add(gone)
            await work.categories.add(kept)
            await work.videos.add(example_video(10, user, category_id=gone.id))
            await work.videos.add(example_video(11, user, category_id=kept.id))
            await work.commit()

        async with store.write() as work:
            await work.categories.remove(gone.id)
            await work.commit()

        async with store.read() as work:
            assert [entry.category for entry in await work.categories.listing()] == [kept]
            left = await work.videos.entry(example_video(10, user).id)
            other = await work.videos.entry(example_video(11, user).id)
        assert (left.video, left.category) == (example_video(10, user), None)
        assert other.category == kept
