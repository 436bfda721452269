"""What every store promises of accounts."""

from datetime import timedelta

import pytest

from vidcore.errors import EmailTakenError, NotFoundError, UsernameTakenError, VidcoreError
from vidcore.ports.store import Store
from vidcore.testing.examples import (
    MICROSECOND,
    NOBODY,
    NOW,
    example_category,
    example_config,
    example_invitation,
    example_upload,
    example_user,
    example_video,
)
from vidcore.users import Role, User
from vidcore.videos import Video


async def remember_users(store: Store, *users: User) -> None:
    """Add the accounts and commit."""
    async with store.write() as work:
        for user in users:
            await work.users.add(user)
        await work.commit()


async def remember_video(store: Store, video: Video) -> None:
    """Add the video and commit."""
    async with store.write() as work:
        await work.videos.add(video)
        await work.commit()


async def remove_user(store: Store, user: User) -> None:
    """Remove the account, for as long as the unit of work lasts."""
    async with store.write() as work:
        await work.users.remove(user.id)


class UsersContract:
    """Give a fixture `store`: a Store that is empty."""

    async def test_an_account_comes_back_as_it_was_added(self, store: Store) -> None:
        """Every field, at bounds and beyond ASCII."""
        plain = example_user(1)
        odd = example_user(
            2,
            email="Jörg.O'Neil+100%_\\@例え.example",
            username="Odd_Name.-32",
            password_hash="$2b$12$" + "x" * 200,
            role=Role.ADMIN,
            is_active=False,
            created_at=NOW + MICROSECOND,
            token_epoch=2**31 - 1,
            weekly_upload_bytes=2**53 - 1,
            last_upload_reset=NOW - timedelta(days=20_000),
        )
        await remember_users(store, plain, odd)

        async with store.read() as work:
            assert await work.users.get(plain.id) == plain
            back = await work.users.get(odd.id)
        assert back == odd
        assert back.created_at.utcoffset() == back.last_upload_reset.utcoffset() == timedelta()

    async def test_an_account_comes_back_as_it_was_saved(self, store: Store) -> None:
        """And no other account is changed with it."""
        user, other = example_user(1), example_user(2)
        await remember_users(store, user, other)
        changed = example_user(
            1,
            password_hash="$new$",
            role=Role.ADMIN,
            is_active=False,
            token_epoch=7,
            weekly_upload_bytes=123,
            last_upload_reset=NOW,
        )

        async with store.write() as work:
            await work.users.save(changed)
            await work.commit()

        async with store.read() as work:
            assert await work.users.get(user.id) == changed
            assert await work.users.get(other.id) == other

    async def test_an_unknown_account_is_not_found(self, store: Store) -> None:
        """Neither to be got, nor saved, nor removed."""
        async with store.read() as work:
            with pytest.raises(NotFoundError) as missing:
                await work.users.get(NOBODY)
            assert await work.users.find("nobody") is None
        assert missing.value.key == NOBODY
        async with store.write() as work:
            with pytest.raises(NotFoundError):
                await work.users.save(example_user(1))
            with pytest.raises(NotFoundError):
                await work.users.remove(NOBODY)

    @pytest.mark.parametrize(
        "login",
        [
            "Ada_L",
            "ada_l",
            "ADA_L",
            "Ämil@Example.org",
            "äMIL@EXAMPLE.ORG",
            "A\u0308mil@example.org",
        ],
    )
    async def test_an_account_is_found_by_name_and_e_mail_in_any_case(
        self, store: Store, login: str
    ) -> None:
        """Compared by `vidcore.users.name_key`, so composed and decomposed letters are one."""
        user = example_user(1, username="Ada_L", email="Ämil@Example.org")
        await remember_users(store, user, example_user(2))

        async with store.read() as work:
            assert await work.users.find(login) == user

    @pytest.mark.parametrize("login", ["Ada%", "AdaxL", "Ada", "example.org", ""])
    async def test_an_account_is_not_found_by_a_part_or_pattern(
        self, store: Store, login: str
    ) -> None:
        """A login is a whole name."""
        await remember_users(store, example_user(1, username="Ada_L"))

        async with store.read() as work:
            assert await work.users.find(login) is None

    @pytest.mark.parametrize("username", ["Ada", "ada", "ADA"])
    async def test_a_username_is_unique_in_any_case(self, store: Store, username: str) -> None:
        """The second account is refused."""
        await remember_users(store, example_user(1, username="Ada"))

        with pytest.raises(UsernameTakenError) as taken:
            await remember_users(store, example_user(2, username=username))

        assert taken.value.username == username
        async with store.read() as work:
            assert await work.users.find("ada") == example_user(1, username="Ada")

    @pytest.mark.parametrize("email", ["ämil@x.org", "ÄMIL@X.ORG", "a\u0308mil@x.org"])
    async def test_an_e_mail_is_unique_in_any_case(self, store: Store, email: str) -> None:
        """The second account is refused."""
        await remember_users(store, example_user(1, email="ämil@x.org"))

        with pytest.raises(EmailTakenError) as taken:
            await remember_users(store, example_user(2, email=email))

        assert taken.value.email == email

    async def test_a_name_is_free_again_when_its_account_is_gone(self, store: Store) -> None:
        """Within the same unit of work, too."""
        await remember_users(store, example_user(1, username="Ada"))

        async with store.write() as work:
            await work.users.remove(example_user(1).id)
            await work.users.add(example_user(2, username="ada"))
            await work.commit()

        async with store.read() as work:
            assert await work.users.find("ADA") == example_user(2, username="ada")

    async def test_a_removed_account_takes_its_uploads_along(self, store: Store) -> None:
        """And leaves what it made for all, without its name."""
        admin, other = example_user(1, role=Role.ADMIN), example_user(2)
        async with store.write() as work:
            await work.users.add(admin)
            await work.users.add(other)
            await work.uploads.add(example_upload(3, admin))
            await work.uploads.add(example_upload(4, other))
            await work.invitations.add(example_invitation(5, created_by=admin.id))
            await work.invitations.add(example_invitation(7, created_by=other.id))
            await work.categories.add(example_category(6, created_by=admin.id))
            await work.categories.add(example_category(8, created_by=other.id))
            await work.config.save(example_config(updated_by=admin.id))
            await work.commit()

        async with store.write() as work:
            await work.users.remove(admin.id)
            await work.commit()

        async with store.read() as work:
            with pytest.raises(NotFoundError):
                await work.uploads.get(example_upload(3, admin).id)
            kept = await work.uploads.get(example_upload(4, other).id)
            assert kept == example_upload(4, other)
            assert await work.invitations.get(example_invitation(5).id) == example_invitation(5)
            assert await work.categories.get(example_category(6).id) == example_category(6)
            by_other = await work.invitations.get(example_invitation(7).id)
            assert by_other.created_by == other.id
            assert (await work.categories.get(example_category(8).id)).created_by == other.id
            assert await work.config.get() == example_config()

    async def test_an_account_with_videos_is_not_removed(self, store: Store) -> None:
        """That is misuse, so the error is the adapter's own."""
        user = example_user(1)
        video = example_video(2, user)
        await remember_users(store, user)
        await remember_video(store, video)

        with pytest.raises(Exception) as refused:  # noqa: PT011 - a database's own error
            await remove_user(store, user)

        assert not isinstance(refused.value, VidcoreError)
        async with store.read() as work:
            assert await work.users.get(user.id) == user
            assert await work.videos.get(video.id) == video

    async def test_active_admins_are_those_who_are_both(self, store: Store) -> None:
        """Changes of the same unit of work count."""
        admin = example_user(1, role=Role.ADMIN)
        await remember_users(
            store,
            admin,
            example_user(2, role=Role.ADMIN, is_active=False),
            example_user(3),
        )

        async with store.write() as work:
            assert await work.users.active_admin_ids() == {admin.id}
            await work.users.save(example_user(1, role=Role.USER))
            await work.users.save(example_user(3, role=Role.ADMIN))
            assert await work.users.active_admin_ids() == {example_user(3).id}
