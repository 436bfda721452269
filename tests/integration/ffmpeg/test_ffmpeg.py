from pathlib import Path

import pytest

from adapters_ffmpeg.transcoder import FfmpegTranscoder
from tests.integration.ffmpeg.measuring import Image, image
from tests.integration.ffmpeg.publishing import ignore, publish
from tests.integration.samples import Samples
from vidcore.errors import ServiceUnavailableError, VideoProcessingError
from vidcore.media import Mode, plan, storyboard_of


def are_pure(picture: Image, x: int, y: int) -> bool:
    """Say whether the corners are red, green, blue and white within what JPEG does to them."""
    places = ((x, y), (-x, y), (x, -y), (-x, -y))
    wanted = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255))
    return all(
        abs(seen - sought) < 25
        for place, colour in zip(places, wanted, strict=True)
        for seen, sought in zip(picture.at(*place), colour, strict=True)
    )


@pytest.mark.parametrize(
    ("name", "width"),
    [
        ("standard.mp4", 450),  # says that it is in BT.470
        ("silent.mp4", 640),  # SD, and does not say what it is
        ("high_definition.mp4", 640),  # HD, and does not say what it is
        ("anamorphic.mkv", 640),  # encoded
    ],
)
async def test_pictures_show_the_colours_that_players_show(
    transcoder: FfmpegTranscoder, samples: Samples, tmp_path: Path, name: str, width: int
) -> None:
    ffmpeg = transcoder.ffmpeg.path

    clip = await publish(transcoder, samples(name), tmp_path)

    board = clip.board
    assert clip.made.mode is (Mode.VIDEO if name == "anamorphic.mkv" else Mode.REMUX)
    assert are_pure(image(ffmpeg, clip.thumbnail, (width, 360)), 20, 20)
    assert are_pure(image(ffmpeg, clip.storyboard, (board.tile_width, board.tile_height)), 8, 8)


async def test_a_thumbnail_shows_what_is_not_dark(
    transcoder: FfmpegTranscoder, samples: Samples, tmp_path: Path
) -> None:
    clip = await publish(transcoder, samples("dark_start.mp4"), tmp_path)

    assert are_pure(image(transcoder.ffmpeg.path, clip.thumbnail, (640, 360)), 20, 20)


async def test_tiles_show_the_last_key_frame_before_they_begin_and_repeat_the_last_one(
    transcoder: FfmpegTranscoder, samples: Samples, tmp_path: Path
) -> None:
    colours = ("red", "blue", "white")  # each for 2 s, with a key frame at its begin
    graph = ";".join(f"color={c}:s=320x180:r=5:d=2[{c}]" for c in colours)
    source, target = samples.folder / "colours.mp4", tmp_path / "board.jpg"
    samples.run(
        (
            *("-filter_complex", f"{graph};[red][blue][white]concat=n=3"),
            *("-c:v", "libx264", "-g", "10", "-pix_fmt", "yuv420p", str(source)),
        )
    )
    board = storyboard_of(duration=9.9, width=320, height=180)

    await transcoder.storyboard(str(source), str(target), board)

    assert (board.count, board.columns, board.tile_width, board.tile_height) == (5, 5, 160, 90)
    tiles = image(transcoder.ffmpeg.path, target, (800, 90))
    shown = [Image(1, 1, bytes(tiles.at(160 * i + 80, 45))).corners()[0] for i in range(5)]
    assert shown == ["red", "blue", "white", "white", "white"]


async def test_no_pictures_can_be_taken_where_there_are_none(
    transcoder: FfmpegTranscoder, samples: Samples, tmp_path: Path
) -> None:
    sound, picture = samples("only_sound.mp4"), samples("plain.mp4")
    target = str(tmp_path / "picture.jpg")
    board = storyboard_of(duration=1.0, width=640, height=360)

    with pytest.raises(VideoProcessingError, match="no picture"):
        await transcoder.thumbnail(str(sound), target, await transcoder.probe(str(sound)))
    with pytest.raises(VideoProcessingError, match="no picture"):
        await transcoder.storyboard(str(sound), target, board)
    info = await transcoder.probe(str(picture))
    with pytest.raises(VideoProcessingError, match="No thumbnail") as caught:
        await transcoder.thumbnail(str(samples.garbage()), target, info)

    assert str(tmp_path) not in caught.value.log


