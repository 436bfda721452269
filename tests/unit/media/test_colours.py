from typing import Any

import pytest

from tests.unit.media.tracks import picture, source
from vidcore.media import Transfer, plan


@pytest.mark.parametrize(
    ("transfer", "tone_map"),
    [
        (None, None),
        ("bt709", None),
        ("smpte2084", Transfer.PQ),
        ("arib-std-b67", Transfer.HLG),
    ],
)
def test_high_dynamic_range_is_tone_mapped(transfer: str | None, tone_map: Transfer | None) -> None:
    assert plan(source(video=(picture(transfer=transfer),))).tone_map is tone_map


@pytest.mark.parametrize(
    ("changes", "matrix", "reason"),
    [
        (
            {"pixel_format": "gbrp", "matrix": "bt470bg"},
            "bt709",
            "RGB is converted to BT.709",
        ),
        ({"pixel_format": "rgb24"}, "bt709", "RGB is converted to BT.709"),
        ({"pixel_format": "pal8"}, "bt709", "RGB is converted to BT.709"),
        ({"matrix": "bt2020nc"}, "bt2020", "colours are read as tagged: bt2020nc"),
        ({"matrix": "smpte170m"}, "smpte170m", "colours are read as tagged: smpte170m"),
        (
            {"matrix": "ycgco"},
            "bt709",
            "colours without a tag are read as BT.709, since the picture is HD",
        ),
        (
            {"matrix": None},
            "bt709",
            "colours without a tag are read as BT.709, since the picture is HD",
        ),
        (
            {"matrix": None, "width": 1920, "height": 1080},
            "bt709",
            "colours without a tag are read as BT.709, since the picture is HD",
        ),
        (
            {"matrix": None, "height": 719},
            "smpte170m",
            "colours without a tag are read as SMPTE 170M, since the picture is SD",
        ),
        (
            {"matrix": None, "width": 719, "height": 1_280},
            "smpte170m",
            "colours without a tag are read as SMPTE 170M, since the picture is SD",
        ),
    ],
)
def test_colours_are_read_as_tagged_or_else_by_the_size_of_the_picture(
    changes: dict[str, Any], matrix: str, reason: str
) -> None:
    made = plan(source(video=(picture(codec="vp9", **changes),)))

    assert made.matrix == matrix
    assert reason in made.reasons
