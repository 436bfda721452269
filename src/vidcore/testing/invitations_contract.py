"""What every store promises of invitations."""

from datetime import timedelta

import pytest

from vidcore.errors import NotFoundError
from vidcore.invitations import Invitation, InvitationStatus
from vidcore.pages import PageRequest
from vidcore.ports.store import Store
from vidcore.testing.examples import (
    MICROSECOND,
    NOBODY,
    NOW,
    example_invitation,
    example_user,
)


async def remember(store: Store, *invitations: Invitation) -> None:
    """Add the invitations and commit."""
    async with store.write() as work:
        for invitation in invitations:
            await work.invitations.add(invitation)
        await work.commit()


async def page_of(store: Store, status: InvitationStatus | None) -> list[Invitation]:
    """Give the first page of the invitations that have `status` at NOW."""
    async with store.read() as work:
        return list((await work.invitations.page(status, NOW, PageRequest())).items)


class InvitationsContract:
    """Give a fixture `store`: a Store that is empty."""

    async def test_an_invitation_comes_back_as_it_was_added(self, store: Store) -> None:
        """Every field, unused and used."""
        admin = example_user(1)
        pending = example_invitation(2)
        used = example_invitation(
            3,
            email="Jörg%_\\'@例え.example",
            token_hash="0" * 64,
            created_by=admin.id,
            created_at=NOW - timedelta(days=400),
            expires_at=NOW + MICROSECOND,
            used_at=NOW - MICROSECOND,
        )
        async with store.write() as work:
            await work.users.add(admin)
            await work.commit()
        await remember(store, pending, used)

        async with store.read() as work:
            assert await work.invitations.get(pending.id) == pending
            back = await work.invitations.get(used.id)
        assert back == used
        assert back.used_at is not None
        assert back.used_at.utcoffset() == back.expires_at.utcoffset() == timedelta()

    async def test_an_invitation_comes_back_as_it_was_saved(self, store: Store) -> None:
        """And no other is changed with it."""
        await remember(store, example_invitation(1), example_invitation(2))
        used = example_invitation(1).accept(NOW)

        async with store.write() as work:
            await work.invitations.save(used)
            await work.commit()

        async with store.read() as work:
            assert await work.invitations.get(used.id) == used
            assert await work.invitations.get(example_invitation(2).id) == example_invitation(2)

    async def test_an_invitation_is_found_by_its_tokens_hash(self, store: Store) -> None:
        """By the whole hash only."""
        invitation = example_invitation(1)
        await remember(store, invitation, example_invitation(2))

        async with store.read() as work:
            assert await work.invitations.find(invitation.token_hash) == invitation
            assert await work.invitations.find(invitation.token_hash[:-1]) is None
            assert await work.invitations.find("") is None

    async def test_a_removed_invitation_is_gone(self, store: Store) -> None:
        """To those who get and those who find."""
        invitation = example_invitation(1)
        await remember(store, invitation, example_invitation(2))

        async with store.write() as work:
            await work.invitations.remove(invitation.id)
            await work.commit()

        assert await page_of(store, None) == [example_invitation(2)]
        async with store.read() as work:
            assert await work.invitations.find(invitation.token_hash) is None
            with pytest.raises(NotFoundError):
                await work.invitations.get(invitation.id)

    async def test_an_unknown_invitation_is_not_found(self, store: Store) -> None:
        """Neither to be got, nor saved, nor removed."""
        async with store.read() as work:
            with pytest.raises(NotFoundError) as missing:
                await work.invitations.get(NOBODY)
        assert missing.value.key == NOBODY
        async with store.write() as work:
            with pytest.raises(NotFoundError):
                await work.invitations.save(example_invitation(1))
            with pytest.raises(NotFoundError):
                await work.invitations.remove(NOBODY)

    async def test_invitations_come_newest_first_and_equally_old_by_id(self, store: Store) -> None:
        """The larger id first, as newer is."""
        oldest = example_invitation(9, created_at=NOW - MICROSECOND)
        newest = example_invitation(1, created_at=NOW + MICROSECOND)
        await remember(store, example_invitation(2), newest, oldest, example_invitation(3))

        ordered = [newest, example_invitation(3), example_invitation(2), oldest]
        assert await page_of(store, None) == ordered

    async def test_a_status_is_the_one_at_the_moment_of_asking(self, store: Store) -> None:
        """At `expires_at` itself an invitation is expired; used stays used when its time is over."""
        pending = example_invitation(1, expires_at=NOW + MICROSECOND)
        just_expired = example_invitation(2, expires_at=NOW)
        used = example_invitation(3, used_at=NOW)
        used_and_over = example_invitation(4, used_at=NOW, expires_at=NOW - MICROSECOND)
        await remember(store, pending, just_expired, used, used_and_over)

        assert await page_of(store, InvitationStatus.PENDING) == [pending]
        assert await page_of(store, InvitationStatus.EXPIRED) == [just_expired]
        assert await page_of(store, InvitationStatus.USED) == [used_and_over, used]

    async def test_pages_are_cut_from_what_has_the_status(self, store: Store) -> None:
        """The total counts only those, and a page past the end is empty."""
        pending = [example_invitation(number) for number in (1, 2, 3)]
        await remember(store, *pending, example_invitation(4, used_at=NOW))

        async with store.read() as work:
            first, second, third = [
                await work.invitations.page(
                    InvitationStatus.PENDING, NOW, PageRequest(page=page, page_size=2)
                )
                for page in (1, 2, 3)
            ]
        assert list(first.items) == [pending[2], pending[1]]
        assert list(second.items) == [pending[0]]
        assert third.items == ()
        assert first.total == second.total == third.total == 3
