"""Who is at an upload, and what passes on the way to it."""

import asyncio
import hashlib
from uuid import NAMESPACE_URL, uuid5

import pytest

from adapters_http.errors import ChecksumMismatchError, UploadTakenOverError
from adapters_http.receiving import Checksum, HashingWriter, Turn, Turns
from vidcore.errors import ServiceUnavailableError
from vidcore.ports.storage import UploadArea, UploadWriter
from vidcore.testing.storage import InMemoryUploads
from vidcore.testing.upload_area_contract import UploadAreaContract

UPLOAD, OTHER = uuid5(NAMESPACE_URL, "upload"), uuid5(NAMESPACE_URL, "other")


class HashedUploads(InMemoryUploads):
    async def receive(self, name: str) -> UploadWriter:
        return HashingWriter(await super().receive(name), "sha1")


class TestHashingWriter(UploadAreaContract):
    @pytest.fixture
    def area(self) -> UploadArea:
        return HashedUploads()

    def content(self, area: UploadArea, name: str) -> bytes | None:
        assert isinstance(area, HashedUploads)
        return InMemoryUploads.content(area, name)


async def test_the_digest_is_that_of_all_that_passed() -> None:
    writer = HashingWriter(await InMemoryUploads().receive("one"), "sha256")
    for block in (b"abc", b"", b"de"):
        await writer.write(block)

    writer.check(Checksum(algorithm="sha256", digest=hashlib.sha256(b"abcde").digest()))
    with pytest.raises(ChecksumMismatchError):
        writer.check(Checksum(algorithm="sha256", digest=hashlib.sha256(b"abc").digest()))


async def forever() -> None:
    await asyncio.Event().wait()


async def test_who_is_stopped_before_it_begins_begins_nothing() -> None:
    turn = Turn()
    turn.stop()
    begun = []

    async def work() -> None:
        begun.append(1)

    with pytest.raises(UploadTakenOverError):
        await turn.stoppable(work())
    assert begun == []


async def test_work_that_ends_by_itself_has_its_outcome() -> None:
    async def work() -> int:
        return 7

    async def fail() -> None:
        raise ServiceUnavailableError("gone")

    assert await Turn().stoppable(work()) == 7
    with pytest.raises(ServiceUnavailableError):
        await Turn().stoppable(fail())


async def test_a_cancelled_request_stays_cancelled() -> None:
    turn = Turn()
    request = asyncio.ensure_future(turn.stoppable(forever()))
    await asyncio.sleep(0)

    request.cancel()

    with pytest.raises(asyncio.CancelledError):
        await request


async def test_turns_come_one_after_the_other_and_each_stops_the_one_before() -> None:
    turns = Turns()
    ended: list[str] = []

    async def take(name: str) -> None:
        async with turns.take(UPLOAD) as turn:
            try:
                await turn.stoppable(forever())
            finally:
                ended.append(name)

    first = asyncio.ensure_future(take("first"))
    await asyncio.sleep(0)
    second = asyncio.ensure_future(take("second"))
    await asyncio.wait({first})
    async with turns.take(UPLOAD):
        assert ended == ["first", "second"]
    for stopped in (first, second):
        with pytest.raises(UploadTakenOverError):
            await stopped


async def test_other_uploads_do_not_wait() -> None:
    turns = Turns()
    async with turns.take(UPLOAD), asyncio.timeout(1), turns.take(OTHER):
        pass


async def test_a_turn_ends_with_whatever_happens_in_it() -> None:
    turns = Turns()
    with pytest.raises(ServiceUnavailableError):
        async with turns.take(UPLOAD):
            raise ServiceUnavailableError("gone")
    async with asyncio.timeout(1), turns.take(UPLOAD):
        pass
