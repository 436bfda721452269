from datetime import timedelta, timezone
from pathlib import Path

import pytest

from vidcore.errors import (
    FileFormatNotSupportedError,
    InvalidValueError,
    ServiceUnavailableError,
    StorageFullError,
    VideoProcessingError,
)
from vidcore.ports.storage import MediaStore, UploadArea
from vidcore.testing.clock import FixedClock
from vidcore.testing.clock_contract import ClockContract
from vidcore.testing.examples import MICROSECOND, NOW
from vidcore.testing.identity import SequentialIds, SequentialSecrets, numbered_id
from vidcore.testing.identity_contract import IdSourceContract, SecretSourceContract
from vidcore.testing.inventory import InMemoryInventory
from vidcore.testing.inventory_contract import MediaInventoryContract, StoredMedia
from vidcore.testing.media_store_contract import MediaStoreContract
from vidcore.testing.memory_store import InMemoryStore
from vidcore.testing.passwords import PlainPasswords
from vidcore.testing.passwords_contract import PasswordHasherContract
from vidcore.testing.queue import InMemoryQueue
from vidcore.testing.queue_contract import ProcessingQueueContract
from vidcore.testing.storage import InMemoryMedia, InMemoryUploads
from vidcore.testing.tokens import InMemoryAccessTokens, InMemoryMediaTokens
from vidcore.testing.tokens_contract import AccessTokensContract, MediaTokensContract
from vidcore.testing.transcoding import FixedTranscoder
from vidcore.testing.transcoding_contract import TranscoderContract
from vidcore.testing.upload_area_contract import UploadAreaContract


class TestFixedClock(ClockContract):
    @pytest.fixture
    def clock(self) -> FixedClock:
        return FixedClock(NOW.astimezone(timezone(timedelta(hours=-9))))

    def test_it_stands_where_it_is_put(self, clock: FixedClock) -> None:
        assert clock.now() == NOW
        clock.advance(timedelta(days=1))
        assert clock.now() == NOW + timedelta(days=1)
        clock.set(NOW - MICROSECOND)
        assert clock.now() == NOW - MICROSECOND

    def test_what_has_elapsed_is_all_that_it_went_forward(self, clock: FixedClock) -> None:
        assert clock.elapsed() == timedelta()
        clock.advance(timedelta(days=1))
        clock.set(NOW)
        clock.advance(-MICROSECOND)
        assert clock.elapsed() == timedelta(days=1)
        clock.set(NOW + timedelta(hours=1) - MICROSECOND)
        assert clock.elapsed() == timedelta(days=1, hours=1)


class TestSequentialIds(IdSourceContract):
    @pytest.fixture
    def ids(self) -> SequentialIds:
        return SequentialIds()

    def test_they_can_be_foretold(self) -> None:
        ids = SequentialIds(first=5)

        assert [ids.new(), ids.new()] == [numbered_id(5), numbered_id(6)]


class TestSequentialSecrets(SecretSourceContract):
    @pytest.fixture
    def secrets(self) -> SequentialSecrets:
        return SequentialSecrets()

    def test_they_can_be_foretold(self, secrets: SequentialSecrets) -> None:
        assert secrets.token() == "secret-0000000000000001"


class TestPlainPasswords(PasswordHasherContract):
    @pytest.fixture
    def passwords(self) -> PlainPasswords:
        return PlainPasswords()


class TestInMemoryAccessTokens(AccessTokensContract):
    @pytest.fixture
    def tokens(self) -> InMemoryAccessTokens:
        return InMemoryAccessTokens()


class TestInMemoryMediaTokens(MediaTokensContract):
    @pytest.fixture
    def media_tokens(self) -> InMemoryMediaTokens:
        return InMemoryMediaTokens()


class TestInMemoryQueue(ProcessingQueueContract):
    @pytest.fixture
    def queue(self) -> InMemoryQueue:
        return InMemoryQueue()

    @pytest.fixture
    def store(self) -> InMemoryStore:
        return InMemoryStore()

    async def test_it_keeps_what_was_said(self, queue: InMemoryQueue) -> None:
        await queue.announce(numbered_id(1))
        await queue.cancel(numbered_id(2))

        assert (queue.announced, queue.cancelled) == ([numbered_id(1)], [numbered_id(2)])


