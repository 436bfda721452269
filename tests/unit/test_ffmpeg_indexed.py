from fractions import Fraction
from pathlib import Path

import pytest

from adapters_ffmpeg.indexed import with_index
from tests.unit.mp4_boxes import (
    FTYP,
    MDAT,
    TWO_SECONDS,
    box,
    edit_list,
    h264,
    movie,
    stsd,
    stss,
    stts,
    track,
)
from vidcore.media import AudioStream, Edit, MediaInfo, Mode, VideoStream, plan

INFO = MediaInfo(
    container="mov",
    duration=99.0,
    bit_rate=100_000,
    video=(
        VideoStream(
            index=0,
            codec="h264",
            profile="High",
            width=64,
            height=64,
            pixel_format="yuv420p",
            frame_rate=Fraction(30),
        ),
    ),
    audio=(AudioStream(index=1, codec="aac", profile="LC", sample_rate=48_000, layout="stereo"),),
)
PICTURE = track(
    TWO_SECONDS, stss(1, 31), number=1, coding=stsd(h264(31)), edits=edit_list((2000, 40))
)
SOUND = track(stts((80, 15)), number=2, handler=b"soun")
IN_ORDER = {0: 1, 1: 2}


def indexed(tmp_path: Path, *parts: bytes, track_ids: dict[int, int]) -> MediaInfo:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"".join(parts))
    return with_index(INFO, str(path), track_ids)


def test_facts_come_to_the_tracks_by_their_numbers(tmp_path: Path) -> None:
    info = indexed(tmp_path, FTYP, movie(SOUND, PICTURE), MDAT, track_ids=IN_ORDER)

    (video,), (audio,) = info.video, info.audio
    assert (info.faststart, info.duration) == (True, 2.0)
    assert (video.level, video.key_frame_gap, video.variable_frame_rate) == (31, 1.0, False)
    assert video.edits == (Edit(start=Fraction(1, 15), length=Fraction(2)),)
    assert (video.media_duration, audio.media_duration) == (Fraction(2), Fraction(2))
    assert (video.sample_descriptions, audio.sample_descriptions) == (1, 1)
    assert plan(info).mode is Mode.REMUX


@pytest.mark.parametrize(
    ("tracks", "track_ids", "mode"),
    [
        ((PICTURE, SOUND), {0: 1}, Mode.AUDIO),  # one without a number
        ((PICTURE,), IN_ORDER, Mode.AUDIO),  # one that the index does not have
        ((PICTURE, PICTURE, SOUND), IN_ORDER, Mode.VIDEO),  # two of one number
        (
            (track(TWO_SECONDS, edits=edit_list((1000, 0), speed=2 << 16)), SOUND),
            IN_ORDER,
            Mode.VIDEO,
        ),
    ],
)
def test_a_track_of_which_too_little_is_known_is_not_copied(
    tmp_path: Path, tracks: tuple[bytes, ...], track_ids: dict[int, int], mode: Mode
) -> None:
    info = indexed(tmp_path, FTYP, movie(*tracks), MDAT, track_ids=track_ids)

    assert plan(info).mode is mode


def test_an_unsound_index_leaves_ffmpegs_words_and_copies_nothing(tmp_path: Path) -> None:
    info = indexed(tmp_path, FTYP, MDAT, track_ids=IN_ORDER)

    assert (info.faststart, info.duration) == (False, 99.0)
    assert plan(info).mode is Mode.ENCODE


def test_fragments_do_not_tell_whether_the_rate_varies(tmp_path: Path) -> None:
    info = indexed(tmp_path, FTYP, movie(PICTURE, SOUND, box(b"mvex")), MDAT, track_ids=IN_ORDER)

    assert info.duration == 99.0
    assert info.video[0].variable_frame_rate is None
    assert info.video[0].key_frame_gap is None
    assert plan(info).mode is Mode.REMUX
