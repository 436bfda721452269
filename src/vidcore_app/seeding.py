"""Sample content: categories, members and real videos, put in as members put in theirs.

Everything has a name by which it is known again, so that seeding twice makes nothing twice.
"""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final

import attrs

from vidcore.categories import Category, category_key
from vidcore.details import VideoDetails
from vidcore.errors import CategoryExistsError
from vidcore.users import User
from vidcore_app.container import Container
from vidcore_app.seed_clips import make_clip, usable_kinds

NAMES: Final = ("anna", "bilal", "chiara", "dmitri", "elif", "farid", "greta", "hugo", "ines")
CATEGORIES: Final = ("Experiments", "Family", "Music", "Nature", "Travel")
DOMAIN: Final = "seed.example"  # RFC 2606: nobody's
ADDRESS: Final = "vidcore seed"  # in the place of a client's, where attempts are counted
BLOCK: Final = 1 << 20  # bytes


class State(StrEnum):
    """What became of a sample."""

    MADE = "made"
    KNOWN = "known"  # it was made before
    TAKEN = "taken"  # somebody else has its name, and keeps it


@attrs.frozen(kw_only=True)
class Sample:
    """A sample category, member or video, by its name; `owner` is whose it is, if it is anybody's."""

    name: str
    state: State
    owner: str | None = None


@attrs.define
class Seeded:
    """What was made so far."""

    categories: list[Sample] = attrs.field(factory=list)
    members: list[Sample] = attrs.field(factory=list)
    videos: list[Sample] = attrs.field(factory=list)


Watch = Callable[[str, int, int], object]


def sample_name(number: int) -> str:
    """Give the username of the sample member `number`, from 0."""
    round_, place = divmod(number, len(NAMES))
    return f"{NAMES[place]}-{round_ + 1}" if round_ else NAMES[place]


async def is_lived_in(container: Container) -> bool:
    """Say whether there are members beside the samples and a lone admin without videos."""
    async with container.store().read() as uow:
        others: list[User] = []
        last = None
        while found := await uow.users.after(last, limit=100):
            others += [user for user in found if not _is_sample(user)]
            if len(others) > 1:
                return True
            last = found[-1].id
        return bool(others and await uow.videos.of_uploader(others[0].id))


def _is_sample(user: User) -> bool:
    return user.email.endswith(f"@{DOMAIN}")


@attrs.frozen(kw_only=True)
class Seeding:
    """Makes samples by the container's use cases, and keeps in `seeded` what was made.

    New members have the one `password`. `watch` is told what is made, how many are, and of how many.
    """

    container: Container
    password: str
    seeded: Seeded
    watch: Watch

    async def __call__(self, *, members: int, videos: int) -> None:
        """Make what is missing of so many samples.

        Raises ServiceUnavailableError if ffmpeg does not make a clip, and what uploading raises.
        """
        owners = await self._make_members(members)
        if not owners:
            return
        categories = await self._make_categories(owners[0])
        await self._make_videos(owners, categories, videos)

    async def _make_members(self, count: int) -> Sequence[User]:
        owners: list[User] = []
        for number in range(count):
            name = sample_name(number)
            user, state = await self._member(name)
            self.seeded.members.append(Sample(name=name, state=state))
            if user is not None and user.is_active:
                owners.append(user)
            self.watch("members", number + 1, count)
        return owners

    async def _member(self, name: str) -> tuple[User | None, State]:
        email = f"{name}@{DOMAIN}"
        async with self.container.store().read() as uow:
            by_email, by_name = await uow.users.find(email), await uow.users.find(name)
        if by_email is not None:
            return by_email, State.KNOWN
        if by_name is not None:
            return None, State.TAKEN
        issued = await self.container.invite()(created_by=None, email=email)
        session = await self.container.register()(
            token=issued.token, username=name, password=self.password, address=ADDRESS
        )
        return session.account.user, State.MADE

    async def _make_categories(self, owner: User) -> Sequence[Category]:
        for number, name in enumerate(CATEGORIES):
            try:
                await self.container.create_category()(created_by=owner.id, name=name)
                state = State.MADE
            except CategoryExistsError:
                state = State.KNOWN
            self.seeded.categories.append(Sample(name=name, state=state))
            self.watch("categories", number + 1, len(CATEGORIES))
        entries = await self.container.list_categories()()
        wanted = {category_key(name) for name in CATEGORIES}
        return [each.category for each in entries if category_key(each.category.name) in wanted]

    async def _make_videos(
        self, owners: Sequence[User], categories: Sequence[Category], count: int
    ) -> None:
        titles = await self._titles(owners)
        program = self.container.ffmpeg().path
        kinds = await usable_kinds(program)
        with tempfile.TemporaryDirectory(prefix="vidcore-seed-") as folder:
            for number in range(count):
                self.watch("videos", number, count)
                title = f"{(kind := kinds[number % len(kinds)]).title} {number // len(kinds) + 1}"
                if title in titles:
                    known = Sample(name=title, state=State.KNOWN, owner=titles[title])
                    self.seeded.videos.append(known)
                    continue
                owner = owners[number % len(owners)]
                details = VideoDetails(
                    title=title,
                    description=f"Made by ffmpeg: {kind.picture.partition('=')[0]}.",
                    category_id=categories[number % len(categories)].id,
                )
                file = await make_clip(program, kind, number, Path(folder))
                await self._upload(owner, file, details)
                await asyncio.to_thread(file.unlink)
                made = Sample(name=title, state=State.MADE, owner=owner.username)
                self.seeded.videos.append(made)
        self.watch("videos", count, count)

    async def _titles(self, owners: Sequence[User]) -> dict[str, str]:
        """Give whose the samples' videos are, by their titles."""
        found: dict[str, str] = {}
        async with self.container.store().read() as uow:
            for owner in owners:
                for video in await uow.videos.of_uploader(owner.id):
                    found[video.title] = owner.username
        return found

    async def _upload(self, owner: User, file: Path, details: VideoDetails) -> None:
        """Put a file in as the service does with what a member sends."""
        size = (await asyncio.to_thread(file.stat)).st_size
        begun = await self.container.begin_upload()(
            actor=owner, filename=file.name, at_least=size, at_most=size, details=details
        )
        try:
            received = await self._receive(str(begun.upload.id), file)
            await self.container.finish_upload()(begun=begun, received=received, details=details)
        except BaseException:  # an interrupted command holds nothing either
            await asyncio.shield(self.container.abandon_upload()(begun.upload.id))
            raise

    async def _receive(self, name: str, file: Path) -> int:
        writer = await self.container.uploads().receive(name)
        try:
            with file.open("rb") as content:
                while block := await asyncio.to_thread(content.read, BLOCK):
                    await writer.write(block)
        except BaseException:  # interrupted or not, the file is closed
            await asyncio.shield(writer.abandon())
            raise
        return await writer.finish()
