"""What admins do about members, and what members see of each other."""

from uuid import UUID

import attrs

from vidcore.errors import InvalidValueError, NotFoundError, UnknownReferenceError
from vidcore.pages import Page, PageRequest
from vidcore.ports.clock import Clock
from vidcore.ports.storage import UploadArea
from vidcore.ports.store import Store, UnitOfWork, UserQuery
from vidcore.sessions import AccountCache
from vidcore.use_cases.removal import RemoveFiles
from vidcore.users import Account, Profile, Role, User
from vidcore.videos import Video


@attrs.frozen(kw_only=True)
class ListMembers:
    """Show admins the accounts."""

    store: Store
    clock: Clock

    async def __call__(self, query: UserQuery, request: PageRequest) -> Page[Account]:
        """Give one page, newest first."""
        async with self.store.read() as uow:
            limit = (await uow.config.get()).weekly_upload_limit_bytes
            found = await uow.users.page(query, request)
        now = self.clock.now()
        return found.map(lambda user: Account(user=user, weekly_upload_limit_bytes=limit, now=now))


@attrs.frozen(kw_only=True)
class ShowMember:
    """Show a member: in full to that member and to admins, else the profile."""

    store: Store
    clock: Clock

    async def __call__(self, *, actor: User, user_id: UUID) -> Account | Profile:
        """Give what `actor` may see. Raises NotFoundError."""
        async with self.store.read() as uow:
            user = await uow.users.get(user_id)
            if actor.is_admin or actor.id == user_id:
                limit = (await uow.config.get()).weekly_upload_limit_bytes
                return Account(user=user, weekly_upload_limit_bytes=limit, now=self.clock.now())
            counts = await uow.books.completed_counts([user_id])
        return Profile(user=user, video_count=counts[user_id])


async def _with_others(uow: UnitOfWork, user_id: UUID) -> tuple[User, int]:
    """Give an account, and the number of active admins beside it; all of them are held.

    Admins are read first, in their own order: whoever changes two accounts at once cannot deadlock.
    """
    admins = await uow.users.active_admin_ids()
    return await uow.users.get(user_id), len(admins - {user_id})


@attrs.frozen(kw_only=True)
class ChangeRole:
    """Make somebody an admin, or a member again."""

    store: Store
    accounts: AccountCache
    clock: Clock

    async def __call__(self, *, user_id: UUID, role: Role) -> Account:
        """Give the changed account. Raises NotFoundError, LastAdminError."""
        with self.accounts.changing(user_id):
            async with self.store.write() as uow:
                user, others = await _with_others(uow, user_id)
                changed = user.with_role(role, other_active_admins=others)
                await uow.users.save(changed)
                limit = (await uow.config.get()).weekly_upload_limit_bytes
                await uow.commit()
        return Account(user=changed, weekly_upload_limit_bytes=limit, now=self.clock.now())


@attrs.frozen(kw_only=True)
class ChangeActive:
    """Switch an account on or off."""

    store: Store
    accounts: AccountCache
    clock: Clock

    async def __call__(self, *, user_id: UUID, is_active: bool) -> Account:
        """Give the changed account. Raises NotFoundError, LastAdminError."""
        with self.accounts.changing(user_id):
            async with self.store.write() as uow:
                user, others = await _with_others(uow, user_id)
                changed = user.with_active(is_active=is_active, other_active_admins=others)
                await uow.users.save(changed)
                limit = (await uow.config.get()).weekly_upload_limit_bytes
                await uow.commit()
        return Account(user=changed, weekly_upload_limit_bytes=limit, now=self.clock.now())


@attrs.frozen(kw_only=True)
class RemoveMember:
    """Delete an account; its videos go too, or are handed over first, and its unfinished uploads go."""

    store: Store
    accounts: AccountCache
    uploads: UploadArea
    remove_files: RemoveFiles
    clock: Clock

    async def __call__(self, *, user_id: UUID, transfer_to: UUID | None) -> None:
        """Delete, and then remove what nobody owns any more.

        Raises NotFoundError, LastAdminError; UnknownReferenceError if nobody is `transfer_to`, and
        InvalidValueError if that is the account itself.
        """
        if transfer_to == user_id:
            raise InvalidValueError("transfer_to", "must be somebody else than who is deleted")
        with self.accounts.changing(user_id):
            async with self.store.write() as uow:
                user, others = await _with_others(uow, user_id)
                user.check_dispensable(other_active_admins=others)
                videos = await uow.videos.of_uploader(user_id)
                unfinished = await uow.uploads.unfinished(user_id, self.clock.now())
                if transfer_to is not None:
                    await self._hand_over(uow, list(videos), transfer_to)
                else:
                    for video in videos:
                        await uow.videos.remove(video.id)
                await uow.users.remove(user_id)
                await uow.commit()
        for upload in unfinished:
            await self.uploads.discard(str(upload.id))
        if transfer_to is None:
            for video in videos:
                await self.remove_files(video)

    @staticmethod
    async def _hand_over(uow: UnitOfWork, videos: list[Video], heir: UUID) -> None:
        try:
            await uow.users.get(heir)
        except NotFoundError:
            raise UnknownReferenceError(
                "transfer_to", f"must be the id of a user, unlike {heir}"
            ) from None
        for video in videos:
            await uow.videos.save(video.handed_over(heir))
