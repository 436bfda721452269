import pytest

from tests.integration.samples import Samples
from vidcore.testing.transcoding_contract import TranscoderContract


class TestFfmpegTranscoder(TranscoderContract):
    @pytest.fixture
    def sample(self, samples: Samples) -> str:
        return str(samples("plain.mp4"))

    @pytest.fixture
    def garbage(self, samples: Samples) -> str:
        return str(samples.garbage())

    @pytest.fixture
    def damaged(self, samples: Samples) -> str:
        return str(samples.damaged())
