import pytest

from vidcore.errors import ServiceUnavailableError
from vidcore.testing.storage import InMemoryMedia, InMemoryUploads
from vidcore.use_cases.readiness import CheckRoom, CheckStorage


async def test_a_disk_with_just_the_room_that_must_stay_free_is_well() -> None:
    check = CheckRoom(uploads=InMemoryUploads(capacity=10), disk_floor=10)

    await check()


async def test_a_disk_under_the_floor_is_not() -> None:
    check = CheckRoom(uploads=InMemoryUploads(capacity=9), disk_floor=10)

    with pytest.raises(ServiceUnavailableError, match="too little room"):
        await check()


async def test_storage_whose_upload_area_is_gone_is_not() -> None:
    uploads = InMemoryUploads()
    uploads.reachable = False

    with pytest.raises(ServiceUnavailableError, match="upload area is out of reach"):
        await CheckStorage(uploads=uploads, media=InMemoryMedia())()
