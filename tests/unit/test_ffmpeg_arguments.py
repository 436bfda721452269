from itertools import pairwise

import attrs
import pytest

from adapters_ffmpeg.arguments import (
    Encoding,
    decode_arguments,
    probe_arguments,
    transcode_arguments,
)
from adapters_ffmpeg.still_arguments import (
    storyboard_arguments,
    thumbnail_arguments,
    thumbnail_shots,
)
from vidcore.media import Plan, Transfer, VideoStream, storyboard_of

ENCODING = Encoding(preset="medium", crf=23, tone_mapping=True)
BOARD = storyboard_of(duration=600.0, width=1080, height=1920)
COPY = Plan(
    video_index=2,
    audio_index=4,
    width=64,
    height=64,
    matrix="bt709",
    copy_video=True,
    copy_audio=True,
)
PLAN = Plan(video_index=0, audio_index=1, width=1920, height=1080, matrix="bt709")
STREAM = VideoStream(index=0, codec="h264", width=1080, height=1920, pixel_format="yuv420p")


def after(arguments: tuple[str, ...], option: str) -> list[str]:
    return [value for name, value in pairwise(arguments) if name == option]


def transcoded(plan: Plan, encoding: Encoding = ENCODING) -> tuple[str, ...]:
    return transcode_arguments("/in/a", "/out/b", plan, encoding)


@pytest.mark.parametrize(
    "arguments",
    [
        probe_arguments("/in/a"),
        transcoded(PLAN),
        transcoded(COPY),
        decode_arguments("/in/a", (0, 1)),
        thumbnail_arguments("/in/a", "/out/b", STREAM, "bt709", thumbnail_shots(2.0)[0]),
        storyboard_arguments("/in/a", "/out/b", STREAM, "bt709", BOARD),
    ],
)
def test_every_input_is_opened_under_the_whitelists(arguments: tuple[str, ...]) -> None:
    options = arguments[: arguments.index("-i")]

    assert after(arguments, "-i") == ["file:/in/a"]
    assert after(options, "-protocol_whitelist") == ["file"]
    assert after(options, "-format_whitelist") == ["avi,matroska,mov"]
    assert after(options, "-max_pixels") == ["36000000"]
    (decoders,) = after(options, "-codec_whitelist")
    assert {"h264", "aac"} <= set(decoders.split(","))
    assert arguments[-1] in {"file:/in/a", "file:/out/b", "-"}
    assert "-nostdin" in arguments


def test_the_planned_tracks_are_taken_without_metadata() -> None:
    arguments = transcoded(PLAN)

    assert after(arguments, "-map") == ["0:0", "0:1"]
    assert after(arguments, "-map_metadata") == ["-1"]
    assert after(arguments, "-map_chapters") == ["-1"]
    assert after(arguments, "-t") == ["43200"]
    assert after(arguments, "-movflags") == ["+faststart"]
    assert after(arguments, "-c:a") == ["aac"]


def test_a_plan_without_sound_encodes_none() -> None:
    arguments = transcoded(attrs.evolve(PLAN, audio_index=None))

    assert after(arguments, "-map") == ["0:0"]
    assert after(arguments, "-c:a") == []


def test_what_is_copied_is_neither_filtered_nor_encoded() -> None:
    both = transcoded(COPY)
    picture = transcoded(attrs.evolve(COPY, copy_audio=False))
    sound = transcoded(attrs.evolve(COPY, copy_video=False))
    silent = transcoded(attrs.evolve(COPY, audio_index=None, copy_audio=False))

    assert after(both, "-map") == ["0:2", "0:4"]
    assert (after(both, "-c:v"), after(both, "-c:a")) == (["copy"], ["copy"])
    assert after(both, "-tag:v") == ["avc1"]
    assert {"-vf", "-af", "-preset", "-crf", "-fps_mode", "-pix_fmt"}.isdisjoint(both)
    assert (after(picture, "-c:v"), after(picture, "-c:a")) == (["copy"], ["aac"])
    assert (after(sound, "-c:v"), after(sound, "-c:a")) == (["libx264"], ["copy"])
    assert "-tag:v" not in sound
    assert (after(silent, "-map"), after(silent, "-c:a")) == (["0:2"], [])
    for arguments in (both, picture, sound, silent):
        assert after(arguments, "-map_metadata") == ["-1"]
        assert after(arguments, "-movflags") == ["+faststart"]


