import subprocess
from pathlib import Path

import attrs
import pytest

from adapters_ffmpeg.find import Ffmpeg
from adapters_ffmpeg.transcoder import FfmpegTranscoder
from tests.integration.samples import Samples
from vidcore.errors import ServiceUnavailableError, VideoProcessingError
from vidcore.media import MediaInfo, check_output, plan

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def ignore(_seconds: float) -> None:
    pass


async def published(transcoder: FfmpegTranscoder, source: Path, output: Path) -> MediaInfo:
    """Do to a source what a worker does, and give the description of the output."""
    info = await transcoder.probe(str(source))
    made = plan(info)
    await transcoder.transcode(str(source), str(output), made, ignore)
    result = await transcoder.probe(str(output))
    check_output(made, info, result)
    return result


def pixel_rows(ffmpeg: Ffmpeg, picture: Path, width: int) -> list[list[tuple[int, ...]]]:
    """Decode a picture into rows of RGB."""
    command = (
        ffmpeg.path,
        "-v",
        "error",
        "-i",
        str(picture),
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-",
    )
    data = subprocess.run(command, capture_output=True, check=True, timeout=30).stdout
    pixels = [tuple(data[i : i + 3]) for i in range(0, len(data), 3)]
    return [pixels[i : i + width] for i in range(0, len(pixels), width)]


def is_near(seen: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return all(abs(a - b) < 40 for a, b in zip(seen, wanted, strict=True))


@attrs.frozen
class Expected:
    """A published clip: its size in pixels, its duration in seconds."""

    width: int
    height: int
    seconds: float
    sounds: bool = False


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("full_hd.mkv", Expected(1920, 1080, 0.4, sounds=True)),
        ("index_last.mp4", Expected(640, 360, 0.4, sounds=True)),
        ("silent.mp4", Expected(640, 360, 0.4)),
        ("one_frame.mp4", Expected(640, 360, 0.04)),
        ("portrait.mp4", Expected(720, 1280, 0.4)),
        ("odd.avi", Expected(640, 358, 0.8, sounds=True)),
        ("browser.webm", Expected(640, 360, 0.4, sounds=True)),
        ("anamorphic.mkv", Expected(512, 288, 0.4)),
        ("interlaced.mkv", Expected(720, 576, 0.4)),
        ("fast.mkv", Expected(320, 240, 0.4)),
        ("hdr.mkv", Expected(640, 360, 0.2)),
        ("rgb.mkv", Expected(320, 240, 0.4)),
        ("two_languages.mkv", Expected(320, 240, 0.4, sounds=True)),
        ("titled.mkv", Expected(320, 240, 0.2)),
    ],
)
async def test_what_people_upload_becomes_an_mp4_that_every_browser_plays(
    transcoder: FfmpegTranscoder, samples: Samples, output: Path, name: str, expected: Expected
) -> None:
    result = await published(transcoder, samples(name), output)

    stream = result.main_video
    assert stream is not None
    assert (stream.width, stream.height) == (expected.width, expected.height)
    assert (stream.codec, stream.profile, stream.pixel_format) == ("h264", "High", "yuv420p")
    assert (stream.matrix, stream.transfer) == ("bt709", "bt709")
    assert stream.sample_aspect == 1
    assert not stream.interlaced
    assert stream.frame_rate is None or stream.frame_rate <= 60
    assert result.duration == pytest.approx(expected.seconds, abs=0.1)
    assert result.faststart
    assert (result.main_audio is not None) is expected.sounds
    if result.main_audio is not None:
        assert (result.main_audio.codec, result.main_audio.layout) == ("aac", "stereo")


