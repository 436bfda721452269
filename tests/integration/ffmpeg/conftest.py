from pathlib import Path

import pytest

from adapters_ffmpeg.find import Ffmpeg, find_ffmpeg
from adapters_ffmpeg.transcoder import FfmpegTranscoder
from tests.integration.samples import Samples


@pytest.fixture(scope="session")
def ffmpeg() -> Ffmpeg:
    return find_ffmpeg()


@pytest.fixture(scope="session")
def samples(ffmpeg: Ffmpeg, tmp_path_factory: pytest.TempPathFactory) -> Samples:
    return Samples(ffmpeg.path, tmp_path_factory.mktemp("samples"))


@pytest.fixture
def transcoder(ffmpeg: Ffmpeg) -> FfmpegTranscoder:
    return FfmpegTranscoder(ffmpeg, preset="superfast")


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output.mp4"
