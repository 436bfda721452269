"""Resumable uploads on real databases and a real disk, many at once."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest

from adapters_db.store import SqlStore
from adapters_fs.uploads import FilesystemUploads
from tests.integration.conftest import StoreMaker
from vidcore.details import VideoDetails
from vidcore.errors import QuotaExceededError
from vidcore.testing.clock import FixedClock
from vidcore.testing.examples import NOW, example_config, example_user
from vidcore.testing.identity import SequentialIds
from vidcore.testing.queue import InMemoryQueue
from vidcore.testing.transcoding import FixedTranscoder
from vidcore.uploads import UploadProgress
from vidcore.use_cases.estimating import EstimateRemaining
from vidcore.use_cases.resuming import BeginResumable, CancelUpload, CompleteUpload
from vidcore.use_cases.uploading import AbandonUpload, AdmitUpload, FinishUpload

MEMBER = example_user(1, weekly_upload_bytes=30)
ROOM, SIZE = 37, 10
CLOCK = FixedClock(NOW)


@pytest.fixture
def area(tmp_path: Path) -> Iterator[FilesystemUploads]:
    folder = tmp_path / "uploads"
    folder.mkdir()
    with ThreadPoolExecutor(2) as pool:
        yield FilesystemUploads(folder, pool)


@pytest.fixture
async def stores(make_store: StoreMaker, database_url: str) -> list[SqlStore]:
    """Two stores on one database, as two processes have them."""
    stores = [make_store(database_url), make_store(database_url)]
    async with stores[0].write() as work:
        await work.users.add(MEMBER)
        limit = MEMBER.weekly_upload_bytes + ROOM * SIZE
        await work.config.save(example_config(weekly_upload_limit_bytes=limit))
        await work.commit()
    return stores


def beginner(store: SqlStore, area: FilesystemUploads, ids: SequentialIds) -> BeginResumable:
    admit = AdmitUpload(store=store, uploads=area, clock=CLOCK, disk_floor=0)
    return BeginResumable(store=store, uploads=area, admit=admit, ids=ids, clock=CLOCK)


async def reserved(store: SqlStore) -> int:
    async with store.read() as work:
        return await work.uploads.reserved_bytes(NOW, MEMBER.id)


async def begin(beginner: BeginResumable, fingerprint: str | None = None) -> UploadProgress:
    return await beginner(
        actor=MEMBER,
        filename="a.mp4",
        size_bytes=SIZE,
        details=VideoDetails(title="Holiday"),
        fingerprint=fingerprint,
    )


async def test_of_a_hundred_at_once_from_two_processes_as_many_begin_as_fit(
    stores: list[SqlStore], area: FilesystemUploads
) -> None:
    ids = SequentialIds()
    beginners = [beginner(store, area, ids) for store in stores]

    outcomes = await asyncio.gather(
        *(begin(beginners[n % 2]) for n in range(100)), return_exceptions=True
    )

    begun = [outcome for outcome in outcomes if isinstance(outcome, UploadProgress)]
    assert len(begun) == ROOM
    assert sum(isinstance(outcome, QuotaExceededError) for outcome in outcomes) == 100 - ROOM
    assert await reserved(stores[0]) == ROOM * SIZE
    cancel = CancelUpload(store=stores[1], uploads=area, clock=CLOCK)
    for each in begun[:3]:
        await cancel(actor=MEMBER, upload_id=each.upload.id)
    assert await reserved(stores[0]) == (ROOM - 3) * SIZE


async def test_many_who_begin_one_file_from_two_processes_begin_it_once(
    stores: list[SqlStore], area: FilesystemUploads
) -> None:
    ids = SequentialIds()
    beginners = [beginner(store, area, ids) for store in stores]

    begun = await asyncio.gather(*(begin(beginners[n % 2], "f-1") for n in range(10)))

    assert len({each.upload.id for each in begun}) == 1
    assert await reserved(stores[0]) == SIZE


async def test_many_who_complete_from_two_processes_make_one_video(
    stores: list[SqlStore], area: FilesystemUploads
) -> None:
    ids = SequentialIds()
    begun = await begin(beginner(stores[0], area, ids))
    writer = await area.receive(str(begun.upload.id))
    await writer.write(b"x" * SIZE)
    await writer.finish()

    async def complete(store: SqlStore) -> UUID:
        finish = FinishUpload(
            store=store,
            uploads=area,
            transcoder=FixedTranscoder(write=lambda _, __: None),
            queue=InMemoryQueue(),
            ids=ids,
            clock=CLOCK,
            estimate=EstimateRemaining(clock=CLOCK),
        )
        abandon = AbandonUpload(store=store, uploads=area)
        use_case = CompleteUpload(store=store, finish=finish, abandon=abandon, clock=CLOCK)
        return await use_case(actor=MEMBER, upload_id=begun.upload.id)

    made = await asyncio.gather(*(complete(stores[n % 2]) for n in range(8)))

    assert len(set(made)) == 1
    async with stores[0].read() as work:
        videos = await work.videos.of_uploader(MEMBER.id)
        user = await work.users.get(MEMBER.id)
    assert [video.id for video in videos] == [made[0]]
    assert user.weekly_upload_bytes == MEMBER.weekly_upload_bytes + SIZE
    assert await reserved(stores[0]) == 0
