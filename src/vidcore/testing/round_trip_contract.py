"""What goes into a store comes out of it: any entity, as hypothesis makes them.

Nothing is committed, so that one store serves all examples; that what is committed comes back, the
other suites prove.
"""

from hypothesis import HealthCheck, given, settings

from vidcore.categories import Category
from vidcore.config import Config
from vidcore.invitations import Invitation
from vidcore.ports.store import Store
from vidcore.testing import strategies
from vidcore.testing.examples import example_user
from vidcore.uploads import Upload
from vidcore.users import User
from vidcore.videos import Video

MEMBER = example_user(1 << 41)  # an id that no strategy makes

any_examples = settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.differing_executors,  # every adapter that is proved inherits the same tests
    ],
)


class RoundTripContract:
    """Give a fixture `store`: a Store that is empty."""

    @any_examples
    @given(user=strategies.users())
    async def test_any_account_comes_back(self, store: Store, user: User) -> None:
        """Found by both of its names, too."""
        async with store.write() as work:
            await work.users.add(user)

            assert await work.users.get(user.id) == user
            assert await work.users.find(user.username) == user
            assert await work.users.find(user.email) == user

    @any_examples
    @given(invitation=strategies.invitations())
    async def test_any_invitation_comes_back(self, store: Store, invitation: Invitation) -> None:
        """As it was."""
        async with store.write() as work:
            await work.invitations.add(invitation)

            assert await work.invitations.get(invitation.id) == invitation

    @any_examples
    @given(category=strategies.categories())
    async def test_any_category_comes_back(self, store: Store, category: Category) -> None:
        """As it was."""
        async with store.write() as work:
            await work.categories.add(category)

            assert await work.categories.get(category.id) == category

    @any_examples
    @given(video=strategies.videos(MEMBER.id))
    async def test_any_video_comes_back(self, store: Store, video: Video) -> None:
        """As it was."""
        async with store.write() as work:
            await work.users.add(MEMBER)
            await work.videos.add(video)

            assert await work.videos.get(video.id) == video

    @any_examples
    @given(upload=strategies.uploads(MEMBER.id))
    async def test_any_upload_comes_back(self, store: Store, upload: Upload) -> None:
        """As it was."""
        async with store.write() as work:
            await work.users.add(MEMBER)
            await work.uploads.add(upload)

            assert await work.uploads.get(upload.id) == upload

    @any_examples
    @given(config=strategies.configs())
    async def test_any_config_comes_back(self, store: Store, config: Config) -> None:
        """As it was."""
        async with store.write() as work:
            await work.config.save(config)

            assert await work.config.get() == config