@pytest.mark.parametrize(
    "name", ["rotated", "hdr.mkv", "anamorphic.mkv", "rgb.mkv", "dark_start.mp4"]
)
async def test_a_thumbnail_shows_the_picture_upright_in_its_colours_and_not_dark(
    transcoder: FfmpegTranscoder, samples: Samples, output: Path, tmp_path: Path, name: str
) -> None:
    source = samples.rotated() if name == "rotated" else samples(name)
    result = await published(transcoder, source, output)
    thumbnail = tmp_path / "thumbnail.jpg"

    await transcoder.thumbnail(str(output), str(thumbnail), result)

    width = {"rotated": 202, "rgb.mkv": 480}.get(name, 640)
    rows = pixel_rows(transcoder.ffmpeg, thumbnail, width)
    corners = (rows[20][20], rows[20][-20], rows[-20][20], rows[-20][-20])
    upright = (BLUE, RED, WHITE, GREEN) if name == "rotated" else (RED, GREEN, BLUE, WHITE)
    assert thumbnail.read_bytes().startswith(b"\xff\xd8")
    assert len(rows) == 360
    if name == "hdr.mkv":  # made of SDR without a light curve: only which colour leads can be told
        assert [max(range(3), key=corner.__getitem__) for corner in corners[:3]] == [0, 1, 2]
    else:
        assert all(map(is_near, corners, upright)), corners


async def test_a_thumbnail_of_a_video_that_is_all_dark_is_dark(
    transcoder: FfmpegTranscoder, samples: Samples, output: Path, tmp_path: Path
) -> None:
    result = await published(transcoder, samples("all_dark.mp4"), output)
    thumbnail = tmp_path / "thumbnail.jpg"

    await transcoder.thumbnail(str(output), str(thumbnail), result)

    assert thumbnail.stat().st_size > 0


async def test_no_thumbnail_can_be_made_without_a_picture(
    transcoder: FfmpegTranscoder, samples: Samples, tmp_path: Path
) -> None:
    sound, picture = samples("only_sound.mp4"), samples("plain.mp4")
    target = str(tmp_path / "thumbnail.jpg")

    with pytest.raises(VideoProcessingError, match="no picture"):
        await transcoder.thumbnail(str(sound), target, await transcoder.probe(str(sound)))
    info = await transcoder.probe(str(picture))
    with pytest.raises(VideoProcessingError, match="No thumbnail") as caught:
        await transcoder.thumbnail(str(samples.garbage()), target, info)

    assert str(tmp_path) not in caught.value.log


async def test_progress_is_told_in_seconds(
    transcoder: FfmpegTranscoder, samples: Samples, output: Path
) -> None:
    source = samples("plain.mp4")
    reports: list[float] = []

    made = plan(await transcoder.probe(str(source)))
    await transcoder.transcode(str(source), str(output), made, reports.append)

    assert reports == sorted(reports)
    assert reports[-1] == pytest.approx(1.0, abs=0.1)


async def test_a_source_that_breaks_off_fails_and_says_where(
    transcoder: FfmpegTranscoder, samples: Samples, output: Path
) -> None:
    source = samples.cut("plain.mp4", 0.3)

    with pytest.raises(VideoProcessingError, match=r"breaks off after 0\.\d of 1\.0 seconds"):
        await published(transcoder, source, output)


async def test_a_source_that_is_gone_is_no_fault_of_the_file(
    transcoder: FfmpegTranscoder, samples: Samples, output: Path
) -> None:
    made = plan(await transcoder.probe(str(samples("plain.mp4"))))

    for attempt in (
        transcoder.probe("/nowhere/source.mp4"),
        transcoder.transcode("/nowhere/source.mp4", str(output), made, ignore),
    ):
        with pytest.raises(ServiceUnavailableError, match="gone"):
            await attempt


async def test_of_an_mp4_with_unsound_boxes_ffmpegs_words_are_taken(
    transcoder: FfmpegTranscoder, samples: Samples
) -> None:
    info = await transcoder.probe(str(samples.timeless()))

    assert info.main_video is not None
    assert info.duration is not None
    assert info.faststart is False


async def test_the_found_ffmpeg_passes_its_check(transcoder: FfmpegTranscoder) -> None:
    await transcoder.check()
