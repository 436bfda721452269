"""That colours come out as they were: HDR as the SDR that it was made of, interlaced frames whole."""

import re
import struct
import subprocess
from pathlib import Path
from statistics import mean

import pytest

from adapters_ffmpeg.transcoder import FfmpegTranscoder
from tests.integration.ffmpeg.measuring import decoded, delta_e, image, lab
from tests.integration.ffmpeg.publishing import publish
from tests.integration.recipes import CHART
from tests.integration.samples import Samples

WHITE_AT = 80 * 3 + 40  # pixels from the left, in the middle of the fourth patch


@pytest.mark.parametrize(
    ("name", "white"),
    [("hdr_pq.mp4", 572), ("hdr_hlg.mov", 721)],  # 58 % and 75 % of the range (BT.2408, table 1)
)
async def test_high_dynamic_range_becomes_the_sdr_that_it_was_made_of(
    transcoder: FfmpegTranscoder, samples: Samples, tmp_path: Path, name: str, white: int
) -> None:
    ffmpeg, source = transcoder.ffmpeg.path, samples(name)
    assert luma(ffmpeg, source, WHITE_AT) == pytest.approx(white, abs=6)

    clip = await publish(transcoder, source, tmp_path)

    shown = image(ffmpeg, clip.media, (640, 180), matrix="bt709")
    apart = {
        colour: delta_e(shown.at(80 * place + 40, 90), wanted)
        for place, (colour, wanted) in enumerate(CHART.items())
    }
    assert mean(apart.values()) < 6, apart


def luma(ffmpeg: str, path: Path, x: int) -> int:
    """Give the 10-bit luma of a pixel in the 90th row of the first frame, 640 pixels wide."""
    data = decoded(ffmpeg, path, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "yuv420p10le")
    (value,) = struct.unpack_from("<H", data, 2 * (640 * 90 + x))
    return int(value)


def test_the_difference_of_colours_is_that_of_the_standard() -> None:
    assert lab((255, 255, 255)) == pytest.approx((100, 0, 0), abs=0.02)
    assert lab((255, 0, 0)) == pytest.approx((53.24, 80.09, 67.20), abs=0.05)
    assert delta_e((128, 128, 128), (128, 128, 128)) == 0


async def test_an_interlaced_picture_comes_out_without_combs(
    transcoder: FfmpegTranscoder, samples: Samples, tmp_path: Path
) -> None:
    source = samples("interlaced.mkv")
    clip = await publish(transcoder, source, tmp_path)

    assert combed(transcoder.ffmpeg.path, source) == 10
    assert (
        combed(transcoder.ffmpeg.path, clip.media) <= 2
    )  # the first and the last have one neighbour


def combed(ffmpeg: str, path: Path) -> int:
    """Give the number of frames that look interlaced."""
    command = (ffmpeg, "-nostdin", "-i", str(path), "-vf", "idet", "-f", "null", "-")
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stderr
    found = re.findall(r"Single frame detection: TFF: *(\d+) BFF: *(\d+)", said)[-1]
    return sum(map(int, found))
