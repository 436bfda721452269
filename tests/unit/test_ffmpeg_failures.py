import signal

import pytest

from adapters_ffmpeg.failures import damaged, explain, readable_log
from adapters_ffmpeg.subprocesses import Finished
from vidcore.errors import ServiceUnavailableError, VideoProcessingError


def ended(returncode: int, text: str = "") -> ServiceUnavailableError | VideoProcessingError:
    return explain(Finished(returncode=returncode, stderr=text.encode(), cut=False), text)


@pytest.mark.parametrize("returncode", [127, 255, -signal.SIGKILL, -signal.SIGTERM, -signal.SIGHUP])
def test_an_end_from_outside_may_pass(returncode: int) -> None:
    assert isinstance(ended(returncode), ServiceUnavailableError)


@pytest.mark.parametrize("returncode", [1, 228])
@pytest.mark.parametrize(
    "text",
    ["av_interleaved_write_frame(): No space left on device", "Error: Cannot allocate memory"],
)
def test_want_of_resources_may_pass(returncode: int, text: str) -> None:
    assert isinstance(ended(returncode, text), ServiceUnavailableError)


@pytest.mark.parametrize(
    ("returncode", "reason"),
    [
        (1, "damaged, or holds"),
        (183, "damaged, or holds"),
        (69, "too little of it can be decoded"),
        (-signal.SIGSEGV, "crashed"),
        (-signal.SIGXFSZ, "too large"),
    ],
)
def test_a_fault_of_the_file_is_told_to_its_owner(returncode: int, reason: str) -> None:
    failure = ended(returncode, "Invalid data found")

    assert isinstance(failure, VideoProcessingError)
    assert reason in failure.reason
    assert failure.log == "Invalid data found"


def test_a_fault_on_the_way_is_told_with_its_time() -> None:
    finished = Finished(returncode=1, stderr=b"", cut=False)

    assert str(explain(finished, "", done=3723.4)) == (
        "The file is damaged after 1:02:03 and could not be read to its end."
    )
    assert isinstance(
        explain(finished, "No space left on device", done=3.0), ServiceUnavailableError
    )
    assert damaged("x").log == "x"


def test_an_early_word_does_not_explain_the_end() -> None:
    text = "No space left on device" + "x" * 5000

    assert isinstance(ended(1, text), VideoProcessingError)


def test_a_log_holds_no_paths_addresses_or_control_characters() -> None:
    stderr = b"[mov @ 0x55d0] \x00file:/srv/a: bad\x1b[31m\xff\nto /srv/b\tdone"

    log = readable_log(stderr, source="/srv/a", target="/srv/b")

    assert log == "[mov] \ufffdsource: bad\ufffd[31m\ufffd\nto target\tdone"
