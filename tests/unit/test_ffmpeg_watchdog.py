from pathlib import Path

import pytest

from adapters_ffmpeg.watchdog import StalledError, TooSlowError, Watchdog, out_time


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        (b"out_time_us=1500000\n", 1.5),
        (b"out_time_us=N/A\n", None),
        (b"out_time_ms=1500000\n", None),
        (b"progress=end\n", None),
        (b"\xff", None),
    ],
)
def test_only_the_time_in_microseconds_counts(line: bytes, seconds: float | None) -> None:
    assert out_time(line) == seconds


def test_progress_is_reported_once_and_never_backwards() -> None:
    reports: list[float] = []
    dog = Watchdog(began=0.0, stall=10.0, report=reports.append)

    for line in (b"out_time_us=-5", b"out_time_us=2000000", b"out_time_us=1000000", b"fps=30"):
        dog.hear(line, 1.0)
        dog.tell()

    assert reports == [2.0]
    assert dog.done == 2.0


def test_standing_still_ends_the_patience() -> None:
    dog = Watchdog(began=0.0, stall=10.0)
    dog.hear(b"out_time_us=1000000", 5.0)
    dog.hear(b"out_time_us=1000000", 14.0)

    dog.check(15.0)
    with pytest.raises(StalledError):
        dog.check(15.1)


def test_a_growing_target_is_progress(tmp_path: Path) -> None:
    target = tmp_path / "out"
    dog = Watchdog(began=0.0, stall=10.0, target=str(target))
    target.write_bytes(b"x")

    dog.check(11.0)

    with pytest.raises(StalledError):
        dog.check(22.0)


def test_a_target_that_never_appears_is_none() -> None:
    dog = Watchdog(began=0.0, stall=10.0, target="/nowhere/at/all")

    with pytest.raises(StalledError):
        dog.check(11.0)


def test_time_is_allowed_by_what_is_done() -> None:
    dog = Watchdog(began=100.0, stall=1000.0, grace=10.0, slowest=2.0)
    dog.hear(b"out_time_us=5000000", 101.0)

    dog.check(120.0)
    with pytest.raises(TooSlowError):
        dog.check(120.1)
