"""Pages of rows: each merged of a few indexes that are in the page's order, with the number of all.

Or all rows of a table in batches, each behind the last row of the one before: rows that come and go
meanwhile move no other.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

import attrs
import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from adapters_db.session import Session
from vidcore.orders import Order
from vidcore.pages import Ordering, Page, PageRequest

T = TypeVar("T")
ESCAPE: Final = "/"  # in a pattern, before what stands for itself


@attrs.frozen(kw_only=True, eq=False)
class Listing:
    """The statements of a list, made once for all that differ in parameters only.

    `rows` gives a page with the `total` beside each row, `counted` the total alone. Their parameters are
    those of the conditions, and `skip`, `size`; `key` and `id` of the place behind which the page begins.
    """

    rows: sa.Select[Any]
    counted: sa.Select[int]


@attrs.frozen(kw_only=True, eq=False)
class Source:
    """Where the rows of a list are: a union of `parts`, each of which says what holds for its rows.

    No row is in two parts. `key` is what the list is sorted by. `entries` joins to a table of wanted ids
    all that a row has. `merges` says that the database merges parts that are in order by themselves
    (SQLite); else each is cut before. `counted` gives the number of rows where that needs less than to
    count them.
    """

    entries: Callable[[sa.Subquery], sa.Select[Any]]
    key: sa.Column[Any]
    parts: Sequence[Sequence[sa.ColumnElement[bool]]]
    merges: bool
    counted: sa.Select[int] | None = None

    def listing(self, order: Order, *, behind: bool) -> Listing:
        """Make the statements of the list in `order`; `behind` has it begin behind a place."""
        found = [self._found(part) for part in self.parts]
        counted = self.counted
        if counted is None:
            everything = _united(found).subquery()
            counted = sa.select(sa.func.count()).select_from(everything)
        if behind:
            found = [part.where(self._behind(order)) for part in found]
        direction = sa.desc if order is Order.DESC else sa.asc
        by_place: tuple[sa.UnaryExpression[Any], ...] = (direction("place"), direction("id"))
        # PostgreSQL keeps a plan only if it was told how few rows are wanted: else it makes one for each
        # page, which took a third of the time.
        told = not self.merges
        size = sa.bindparam("size", type_=sa.Integer, literal_execute=told)
        skip = sa.bindparam("skip", type_=sa.BigInteger, literal_execute=told)
        if len(found) > 1 and not self.merges:
            found = [
                sa.select(part.order_by(*by_place).limit(skip + size).subquery()) for part in found
            ]
        wanted = _united(found).order_by(*by_place).limit(size).offset(skip).subquery("wanted")
        total = counted.correlate(None).scalar_subquery().label("total")
        place = (wanted.c.place.label("wanted_place"), wanted.c.id.label("wanted_id"))
        return Listing(rows=self.entries(wanted).add_columns(total, *place), counted=counted)

    def _found(self, conditions: Sequence[sa.ColumnElement[bool]]) -> sa.Select[Any]:
        return sa.select(self.key.table.c.id, self.key.label("place")).where(*conditions)

    def _behind(self, order: Order) -> sa.ColumnElement[bool]:
        columns = (self.key, self.key.table.c.id)
        known = [
            sa.bindparam(name, type_=c.type) for name, c in zip(("key", "id"), columns, strict=True)
        ]
        here, there = sa.tuple_(*columns), sa.tuple_(*known)
        return here < there if order is Order.DESC else here > there


def _united(parts: Sequence[sa.Select[Any]]) -> sa.CompoundSelect[Any] | sa.Select[Any]:
    return parts[0] if len(parts) == 1 else sa.union_all(*parts)


@attrs.frozen(kw_only=True, eq=False)
class Wanted(Generic[T]):
    """A list: its order, how a row is made into an item, and the statements with their parameters.

    `listing` gives the statements, told whether they are to begin behind a place.
    """

    ordering: Ordering[T]
    make: Callable[[RowMapping], T]
    listing: Callable[[bool], Listing]
    parameters: Mapping[str, object] = attrs.Factory(dict)


async def fetch_page(session: Session, wanted: Wanted[T], request: PageRequest) -> Page[T]:
    """Give one page by one statement; past the end, the count is another."""
    ordering = wanted.ordering
    place = request.behind(ordering.sort, ordering.order)
    listing = wanted.listing(place is not None)
    values = {**wanted.parameters, "skip": request.offset, "size": request.page_size + 1}
    if place is not None:
        values |= {"key": place.key, "id": place.id}
    rows = await session.all(listing.rows, values)
    if rows:
        total = int(rows[0]["total"])
    elif request.offset or place is not None:
        total = await session.number(listing.counted, values)
    else:
        total = 0
    # The order of what was wanted need not be that of what was joined to it.
    down = ordering.order is Order.DESC
    ordered = sorted(rows, key=itemgetter("wanted_place", "wanted_id"), reverse=down)
    return ordering.page([wanted.make(row) for row in ordered], total, request)


async def fetch_after(
    session: Session, table: sa.Table, last: UUID | None, *, limit: int
) -> Sequence[RowMapping]:
    """Give the first rows of `table`, at most `limit`, whose ids come after `last`, held in their order."""
    query = sa.select(table).order_by(table.c.id).limit(limit)
    if last is not None:
        query = query.where(table.c.id > last)
    return await session.all(session.held(query))


def like_pattern(part: str) -> str:
    """Give the pattern of LIKE that a text has if `part` is in it, letter for letter."""
    for special in (ESCAPE, "%", "_"):
        part = part.replace(special, ESCAPE + special)
    return f"%{part}%"
