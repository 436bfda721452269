"""What every store promises to many at once: what is read in a `write` is held by it."""

import asyncio
from collections.abc import Iterable

from vidcore.errors import (
    InvitationInvalidError,
    LastAdminError,
    NotFoundError,
    TooManyAttemptsError,
    UsernameTakenError,
)
from vidcore.ports.store import Store
from vidcore.testing.examples import (
    NOW,
    example_completed,
    example_invitation,
    example_upload,
    example_user,
    example_video,
)
from vidcore.throttle import FAILURES_PER_ADDRESS, FAILURES_PER_NAME, WINDOW, check_throttle
from vidcore.users import Role
from vidcore.videos import Video

PATIENCE = 30.0  # seconds after which a store that should have let the next in has failed
ADA = example_user(1)


async def add_ada(store: Store) -> None:
    """Add ADA and commit."""
    async with store.write() as work:
        await work.users.add(ADA)
        await work.commit()


async def let_others_in() -> None:
    """Give all who wait their turn, between a look and the change that follows from it."""
    await asyncio.sleep(0.01)


class ConcurrencyContract:
    """Give a fixture `store`: a Store that is empty.

    Each of the many looks, lets the others in, and only then changes what it saw.
    """

    async def test_no_change_of_many_at_once_is_lost(self, store: Store) -> None:
        """Ten who look at a number and then save the next one make ten."""
        video = example_completed(2, ADA)
        await add_ada(store)
        async with store.write() as work:
            await work.videos.add(video)
            await work.commit()

        async def view() -> None:
            async with store.write() as work:
                seen = await work.videos.get(video.id)
                await let_others_in()
                await work.videos.save(seen.viewed())
                await work.commit()

        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*(view() for _ in range(10)))

        async with store.read() as work:
            assert (await work.videos.get(video.id)).view_count == 10

    async def test_of_many_with_one_name_exactly_one_registers(self, store: Store) -> None:
        """The others are told that it is taken."""

        async def register(number: int) -> None:
            async with store.write() as work:
                assert await work.users.find("nobody") is None
                await let_others_in()
                await work.users.add(example_user(number, username="ada"))
                await let_others_in()
                await work.commit()

        outcomes = await asyncio.gather(
            *(register(number) for number in range(2, 8)), return_exceptions=True
        )

        assert outcomes.count(None) == 1
        assert sum(isinstance(outcome, UsernameTakenError) for outcome in outcomes) == 5

    async def test_of_many_with_one_invitation_exactly_one_uses_it(self, store: Store) -> None:
        """The others find it used."""
        invitation = example_invitation(2)
        async with store.write() as work:
            await work.invitations.add(invitation)
            await work.commit()

        async def accept() -> None:
            async with store.write() as work:
                found = await work.invitations.find(invitation.token_hash)
                assert found is not None
                await let_others_in()
                await work.invitations.save(found.accept(NOW))
                await work.commit()

        outcomes = await asyncio.gather(*(accept() for _ in range(6)), return_exceptions=True)

        assert outcomes.count(None) == 1
        assert sum(isinstance(outcome, InvitationInvalidError) for outcome in outcomes) == 5

    async def test_admins_who_step_down_at_once_leave_one(self, store: Store) -> None:
        """The last of them finds that there is nobody else."""
        admins = [example_user(number, role=Role.ADMIN) for number in (1, 2, 3)]
        async with store.write() as work:
            for admin in admins:
                await work.users.add(admin)
            await work.commit()

        async def step_down(number: int) -> None:
            async with store.write() as work:
                others = await work.users.active_admin_ids() - {admins[number].id}
                admin = await work.users.get(admins[number].id)
                await let_others_in()
                await work.users.save(admin.with_role(Role.USER, other_active_admins=len(others)))
                await work.commit()

        outcomes = await asyncio.gather(
            *(step_down(number) for number in range(3)), return_exceptions=True
        )

        assert [type(outcome) for outcome in outcomes if outcome is not None] == [LastAdminError]
        async with store.read() as work:
            assert len(await work.users.active_admin_ids()) == 1

    async def test_reservations_at_once_see_one_another(self, store: Store) -> None:
        """Who has read the member's account decides alone on that member's bytes."""
        await add_ada(store)

        async def reserve(number: int) -> bool:
            async with store.write() as work:
                member = await work.users.get(ADA.id)
                if await work.uploads.reserved_bytes(NOW, member.id) + 1_000 > 3_000:
                    return False
                await let_others_in()
                await work.uploads.add(example_upload(number, member))
                await work.commit()
                return True

        outcomes = await asyncio.gather(*(reserve(number) for number in range(10, 18)))

        assert outcomes.count(True) == 3

    async def test_workers_at_once_claim_different_videos(self, store: Store) -> None:
        """And each video is claimed by one."""
        await add_ada(store)
        videos = [example_video(number, ADA) for number in range(10, 14)]
        async with store.write() as work:
            for video in videos:
                await work.videos.add(video)
            await work.commit()

        async def claim() -> Video | None:
            async with store.write() as work:
                waiting = await work.videos.next_claimable(NOW)
                if waiting is None:
                    return None
                await let_others_in()
                await work.videos.save(waiting.claimed(NOW))
                await work.commit()
                return waiting

        async with asyncio.timeout(PATIENCE):
            claimed = await asyncio.gather(*(claim() for _ in range(6)))

        ids = [video.id for video in claimed if video is not None]
        assert sorted(ids) == [video.id for video in videos]

    async def test_of_many_schedules_exactly_one_does_the_work(self, store: Store) -> None:
        """The others are told that it was claimed."""

        async def run() -> bool:
            async with store.write() as work:
                first = await work.books.claim_run("reset", "2026-03-01")
                await let_others_in()
                await work.commit()
                return first

        async with asyncio.timeout(PATIENCE):
            outcomes = await asyncio.gather(*(run() for _ in range(5)))

        assert outcomes.count(True) == 1

    async def test_of_many_log_ins_on_one_name_no_more_than_the_limit_get_through(
        self, store: Store
    ) -> None:
        """However many ask at once, and wherever they come from."""
        outcomes = await _attempts(
            store, [("ada", f"192.0.2.{number}") for number in range(2 * FAILURES_PER_NAME)]
        )

        assert outcomes.count(None) == FAILURES_PER_NAME

    async def test_of_many_log_ins_from_one_address_no_more_than_the_limit_get_through(
        self, store: Store
    ) -> None:
        """However many ask at once, and whoever they say they are."""
        left = 3
        async with store.write() as work:
            for number in range(FAILURES_PER_ADDRESS - left):
                await work.login_failures.add(name=f"early {number}", address="::1", at=NOW)
            await work.commit()

        outcomes = await _attempts(store, [(f"name {number}", "::1") for number in range(10)])

        assert outcomes.count(None) == left

    async def test_log_ins_below_the_limit_all_get_through(self, store: Store) -> None:
        """Two names from two addresses, in every order, and names that are another's address."""
        pairs = [("ada", "::1"), ("bob", "::2"), ("ada", "::2"), ("bob", "::1")]
        pairs += [("::1", "::2"), ("::2", "::1"), ("ada", "ada"), ("::1", "::1")]

        assert await _attempts(store, 2 * pairs) == [None] * 2 * len(pairs)

    async def test_a_video_that_is_removed_while_another_waits_for_it_is_not_found(
        self, store: Store
    ) -> None:
        """Who comes second sees what the first has left."""
        await add_ada(store)
        video = example_video(2, ADA)
        async with store.write() as work:
            await work.videos.add(video)
            await work.commit()
        removing = asyncio.Event()

        async def remove() -> None:
            async with store.write() as work:
                await work.videos.get(video.id)
                removing.set()
                await let_others_in()
                await work.videos.remove(video.id)
                await work.commit()

        async def look() -> None:
            await removing.wait()
            async with store.write() as work:
                await work.videos.get(video.id)

        removed, looked = await asyncio.gather(remove(), look(), return_exceptions=True)

        assert removed is None
        assert isinstance(looked, NotFoundError)


async def _attempts(
    store: Store, pairs: Iterable[tuple[str, str]]
) -> list[TooManyAttemptsError | None]:
    """Count an attempt for each name and address, all at once, and give what they were told."""

    async def attempt(name: str, address: str) -> TooManyAttemptsError | None:
        async with store.write() as work:
            by_name, by_address = await work.login_failures.moments(
                name=name, address=address, since=NOW - WINDOW
            )
            await let_others_in()
            try:
                check_throttle(by_name=by_name, by_address=by_address, now=NOW)
            except TooManyAttemptsError as error:
                return error
            await work.login_failures.add(name=name, address=address, at=NOW)
            await work.commit()
            return None

    async with asyncio.timeout(PATIENCE):
        return await asyncio.gather(*(attempt(*pair) for pair in pairs))