def test_decoding_writes_nothing_and_tells_of_errors_alone() -> None:
    arguments = decode_arguments("/in/a", (0, 3))

    assert after(arguments, "-map") == ["0:0", "0:3"]
    assert after(arguments, "-loglevel") == ["error"]
    assert after(arguments, "-progress") == ["pipe:1"]
    assert arguments[-3:] == ("-f", "null", "-")


def test_preset_and_quality_are_the_encodings() -> None:
    arguments = transcoded(PLAN, Encoding(preset="faster", crf=20, tone_mapping=False))

    assert (after(arguments, "-preset"), after(arguments, "-crf")) == (["faster"], ["20"])


@pytest.mark.parametrize(
    ("preset", "told"),
    [("medium", False), ("ultrafast", False), ("slow", True), ("veryslow", True)],
)
def test_presets_with_many_references_are_told_the_level(preset: str, told: bool) -> None:  # noqa: FBT001 - a table
    encoding = Encoding(preset=preset, crf=23, tone_mapping=True)

    arguments = transcode_arguments("/in", "/out", PLAN, encoding)

    assert ("-level:v" in arguments) is told
    assert not told or arguments[arguments.index("-level:v") + 1] == "4.2"


def test_an_ordinary_picture_is_scaled_and_tagged_only() -> None:
    (graph,) = after(transcoded(PLAN), "-vf")

    assert graph == (
        "scale=1920:1080:flags=bicubic:in_color_matrix=bt709:out_color_matrix=bt709"
        ":out_range=limited,format=yuv420p,setsar=1,"
        "setparams=range=limited:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
    )


def test_deinterlacing_and_the_cap_come_before_scaling() -> None:
    (graph,) = after(transcoded(attrs.evolve(PLAN, deinterlace=True, cap_frame_rate=True)), "-vf")

    assert [part.partition("=")[0] for part in graph.split(",")][:3] == ["bwdif", "fps", "scale"]


@pytest.mark.parametrize("transfer", list(Transfer))
def test_high_dynamic_range_is_mapped_if_ffmpeg_can(transfer: Transfer) -> None:
    plan = attrs.evolve(PLAN, tone_map=transfer)

    (mapped,) = after(transcoded(plan), "-vf")
    (plain,) = after(transcoded(plan, attrs.evolve(ENCODING, tone_mapping=False)), "-vf")

    assert f"zscale=tin={transfer.value}:" in mapped
    assert "tonemap=" in mapped
    assert "zscale" not in plain
    assert plain.endswith(mapped[mapped.rindex("setsar") :])


def test_a_thumbnail_is_360_high_and_its_width_follows() -> None:
    arguments = thumbnail_arguments("/in/a", "/out/b", STREAM, "smpte170m", thumbnail_shots(9.0)[0])

    (graph,) = after(arguments, "-vf")
    assert graph.startswith("scale=202:360:")
    assert "metadata=mode=select" in graph
    assert ":in_range=limited:out_color_matrix=smpte170m:out_range=full" in graph
    assert "in_color_matrix=smpte170m" in graph
    assert arguments.index("-ss") < arguments.index("-i")
    assert after(arguments, "-ss") == ["1.000"]


def test_the_tries_end_with_any_first_frame() -> None:
    tries = [(shot.at, shot.skip_dark) for shot in thumbnail_shots(1.0)]

    assert tries == [(0.5, True), (0.3, True), (0.5, False), (0.0, False)]
    assert "signalstats" not in " ".join(
        thumbnail_arguments("/in/a", "/out/b", STREAM, "smpte170m", thumbnail_shots(1.0)[-1])
    )


def test_a_storyboard_is_laid_out_as_the_board_says() -> None:
    arguments = storyboard_arguments("/in/a", "/out/b", STREAM, "bt470bg", BOARD)

    (graph,) = after(arguments, "-vf")
    assert (BOARD.interval, BOARD.columns, BOARD.rows) == (5.0, 12, 10)
    assert graph.startswith("fps=1/5:round=up:start_time=0,scale=50:90:")
    assert "in_color_matrix=bt470bg:" in graph
    assert graph.endswith("tpad=stop=120:stop_mode=clone,tile=12x10")
    assert arguments.index("-skip_frame") < arguments.index("-i")
    assert after(arguments, "-frames:v") == ["1"]
