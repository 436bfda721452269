"""What every upload area promises."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from vidcore.errors import NotFoundError, ServiceUnavailableError
from vidcore.ports.storage import UploadArea

LONG_AGO = datetime(1970, 1, 2, tzinfo=UTC)
FAR_OFF = datetime(2999, 1, 1, tzinfo=UTC)
MEBIBYTE = 1 << 20


async def send(area: UploadArea, name: str, *blocks: bytes) -> int:
    """Write the blocks behind what is there, finish, and give the size of the upload."""
    writer = await area.receive(name)
    for block in blocks:
        await writer.write(block)
    return await writer.finish()


class UploadAreaContract:
    """Give a fixture `area`: an UploadArea that is empty."""

    def content(self, area: UploadArea, name: str) -> bytes | None:
        """Look behind the area at an upload's bytes; None if there are none. For you to override.

        Unless overridden, they are looked for in the file that `locate` names.
        """
        path = Path(area.locate(name))
        return path.read_bytes() if path.exists() else None

    @pytest.mark.parametrize(
        "blocks",
        [
            [b"abc"],
            [b"a", b"", b"bc"],
            [bytes(range(256))] * 300,
            [b"\x00" * (MEBIBYTE - 1), b"\x01" * (2 * MEBIBYTE + 2), b"\x02"],
            [b"x"] * 3_000,
        ],
        ids=["one", "with an empty one", "many", "large", "tiny"],
    )
    async def test_what_is_written_arrives_in_order(
        self, area: UploadArea, blocks: list[bytes]
    ) -> None:
        """And its size is told, however the bytes were cut."""
        whole = b"".join(blocks)

        assert await send(area, "one", *blocks) == len(whole)
        assert self.content(area, "one") == whole

    async def test_an_upload_goes_on_behind_what_is_there(self, area: UploadArea) -> None:
        """The size is that of the whole, also when nothing comes."""
        assert await send(area, "one", b"abc") == 3
        assert await send(area, "one", b"de") == 5
        assert await send(area, "one") == 5

        assert self.content(area, "one") == b"abcde"

    async def test_what_arrived_stays_when_the_writer_is_abandoned(self, area: UploadArea) -> None:
        """So that a resumable upload goes on from there."""
        writer = await area.receive("one")
        await writer.write(b"abc")
        await writer.write(b"x" * MEBIBYTE)
        await writer.abandon()

        assert await send(area, "one", b"de") == MEBIBYTE + 5
        assert self.content(area, "one") == b"abc" + b"x" * MEBIBYTE + b"de"

    async def test_an_upload_without_bytes_has_the_size_zero(self, area: UploadArea) -> None:
        """It is no error."""
        assert await send(area, "one") == 0

    async def test_uploads_at_once_do_not_mix(self, area: UploadArea) -> None:
        """Each has its own bytes."""
        one, two = await area.receive("one"), await area.receive("two")
        for _ in range(3):
            await one.write(b"1")
            await two.write(b"22")

        assert await two.finish() == 6
        assert await one.finish() == 3
        assert self.content(area, "one") == b"111"
        assert self.content(area, "two") == b"222222"

    async def test_an_upload_has_one_writer_at_a_time(self, area: UploadArea) -> None:
        """Two would mix their bytes; the second comes in when the first has ended."""
        for end in ("finish", "abandon"):
            writer = await area.receive("one")
            with pytest.raises(ServiceUnavailableError):
                await area.receive("one")
            await writer.write(b"abc")
            await getattr(writer, end)()

        assert await send(area, "one") == 6

    async def test_the_size_is_what_is_there(self, area: UploadArea) -> None:
        """Finished or not; a name without bytes has none."""
        assert await area.size("one") == 0
        await send(area, "one", b"abc")
        assert await area.size("one") == 3
        writer = await area.receive("one")
        await writer.write(b"de")
        await writer.abandon()

        assert await area.size("one") == 5
        await area.discard("one")
        assert await area.size("one") == 0

    @pytest.mark.parametrize("size", [0, 1, 3, 4, MEBIBYTE, 3 * MEBIBYTE + 2])
    async def test_a_cut_leaves_the_first_bytes_and_goes_on_behind_them(
        self, area: UploadArea, size: int
    ) -> None:
        """Of earlier writers, and of this one, wherever its bytes are by now."""
        await send(area, "one", b"abc")
        writer = await area.receive("one")
        await writer.write(b"\x00" * (2 * MEBIBYTE))
        await writer.write(b"\x01" * MEBIBYTE)
        await writer.write(b"\x02\x03")

        await writer.cut(size)
        await writer.write(b"end")

        whole = b"abc" + b"\x00" * (2 * MEBIBYTE) + b"\x01" * MEBIBYTE + b"\x02\x03"
        expected = whole[:size] + b"end"
        assert await writer.finish() == len(expected)
        assert self.content(area, "one") == expected
        assert await area.digest("one") == sha256(expected).hexdigest()

    async def test_a_cut_never_makes_an_upload_longer(self, area: UploadArea) -> None:
        """Nor does it lose what was just written."""
        writer = await area.receive("one")
        await writer.write(b"abc")
        await writer.cut(5)

        assert await writer.finish() == 3
        assert self.content(area, "one") == b"abc"

    async def test_the_digest_is_that_of_all_bytes(self, area: UploadArea) -> None:
        """However they were cut, and by however many writers they came."""
        whole = b""
        for blocks in ([b"abc", b""], [], [b"x" * MEBIBYTE, b"y" * (MEBIBYTE + 1), b"z"]):
            await send(area, "one", *blocks)
            whole += b"".join(blocks)
            for _ in range(2):
                assert await area.digest("one") == sha256(whole).hexdigest()

    async def test_the_digest_is_that_of_the_bytes_that_are_there(self, area: UploadArea) -> None:
        """Also when a writer was abandoned, or the name begins anew."""
        await send(area, "two", b"others")
        writer = await area.receive("one")
        await writer.write(b"abc")
        await writer.abandon()
        assert await area.digest("one") == sha256(b"abc").hexdigest()

        await area.discard("one")
        await send(area, "one", b"xyz")
        assert await area.digest("one") == sha256(b"xyz").hexdigest()
        assert await area.digest("two") == sha256(b"others").hexdigest()

    async def test_only_an_upload_has_a_digest(self, area: UploadArea) -> None:
        """One without bytes has that of nothing."""
        await send(area, "one")
        assert await area.digest("one") == sha256().hexdigest()

        await area.discard("one")
        for name in ("one", "never"):
            with pytest.raises(NotFoundError):
                await area.digest(name)

    async def test_discarded_bytes_are_gone(self, area: UploadArea) -> None:
        """Those of others stay, and the name can begin anew."""
        await send(area, "one", b"abc")
        await send(area, "two", b"de")

        await area.discard("one")

        assert self.content(area, "one") is None
        assert self.content(area, "two") == b"de"
        assert await send(area, "one", b"f") == 1

    async def test_what_is_not_there_can_be_discarded(self, area: UploadArea) -> None:
        """Once or twice."""
        await area.discard("never")
        await send(area, "one", b"abc")
        for _ in range(2):
            await area.discard("one")

        assert list(await area.names(FAR_OFF)) == []

    async def test_names_are_those_without_bytes_since_the_moment(self, area: UploadArea) -> None:
        """Finished or not."""
        await send(area, "one", b"abc")
        writer = await area.receive("two")
        await writer.write(b"de")
        await writer.abandon()

        assert sorted(await area.names(FAR_OFF)) == ["one", "two"]
        assert list(await area.names(LONG_AGO)) == []

    async def test_an_uploads_place_is_absolute_and_its_own(self, area: UploadArea) -> None:
        """Also before there are bytes."""
        assert area.locate("one").startswith("/")
        assert area.locate("one") != area.locate("two")

    async def test_used_bytes_are_those_of_all_uploads(self, area: UploadArea) -> None:
        """Until they are discarded."""
        assert await area.used_bytes() == 0

        for name, size in (("one", 7), ("two", 5)):
            writer = await area.receive(name)
            await writer.write(b"x" * size)
            await writer.finish()
        assert await area.used_bytes() == 12

        await area.discard("one")
        assert await area.used_bytes() == 5

    async def test_free_bytes_are_a_number(self, area: UploadArea) -> None:
        """An empty area has room for a byte."""
        assert await area.free_bytes() > 0

    async def test_an_area_that_is_there_is_well(self, area: UploadArea) -> None:
        """The check passes, and leaves nothing behind."""
        await area.check()

        assert list(await area.names(FAR_OFF)) == []
