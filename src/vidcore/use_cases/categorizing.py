"""What admins do about categories."""

from collections.abc import Sequence
from uuid import UUID

import attrs

from vidcore.categories import Category
from vidcore.ports.clock import Clock
from vidcore.ports.identity import IdSource
from vidcore.ports.store import CategoryEntry, Store, UnitOfWork
from vidcore.use_cases.recognizing import own_account


@attrs.frozen(kw_only=True)
class ListCategories:
    """Show members the categories."""

    store: Store

    async def __call__(self) -> Sequence[CategoryEntry]:
        """Give all categories, by name."""
        async with self.store.read() as uow:
            return await uow.categories.listing()


async def _others(uow: UnitOfWork, category_id: UUID | None) -> dict[str, CategoryEntry]:
    return {
        entry.category.slug: entry
        for entry in await uow.categories.listing()
        if entry.category.id != category_id
    }


@attrs.frozen(kw_only=True)
class CreateCategory:
    """Make a category."""

    store: Store
    ids: IdSource
    clock: Clock

    async def __call__(self, *, created_by: UUID, name: str) -> CategoryEntry:
        """Give the new category.

        Raises InvalidValueError, CategoryExistsError; NotAuthenticatedError if who makes it is gone.
        """
        async with self.store.write() as uow:
            await own_account(uow, created_by)
            category = Category.create(
                id=self.ids.new(),
                name=name,
                taken_slugs=await _others(uow, None),
                created_by=created_by,
                now=self.clock.now(),
            )
            await uow.categories.add(category)
            await uow.commit()
        return CategoryEntry(category=category, video_count=0)


@attrs.frozen(kw_only=True)
class RenameCategory:
    """Give a category another name and, with it, another slug."""

    store: Store

    async def __call__(self, *, category_id: UUID, name: str) -> CategoryEntry:
        """Give the category. Raises NotFoundError, InvalidValueError, CategoryExistsError."""
        async with self.store.write() as uow:
            category = await uow.categories.get(category_id)
            renamed = category.renamed(name, taken_slugs=await _others(uow, category_id))
            await uow.categories.save(renamed)
            entries = await uow.categories.listing()
            await uow.commit()
        return next(entry for entry in entries if entry.category.id == category_id)


@attrs.frozen(kw_only=True)
class RemoveCategory:
    """Delete a category; its videos stay, without one."""

    store: Store

    async def __call__(self, category_id: UUID) -> None:
        """Forget the category. Raises NotFoundError."""
        async with self.store.write() as uow:
            await uow.categories.remove(category_id)
            await uow.commit()