async def test_a_storyboard_of_a_file_without_a_key_frame_is_none(
    transcoder: FfmpegTranscoder, samples: Samples, tmp_path: Path
) -> None:
    data = samples("silent.mp4").read_bytes()
    start = data.index(b"mdat") + 4
    end = data.index(b"moov") - 4
    ruined = samples.written("ruined.mp4", data[:start] + bytes(end - start) + data[end:])
    board = storyboard_of(duration=0.4, width=640, height=360)

    with pytest.raises(VideoProcessingError, match="No storyboard"):
        await transcoder.storyboard(str(ruined), str(tmp_path / "board.jpg"), board)


@pytest.mark.parametrize("name", ["plain.mp4", "hevc.mp4", "small_mono.mp4"])
async def test_progress_is_told_in_seconds(
    transcoder: FfmpegTranscoder, samples: Samples, output: Path, name: str
) -> None:
    source = samples(name)
    made = plan(await transcoder.probe(str(source)))
    reports: list[float] = []

    await transcoder.transcode(str(source), str(output), made, reports.append)

    assert reports == sorted(reports)
    assert reports[-1] == pytest.approx(made.duration, abs=0.1)


async def test_decoding_to_the_end_finds_damage_and_tells_progress(
    transcoder: FfmpegTranscoder, samples: Samples
) -> None:
    reports: list[float] = []

    await transcoder.decode(str(samples("plain.mp4")), (0, 1), reports.append)
    with pytest.raises(VideoProcessingError, match="The file is damaged") as caught:
        await transcoder.decode(str(samples.damaged()), (0, 1), ignore)

    assert reports[-1] == pytest.approx(1.0, abs=0.1)
    assert caught.value.log
    assert str(samples.folder) not in caught.value.log


async def test_a_single_wrong_byte_is_damage(
    transcoder: FfmpegTranscoder, samples: Samples
) -> None:
    source = samples("silent.mp4")
    data = bytearray(source.read_bytes())
    data[data.index(b"mdat") + 2000] ^= 0xFF  # in the first picture
    wrong = samples.written("one_wrong_byte.mp4", bytes(data))

    await transcoder.decode(str(source), (0,), ignore)
    with pytest.raises(VideoProcessingError, match="The file is damaged"):
        await transcoder.decode(str(wrong), (0,), ignore)


async def test_a_source_that_is_gone_is_no_fault_of_the_file(
    transcoder: FfmpegTranscoder, samples: Samples, output: Path
) -> None:
    made = plan(await transcoder.probe(str(samples("plain.mp4"))))

    for attempt in (
        transcoder.probe("/nowhere/source.mp4"),
        transcoder.transcode("/nowhere/source.mp4", str(output), made, ignore),
        transcoder.decode("/nowhere/source.mp4", (0,), ignore),
    ):
        with pytest.raises(ServiceUnavailableError, match="gone"):
            await attempt


async def test_of_an_mp4_with_unsound_boxes_ffmpegs_words_are_taken_and_nothing_is_copied(
    transcoder: FfmpegTranscoder, samples: Samples
) -> None:
    info = await transcoder.probe(str(samples.timeless()))

    assert info.main_video is not None
    assert info.duration is not None
    assert info.faststart is False
    assert plan(info).mode is Mode.ENCODE


async def test_an_mp4_is_known_by_its_boxes(transcoder: FfmpegTranscoder, samples: Samples) -> None:
    info = await transcoder.probe(str(samples("phone.mov")))

    (video,) = info.video
    (audio,) = info.audio
    assert video.level is not None
    assert video.key_frame_gap == pytest.approx(0.93, abs=0.05)
    assert video.variable_frame_rate
    assert (video.sample_descriptions, audio.sample_descriptions) == (1, 1)
    assert video.bit_rate is not None
    assert info.bit_rate is not None
    assert video.edits
    assert audio.media_duration == pytest.approx(1.0, abs=0.1)


async def test_the_found_ffmpeg_passes_its_check(transcoder: FfmpegTranscoder) -> None:
    await transcoder.check()
