"""What every transcoder promises."""

import asyncio
from pathlib import Path

import pytest

from vidcore.errors import FileFormatNotSupportedError
from vidcore.media import DURATION_SLACK, check_output, plan
from vidcore.ports.transcoding import Transcoder

JPEG_START = b"\xff\xd8\xff"  # ITU-T T.81 B.1.1.3


class TranscoderContract:
    """Give three fixtures: `transcoder`, and the paths of two files.

    `sample` is a video of a few seconds that may be uploaded, `garbage` is no video at all.
    """

    async def test_a_video_is_known_for_one(self, transcoder: Transcoder, sample: str) -> None:
        """With a duration and a picture."""
        info = await transcoder.probe(sample)

        assert info.main_video is not None
        assert info.credible_duration is not None

    async def test_what_is_no_video_is_not_supported(
        self, transcoder: Transcoder, garbage: str
    ) -> None:
        """Whatever its name says."""
        with pytest.raises(FileFormatNotSupportedError):
            await transcoder.probe(garbage)

    async def test_the_result_is_as_planned_and_has_a_picture(
        self, transcoder: Transcoder, sample: str, tmp_path: Path
    ) -> None:
        """As `check_output` sees it; the reports rise, and end near the duration."""
        target, picture = tmp_path / "made.mp4", tmp_path / "made.jpg"
        info = await transcoder.probe(sample)
        made = plan(info)
        reports: list[float] = []

        await transcoder.transcode(sample, str(target), made, reports.append)
        output = await transcoder.probe(str(target))
        await transcoder.thumbnail(str(target), str(picture), output)

        check_output(made, info, output)
        assert reports == sorted(reports)
        assert output.duration is not None
        assert 0 <= reports[0] <= reports[-1] <= output.duration + DURATION_SLACK
        assert target.stat().st_size > 0
        assert picture.read_bytes().startswith(JPEG_START)

    async def test_a_cancelled_transcode_ends(
        self, transcoder: Transcoder, sample: str, tmp_path: Path
    ) -> None:
        """As cancelled, and not by an error of its own."""
        target = tmp_path / "made.mp4"
        made = plan(await transcoder.probe(sample))
        work = asyncio.create_task(transcoder.transcode(sample, str(target), made, lambda _: None))
        await asyncio.sleep(0)  # lets the work begin
        work.cancel()
        await asyncio.wait([work])

        assert work.cancelled()

    async def test_a_transcoder_with_all_that_it_needs_checks_out(
        self, transcoder: Transcoder
    ) -> None:
        """It raises nothing."""
        await transcoder.check()