class TestInMemoryUploads(UploadAreaContract):
    @pytest.fixture
    def area(self) -> InMemoryUploads:
        return InMemoryUploads()

    def content(self, area: UploadArea, name: str) -> bytes | None:
        assert isinstance(area, InMemoryUploads)
        return area.content(name)

    async def test_what_does_not_fit_is_refused_and_the_rest_stays(self) -> None:
        area = InMemoryUploads(capacity=5)
        writer = await area.receive("one")
        await writer.write(b"abc")

        with pytest.raises(StorageFullError) as full:
            await writer.write(b"def")

        assert (full.value.needed, full.value.free) == (3, 2)
        assert await area.free_bytes() == 2
        assert await writer.finish() == 3

    async def test_a_writer_ends_once(self) -> None:
        writer = await InMemoryUploads().receive("one")
        await writer.abandon()

        for misuse in (writer.finish(), writer.abandon(), writer.write(b"late")):
            with pytest.raises(RuntimeError, match="ended"):
                await misuse

    async def test_names_are_dated_by_the_clock(self) -> None:
        clock = FixedClock(NOW)
        area = InMemoryUploads(clock=clock)
        writer = await area.receive("one")
        clock.advance(timedelta(hours=1))
        await writer.write(b"abc")

        assert list(await area.names(NOW + timedelta(hours=1))) == []
        assert list(await area.names(NOW + timedelta(hours=1) + MICROSECOND)) == ["one"]


class TestInMemoryInventory(MediaInventoryContract):
    @pytest.fixture
    def stored(self) -> StoredMedia:
        media = InMemoryMedia()
        return StoredMedia(store=media, inventory=InMemoryInventory(media))

    def put(self, stored: StoredMedia, path: str, content: bytes) -> None:
        assert isinstance(stored.store, InMemoryMedia)
        stored.store.put(path, content)

    def content(self, stored: StoredMedia, path: str) -> bytes | None:
        assert isinstance(stored.store, InMemoryMedia)
        return stored.store.files.get(path)


class TestInMemoryMedia(MediaStoreContract):
    @pytest.fixture
    def media(self) -> InMemoryMedia:
        return InMemoryMedia()

    def put(self, media: MediaStore, path: str, content: bytes) -> None:
        assert isinstance(media, InMemoryMedia)
        media.put(path, content)

    def content(self, media: MediaStore, path: str) -> bytes | None:
        assert isinstance(media, InMemoryMedia)
        return media.files.get(path)

    async def test_a_read_only_root_is_refused(self, media: InMemoryMedia) -> None:
        media.read_only.add("/cdrom")

        with pytest.raises(InvalidValueError, match="video_storage_path"):
            await media.prepare_root("/cdrom")

    async def test_it_can_go_out_of_reach(self, media: InMemoryMedia) -> None:
        media.reachable = False

        with pytest.raises(ServiceUnavailableError):
            await media.check()


def test_the_suites_look_at_files_where_nothing_else_is_said(tmp_path: Path) -> None:
    class AreaInFolder(InMemoryUploads):
        def locate(self, name: str) -> str:
            return str(tmp_path / name)

    there, missing = str(tmp_path / "there"), str(tmp_path / "missing")
    suite = MediaStoreContract()
    suite.put(InMemoryMedia(), there, b"abc")

    assert suite.content(InMemoryMedia(), there) == b"abc"
    assert suite.content(InMemoryMedia(), missing) is None
    assert UploadAreaContract().content(AreaInFolder(), "there") == b"abc"
    assert UploadAreaContract().content(AreaInFolder(), "missing") is None


class TestFixedTranscoder(TranscoderContract):
    @pytest.fixture
    def transcoder(self) -> FixedTranscoder:
        transcoder = FixedTranscoder(write=lambda path, content: Path(path).write_bytes(content))
        transcoder.errors["/garbage.mp4"] = FileFormatNotSupportedError("That is no video.")
        transcoder.errors["/damaged.mp4"] = VideoProcessingError("That is damaged.")
        return transcoder

    @pytest.fixture
    def sample(self) -> str:
        return "/sample.mp4"

    @pytest.fixture
    def garbage(self) -> str:
        return "/garbage.mp4"

    @pytest.fixture
    def damaged(self) -> str:
        return "/damaged.mp4"
