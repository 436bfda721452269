"""What every transcoder promises."""

import asyncio
from pathlib import Path

import pytest

from vidcore.errors import FileFormatNotSupportedError, VideoProcessingError
from vidcore.media import check_output, plan, storyboard_of
from vidcore.media.outputs import DURATION_SLACK
from vidcore.ports.transcoding import Transcoder

JPEG_START = b"\xff\xd8\xff"  # ITU-T T.81 B.1.1.3


class TranscoderContract:
    """Give four fixtures: `transcoder`, and the paths of three files.

    `sample` is a video of a few seconds that may be uploaded, `garbage` is no video at all, `damaged`
    is one whose first track cannot be decoded without errors.
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

    @pytest.mark.parametrize("copying", [True, False])
    async def test_the_result_is_as_planned_and_has_its_pictures(
        self,
        transcoder: Transcoder,
        sample: str,
        tmp_path: Path,
        copying: bool,  # noqa: FBT001 - a parameter of the test
    ) -> None:
        """As `check_output` sees it, and without damage; the reports rise, and end near the duration."""
        media, picture, tiles = (tmp_path / name for name in ("made.mp4", "a.jpg", "b.jpg"))
        target = str(media)
        info = await transcoder.probe(sample)
        made = plan(info, copying=copying)
        reports: list[float] = []
        decoded: list[float] = []

        await transcoder.transcode(sample, target, made, reports.append)
        output = await transcoder.probe(target)
        facts = check_output(made, info, output)
        tracks = [v.index for v in output.video] + [a.index for a in output.audio]
        await transcoder.decode(target, tracks, decoded.append)
        await transcoder.thumbnail(target, str(picture), output)
        board = storyboard_of(
            duration=facts.duration_seconds, width=facts.width, height=facts.height
        )
        await transcoder.storyboard(target, str(tiles), board)

        end = facts.duration_seconds + DURATION_SLACK
        for seconds in (reports, decoded):
            assert seconds == sorted(seconds)
            assert 0 <= seconds[0] <= seconds[-1] <= end
        assert media.stat().st_size > 0
        assert picture.read_bytes().startswith(JPEG_START)
        assert tiles.read_bytes().startswith(JPEG_START)

    async def test_what_is_damaged_is_found_by_decoding_it(
        self, transcoder: Transcoder, damaged: str
    ) -> None:
        """However well it begins."""
        with pytest.raises(VideoProcessingError):
            await transcoder.decode(damaged, (0,), lambda _: None)

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
