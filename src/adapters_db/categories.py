"""The categories in the database."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.exc import IntegrityError

from adapters_db.failures import violated_constraint
from adapters_db.session import Session
from adapters_db.tables import EVERY, categories, video_counts
from vidcore.categories import Category, category_key
from vidcore.errors import CategoryExistsError, NotFoundError
from vidcore.lifecycle import Status
from vidcore.ports.store import Categories, CategoryEntry

_NAMES: Final = tuple(field.name for field in attrs.fields(Category))
_values: Final = itemgetter(*(categories.c[name] for name in _NAMES))


def category_to_row(category: Category) -> dict[str, Any]:
    """Give the values of a category's row."""
    return {
        "id": category.id,
        "name": category.name,
        "name_key": category_key(category.name),
        "slug": category.slug,
        "created_by": category.created_by,
        "created_at": category.created_at,
    }


def category_from_row(row: RowMapping) -> Category:
    """Make the category of a row, which may have columns of other tables beside it."""
    return Category(**dict(zip(_NAMES, _values(row), strict=True)))


@attrs.frozen
class SqlCategories(Categories):
    """The categories, in the table `categories`."""

    _session: Session

    async def add(self, category: Category) -> None:
        """Remember a new category."""
        await self._change(categories.insert().values(category_to_row(category)), category)

    async def get(self, category_id: UUID) -> Category:
        """Give a category."""
        query = sa.select(categories).where(categories.c.id == category_id)
        row = await self._session.first(self._session.held(query))
        if row is None:
            raise NotFoundError("category", category_id)
        return category_from_row(row)

    async def save(self, category: Category) -> None:
        """Remember a renamed category."""
        statement = categories.update().where(categories.c.id == category.id)
        if not await self._change(statement.values(category_to_row(category)), category):
            raise NotFoundError("category", category.id)

    async def remove(self, category_id: UUID) -> None:
        """Forget a category; the database takes it from its videos."""
        statement = categories.delete().where(categories.c.id == category_id)
        if not await self._session.change(statement):
            raise NotFoundError("category", category_id)

    async def listing(self) -> Sequence[CategoryEntry]:
        """Give all categories, sorted here: databases differ in how they order letters."""
        counts = (
            sa.select(
                video_counts.c.category_id, sa.func.sum(video_counts.c.videos).label("video_count")
            )
            .where(
                video_counts.c.uploaded_by == EVERY,
                video_counts.c.status == Status.COMPLETED.value,
            )
            .group_by(video_counts.c.category_id)
            .subquery()
        )
        video_count = sa.func.coalesce(counts.c.video_count, 0).label("video_count")
        query = sa.select(categories, video_count).select_from(
            categories.outerjoin(counts, categories.c.id == counts.c.category_id)
        )
        entries = (
            CategoryEntry(category=category_from_row(row), video_count=int(row["video_count"]))
            for row in await self._session.all(query)
        )
        return sorted(entries, key=lambda e: (category_key(e.category.name), e.category.id))

    async def _change(self, statement: sa.Insert | sa.Update, category: Category) -> int:
        try:
            return await self._session.try_change(statement)
        except IntegrityError as error:
            if violated_constraint(error) in {"uq_categories_name_key", "uq_categories_slug"}:
                raise CategoryExistsError(category.name) from error
            raise
