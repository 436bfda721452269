"""That every kind of upload becomes what the table in `kinds` says."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from adapters_ffmpeg.transcoder import FfmpegTranscoder
from tests.integration.ffmpeg.kinds import COPIED, ENCODED, FAILING, REFUSED, Kind, Refusal
from tests.integration.ffmpeg.measuring import frame_lumas, hertz, image
from tests.integration.ffmpeg.publishing import PublishedClip, publish
from tests.integration.samples import Samples
from vidcore.errors import FileFormatNotSupportedError, VideoProcessingError
from vidcore.media import Mode, check_source, thumbnail_width

KINDS = (*COPIED, *ENCODED)
DARK = 12  # of 255, in the mean: JPEG's and the encoder's noise in black


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_what_people_upload_is_published_as_planned(
    transcoder: FfmpegTranscoder, samples: Samples, tmp_path: Path, kind: Kind
) -> None:
    clip = await publish(transcoder, kind.make(samples, kind.name), tmp_path)

    assert clip.planned.mode is kind.mode
    assert clip.made.mode is (Mode.ENCODE if kind.falls_back else kind.mode)
    assert clip.info.duration == pytest.approx(kind.seconds, abs=0.1)
    check_tracks(clip, kind)
    check_pictures(transcoder.ffmpeg.path, clip, kind)
    for secret in (b"\xa9xyz", b"loci", b"+48.1374", b"tmcd", b"\xa9nam"):
        assert secret not in clip.media.read_bytes()


def check_tracks(clip: PublishedClip, kind: Kind) -> None:
    (picture,) = clip.info.video
    assert (picture.width, picture.height) == kind.size
    assert (picture.codec, picture.pixel_format, picture.full_range) == ("h264", "yuv420p", False)
    assert (picture.rotation, picture.interlaced) == (0, False)
    assert picture.sample_aspect == 1
    assert picture.frame_rate is None or picture.frame_rate <= 60
    assert picture.sample_descriptions == 1
    assert clip.info.faststart
    if not clip.made.copy_video:
        assert (picture.profile, picture.matrix, picture.transfer) == ("High", "bt709", "bt709")
        assert picture.key_frame_gap is not None
        assert picture.key_frame_gap <= 2.1
    assert len(clip.info.audio) == kind.sounds
    for sound in clip.info.audio:
        assert (sound.codec, sound.profile, sound.layout) == ("aac", "LC", "stereo")
        assert sound.sample_rate == 48_000


def check_pictures(ffmpeg: str, clip: PublishedClip, kind: Kind) -> None:
    assert clip.thumbnail.read_bytes().startswith(b"\xff\xd8")
    thumbnail = image(ffmpeg, clip.thumbnail, (thumbnail_width(*kind.size), 360))
    board = clip.board
    sheet = (board.columns * board.tile_width, board.rows * board.tile_height)
    tiles = image(ffmpeg, clip.storyboard, sheet)
    is_dark = kind.name == "all_dark.mp4"
    assert (thumbnail.mean() < DARK) is is_dark
    assert (tiles.mean() < DARK) is (is_dark or kind.name == "dark_start.mp4")
    if kind.corners:
        assert thumbnail.corners() == kind.corners


@pytest.mark.parametrize("refusal", REFUSED, ids=lambda refusal: refusal.name)
async def test_what_is_no_video_is_refused_with_the_reason(
    transcoder: FfmpegTranscoder, samples: Samples, refusal: Refusal
) -> None:
    path = refusal.make(samples, refusal.name)

    with pytest.raises(FileFormatNotSupportedError) as caught:
        check_source(await transcoder.probe(str(path)))

    assert str(caught.value) == refusal.told


@pytest.mark.parametrize("refusal", FAILING, ids=lambda refusal: refusal.name)
async def test_what_cannot_be_processed_says_why_to_its_owner(
    transcoder: FfmpegTranscoder, samples: Samples, tmp_path: Path, refusal: Refusal
) -> None:
    with pytest.raises(VideoProcessingError) as caught:
        await publish(transcoder, refusal.make(samples, refusal.name), tmp_path)

    # Which frame is the last that ffmpeg makes of a torn one differs by version.
    assert re.sub(r"after 0\.\d s", "after 0.3 s", str(caught.value)) == refusal.told


async def test_of_many_sound_tracks_the_default_is_heard_in_stereo(
    transcoder: FfmpegTranscoder, samples: Samples, tmp_path: Path
) -> None:
    clip = await publish(transcoder, samples("many_tracks.mkv"), tmp_path)

    assert hertz(transcoder.ffmpeg.path, clip.media) == pytest.approx(440, abs=2)


@pytest.mark.parametrize("encoded", [False, True])
async def test_each_frame_of_a_variable_rate_keeps_its_time(
    transcoder: FfmpegTranscoder,
    samples: Samples,
    tmp_path: Path,
    encoded: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    source = samples("phone.mov")
    clip = await publish(transcoder, source, tmp_path)
    if encoded:
        made = clip.planned.encoded(because="the test wants it")
        await transcoder.transcode(str(source), str(clip.media), made, lambda _: None)
    ffmpeg = transcoder.ffmpeg.path

    before = [time for time, _ in frame_lumas(ffmpeg, source)]
    after = [time for time, _ in frame_lumas(ffmpeg, clip.media)]

    gaps = {round(b - a, 3) for a, b in pairwise(before)}
    assert len(gaps) > 1
    assert after == pytest.approx(before, abs=0.002)


async def test_120_frames_a_second_become_60(
    transcoder: FfmpegTranscoder, samples: Samples, tmp_path: Path
) -> None:
    clip = await publish(transcoder, samples("fast.mkv"), tmp_path)

    times = [time for time, _ in frame_lumas(transcoder.ffmpeg.path, clip.media)]
    assert len(times) == 24
    assert {round(b - a, 4) for a, b in pairwise(times)} <= {0.0166, 0.0167}
