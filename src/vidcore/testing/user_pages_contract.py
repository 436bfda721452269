"""What every store promises of lists of accounts."""

import pytest

from vidcore.pages import PageRequest
from vidcore.ports.store import Store, UserQuery
from vidcore.testing.examples import MICROSECOND, NOW, example_user
from vidcore.users import Role, User


async def remember_users(store: Store, *users: User) -> None:
    """Add the accounts and commit."""
    async with store.write() as work:
        for user in users:
            await work.users.add(user)
        await work.commit()


async def page_of(store: Store, query: UserQuery) -> list[User]:
    """Give the accounts on one page."""
    async with store.read() as work:
        return list((await work.users.page(query, PageRequest())).items)


class UserPagesContract:
    """Give a fixture `store`: a Store that is empty."""

    async def test_accounts_come_newest_first_and_equally_old_by_id(self, store: Store) -> None:
        """The larger id first, as newer is."""
        oldest = example_user(9, created_at=NOW - MICROSECOND)
        low, high = example_user(2), example_user(3)
        newest = example_user(1, created_at=NOW + MICROSECOND)
        await remember_users(store, low, newest, oldest, high)

        assert await page_of(store, UserQuery()) == [newest, high, low, oldest]

    async def test_pages_of_accounts_are_cut_from_one_order(self, store: Store) -> None:
        """The total is that of all pages, and a page past the end is empty."""
        users = [example_user(number) for number in range(1, 6)]
        await remember_users(store, *users)

        async with store.read() as work:
            pages = [
                await work.users.page(UserQuery(), PageRequest(page=page, page_size=2))
                for page in (1, 2, 3, 4)
            ]
        assert [list(page.items) for page in pages] == [
            [users[4], users[3]],
            [users[2], users[1]],
            [users[0]],
            [],
        ]
        assert {page.total for page in pages} == {5}
        assert [(page.page, page.page_size) for page in pages] == [(1, 2), (2, 2), (3, 2), (4, 2)]

    async def test_filters_of_accounts_narrow_alone_and_together(self, store: Store) -> None:
        """By role, by being active, by both, and by text."""
        ada = example_user(1, username="ada", role=Role.ADMIN)
        bob = example_user(2, username="bob", role=Role.ADMIN, is_active=False)
        cyd = example_user(3, username="cyd")
        dan = example_user(4, username="dan", is_active=False)
        await remember_users(store, ada, bob, cyd, dan)

        assert await page_of(store, UserQuery(role=Role.ADMIN)) == [bob, ada]
        assert await page_of(store, UserQuery(role=Role.USER)) == [dan, cyd]
        assert await page_of(store, UserQuery(is_active=True)) == [cyd, ada]
        assert await page_of(store, UserQuery(is_active=False)) == [dan, bob]
        assert await page_of(store, UserQuery(role=Role.USER, is_active=False)) == [dan]
        assert await page_of(store, UserQuery(q="d", role=Role.ADMIN, is_active=True)) == [ada]
        assert await page_of(store, UserQuery(q="bob", role=Role.USER)) == []

    @pytest.mark.parametrize(
        ("q", "found"),
        [
            ("ADA", [1]),
            ("ärger", [2]),
            ("ÄRGER", [2]),
            ("A\u0308rger", [2]),
            ("b%b", [2]),
            ("_", [3]),
            ("\\", [4]),
            ("a_a", []),
            ("%", [2]),
            ("@EXAMPLE", [4, 3, 2, 1]),
        ],
    )
    async def test_q_of_accounts_is_looked_for_in_name_and_e_mail_literally_in_any_case(
        self, store: Store, q: str, found: list[int]
    ) -> None:
        """No character of it is a wildcard."""
        users = {
            1: example_user(1, username="Ada", email="a@example.org"),
            2: example_user(2, username="two", email="Ärger.b%b@example.org"),
            3: example_user(3, username="three_3", email="c@example.org"),
            4: example_user(4, username="four", email="d\\d@example.org"),
        }
        await remember_users(store, *users.values())

        assert await page_of(store, UserQuery(q=q)) == [users[number] for number in found]
