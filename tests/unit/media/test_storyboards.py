import re
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidcore.media import Storyboard, storyboard_of

CUE = re.compile(
    r"\n(\d\d):([0-5]\d):([0-5]\d)\.(\d\d\d) --> (\d\d):([0-5]\d):([0-5]\d)\.(\d\d\d)\n"
    r"board\.jpg#xywh=(\d+),(\d+),(\d+),(\d+)\n"
)
durations = (
    st.floats(0, 43_200)
    | st.integers(0, 43_200).map(float)
    | st.integers(0, 400).flatmap(lambda n: st.floats(n - 1e-6, n + 1e-6)).map(abs)
)
edges = st.integers(2, 1920) | st.sampled_from([2, 1080, 1920])


def milliseconds(hours: str, minutes: str, seconds: str, rest: str) -> int:
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(rest)


def cues(board: Storyboard) -> list[tuple[int, int, tuple[int, ...]]]:
    """Give begin and end in ms, and x, y, width and height, of each cue."""
    text = board.webvtt("board.jpg")
    assert text.startswith("WEBVTT\n")
    found = list(CUE.finditer(text))
    assert "".join(cue[0] for cue in found) == text.removeprefix("WEBVTT\n")
    return [
        (
            milliseconds(*cue.groups()[:4]),
            milliseconds(*cue.groups()[4:8]),
            tuple(map(int, cue.groups()[8:])),
        )
        for cue in found
    ]


@given(duration=durations, width=edges, height=edges)
def test_the_cues_follow_one_another_from_the_beginning_to_the_end(
    duration: float, width: int, height: int
) -> None:
    board = storyboard_of(duration=duration, width=width, height=height)
    made = cues(board)
    begins, ends = [begin for begin, _, _ in made], [end for _, end, _ in made]

    assert begins[0] == 0
    assert begins[1:] == ends[:-1]
    assert all(begin < end for begin, end, _ in made)
    assert ends[-1] == max(1, round(round(duration, 3) * 1000))


@given(duration=durations, width=edges, height=edges)
def test_there_is_a_tile_every_two_seconds_or_seldomer_and_at_most_144(
    duration: float, width: int, height: int
) -> None:
    board = storyboard_of(duration=duration, width=width, height=height)

    assert 1 <= board.count <= 144
    assert board.interval >= 2
    assert board.interval == int(board.interval)
    assert board.interval == 2 or board.count > 72
    assert (board.count - 1) * board.interval < board.duration
    assert board.duration <= board.count * board.interval


@given(duration=durations, width=edges, height=edges)
def test_the_tiles_fill_the_picture_row_by_row_and_none_lies_over_another(
    duration: float, width: int, height: int
) -> None:
    board = storyboard_of(duration=duration, width=width, height=height)
    places = [place for _, _, place in cues(board)]
    picture_width, picture_height = (
        board.columns * board.tile_width,
        board.rows * board.tile_height,
    )

    assert all(place[2:] == (board.tile_width, board.tile_height) for place in places)
    assert len({place[:2] for place in places}) == board.count
    for x, y, tile_width, tile_height in places:
        assert x % tile_width == y % tile_height == 0
        assert x + tile_width <= picture_width <= 1920
        assert y + tile_height <= picture_height <= 1080
    assert places == sorted(places, key=lambda place: (place[1], place[0]))
    assert 0 <= board.columns * board.rows - board.count < board.columns


@given(width=edges, height=edges)
def test_a_tile_is_even_within_160x90_and_has_the_aspect_of_the_video(
    width: int, height: int
) -> None:
    board = storyboard_of(duration=60.0, width=width, height=height)
    scale = min(160 / width, 90 / height)

    for edge, tile, most in (
        (width, board.tile_width, 160),
        (height, board.tile_height, 90),
    ):
        assert tile % 2 == 0
        assert 2 <= tile <= most
        assert tile == 2 or edge * scale - 2 - 1e-6 <= tile <= edge * scale + 1e-6


@pytest.mark.parametrize(
    ("duration", "interval", "count", "columns", "rows"),
    [
        (0.0, 2.0, 1, 1, 1),
        (0.04, 2.0, 1, 1, 1),
        (2.0, 2.0, 1, 1, 1),
        (2.0004, 2.0, 1, 1, 1),
        (2.001, 2.0, 2, 2, 1),
        (24.0, 2.0, 12, 12, 1),
        (24.1, 2.0, 13, 12, 2),
        (288.0, 2.0, 144, 12, 12),
        (288.00000000000006, 2.0, 144, 12, 12),
        (288.1, 3.0, 97, 12, 9),
        (43_200.0, 300.0, 144, 12, 12),
    ],
)
def test_the_longer_a_video_the_longer_stands_a_tile(
    duration: float, interval: float, count: int, columns: int, rows: int
) -> None:
    board = storyboard_of(duration=duration, width=1280, height=720)

    assert (board.interval, board.count, board.columns, board.rows) == (
        interval,
        count,
        columns,
        rows,
    )


@pytest.mark.parametrize(
    ("size", "tile"),
    [
        ((1920, 1080), (160, 90)),
        ((1080, 1920), (50, 90)),
        ((640, 480), (120, 90)),
        ((2, 2), (90, 90)),
        ((1920, 2), (160, 2)),
        ((2, 1920), (2, 90)),
        ((1920, 812), (160, 66)),
    ],
)
def test_tiles_of_common_and_extreme_sizes(size: tuple[int, int], tile: tuple[int, int]) -> None:
    board = storyboard_of(duration=60.0, width=size[0], height=size[1])

    assert (board.tile_width, board.tile_height) == tile


def test_the_cues_are_webvtt_with_fragments_of_the_picture() -> None:
    board = storyboard_of(duration=4.999, width=640, height=360)

    assert board.webvtt("/media/1.jpg?token=a") == (
        "WEBVTT\n"
        "\n00:00:00.000 --> 00:00:02.000\n/media/1.jpg?token=a#xywh=0,0,160,90\n"
        "\n00:00:02.000 --> 00:00:04.000\n/media/1.jpg?token=a#xywh=160,0,160,90\n"
        "\n00:00:04.000 --> 00:00:04.999\n/media/1.jpg?token=a#xywh=320,0,160,90\n"
    )


def test_cues_of_many_hours_are_told_in_hours() -> None:
    last = cues(storyboard_of(duration=43_199.5, width=640, height=360))[-1]

    assert last[:2] == (42_900_000, 43_199_500)


def test_a_last_row_that_is_not_full_counts() -> None:
    board = storyboard_of(duration=50.0, width=640, height=360)

    assert (board.count, board.rows) == (25, ceil(25 / 12))
    assert cues(board)[-1][2][:2] == (0, 180)
