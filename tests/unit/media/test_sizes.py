from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.media.tracks import picture
from vidcore.media import displayed_size, fit, thumbnail_width

edges = st.integers(2 * 360, 20_000 * 360).map(lambda parts: Fraction(parts, 360))


@given(width=edges, height=edges)
def test_a_picture_is_never_enlarged_always_even_and_within_1080p(
    width: Fraction, height: Fraction
) -> None:
    fitted = fit(width, height)

    assert all(edge >= 2 and edge % 2 == 0 for edge in fitted)
    assert max(fitted) <= 1920
    assert min(fitted) <= 1080
    assert fitted[0] < width + 1
    assert fitted[1] < height + 1


@given(width=edges, height=edges)
def test_a_picture_keeps_its_aspect_to_the_pixel(width: Fraction, height: Fraction) -> None:
    fitted = fit(width, height)
    long, short = max(width, height), min(width, height)
    scale = min(1.0, 1920 / float(long), 1080 / float(short))

    for edge, wanted in zip(fitted, (width, height), strict=True):
        assert edge == 2 or abs(edge - float(wanted) * scale) <= 1 + 1e-6


@given(width=edges, height=edges)
def test_a_picture_that_lies_is_treated_as_one_that_stands(
    width: Fraction, height: Fraction
) -> None:
    assert fit(height, width) == fit(width, height)[::-1]


@pytest.mark.parametrize(
    ("size", "fitted"),
    [
        ((1920, 1080), (1920, 1080)),
        ((3840, 2160), (1920, 1080)),
        ((1080, 1920), (1080, 1920)),
        ((2160, 3840), (1080, 1920)),
        ((1280, 720), (1280, 720)),
        ((4096, 2160), (1920, 1012)),
        ((1440, 1440), (1080, 1080)),
        ((2880, 2160), (1440, 1080)),
        ((641, 361), (640, 360)),
        ((Fraction(2560, 3), 480), (854, 480)),
        ((1, 1), (2, 2)),
        ((20_000, 10), (1920, 2)),
    ],
)
def test_common_sizes_become_what_one_expects(
    size: tuple[int, int], fitted: tuple[int, int]
) -> None:
    assert fit(Fraction(size[0]), Fraction(size[1])) == fitted


@pytest.mark.parametrize(
    ("changes", "size"),
    [
        ({}, (1280, 720)),
        ({"rotation": 90}, (720, 1280)),
        ({"rotation": 180}, (1280, 720)),
        ({"rotation": 270}, (720, 1280)),
        ({"rotation": -90}, (720, 1280)),
        ({"sample_aspect": Fraction(4, 3)}, (Fraction(5120, 3), 720)),
        ({"sample_aspect": Fraction(4, 3), "rotation": 90}, (720, Fraction(5120, 3))),
        ({"sample_aspect": Fraction(0)}, (1280, 720)),
        ({"sample_aspect": Fraction(1, 10)}, (1280, 720)),
        ({"sample_aspect": Fraction(10)}, (1280, 720)),
        ({"sample_aspect": Fraction(11)}, (1280, 720)),
        ({"sample_aspect": Fraction(1, 11)}, (1280, 720)),
        ({"sample_aspect": Fraction(19, 2)}, (12_160, 720)),
        ({"sample_aspect": Fraction(2, 19)}, (Fraction(2_560, 19), 720)),
    ],
)
def test_a_picture_is_seen_upright_in_square_pixels_unless_their_shape_is_absurd(
    changes: dict[str, Any], size: tuple[Fraction, Fraction]
) -> None:
    assert displayed_size(picture(**changes)) == size


@pytest.mark.parametrize(
    ("size", "width"),
    [
        ((1920, 1080), 640),
        ((1080, 1920), 202),
        ((640, 480), 480),
        ((2, 1920), 2),
        ((2, 2), 360),
        ((2, 16), 46),
    ],
)
def test_a_thumbnail_is_360_high_and_evenly_wide(size: tuple[int, int], width: int) -> None:
    assert thumbnail_width(*size) == width
