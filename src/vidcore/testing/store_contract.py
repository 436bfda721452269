"""The suite for stores: subclass it and give one fixture.

For instance::

    class TestMyStore(StoreContract):
        @pytest.fixture
        async def store(self) -> AsyncIterator[Store]: ...

The fixture is a Store whose schema is there, and that is empty.
"""

from vidcore.testing.books_contract import (
    BooksContract,
    ConfigContract,
    LoginFailuresContract,
)
from vidcore.testing.categories_contract import CategoriesContract
from vidcore.testing.concurrency_contract import ConcurrencyContract
from vidcore.testing.cursor_pages_contract import CountsContract, CursorPagesContract
from vidcore.testing.deliveries_contract import DeliveriesContract
from vidcore.testing.invitations_contract import InvitationsContract
from vidcore.testing.lines_contract import BacklogContract, LinesContract, TalliesContract
from vidcore.testing.round_trip_contract import RoundTripContract
from vidcore.testing.unit_of_work_contract import UnitOfWorkContract
from vidcore.testing.uploads_contract import UploadsContract
from vidcore.testing.user_pages_contract import UserPagesContract
from vidcore.testing.users_contract import UsersContract
from vidcore.testing.video_pages_contract import VideoPagesContract
from vidcore.testing.videos_contract import ClaimableVideosContract, VideosContract
from vidcore.testing.walking_contract import WalkingContract


class StoreContract(
    UsersContract,
    UserPagesContract,
    InvitationsContract,
    CategoriesContract,
    VideosContract,
    ClaimableVideosContract,
    VideoPagesContract,
    CursorPagesContract,
    CountsContract,
    UploadsContract,
    WalkingContract,
    ConfigContract,
    LoginFailuresContract,
    DeliveriesContract,
    BooksContract,
    LinesContract,
    BacklogContract,
    TalliesContract,
    RoundTripContract,
    UnitOfWorkContract,
    ConcurrencyContract,
):
    """Everything that a store promises. Give a fixture `store`: a Store that is empty."""
